// Made from vexil-ffi by `cargo xtask bless`: not to be changed by hand.

@file:Suppress("ALL", "NAME_SHADOWING", "DEPRECATION")

package dev.vexil.internal.uniffi

// Common helper code.
//
// Ideally this would live in a separate .kt file where it can be unittested etc
// in isolation, and perhaps even published as a re-useable package.
//
// However, it's important that the details of how this helper code works (e.g. the
// way that different builtin types are passed across the FFI) exactly match what's
// expected by the Rust code on the other side of the interface. In practice right
// now that means coming from the exact some version of `uniffi` that was used to
// compile the Rust component. The easiest way to ensure this is to bundle the Kotlin
// helpers directly inline like we're doing here.

import com.sun.jna.Library
import com.sun.jna.IntegerType
import com.sun.jna.Native
import com.sun.jna.Pointer
import com.sun.jna.Structure
import com.sun.jna.Callback
import com.sun.jna.ptr.*
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.CharBuffer
import java.nio.charset.CodingErrorAction
import java.util.concurrent.atomic.AtomicLong
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicBoolean

// This is a helper for safely working with byte buffers returned from the Rust code.
// A rust-owned buffer is represented by its capacity, its current length, and a
// pointer to the underlying data.

/**
 * @suppress
 */
@Structure.FieldOrder("capacity", "len", "data")
internal open class RustBuffer : Structure() {
    // Note: `capacity` and `len` are actually `ULong` values, but JVM only supports signed values.
    // When dealing with these fields, make sure to call `toULong()`.
    @JvmField var capacity: Long = 0
    @JvmField var len: Long = 0
    @JvmField var data: Pointer? = null

    class ByValue: RustBuffer(), Structure.ByValue
    class ByReference: RustBuffer(), Structure.ByReference

   internal fun setValue(other: RustBuffer) {
        capacity = other.capacity
        len = other.len
        data = other.data
    }

    companion object {
        internal fun alloc(size: ULong = 0UL) = uniffiRustCall() { status ->
            // Note: need to convert the size to a `Long` value to make this work with JVM.
            UniffiLib.ffi_vexil_ffi_rustbuffer_alloc(size.toLong(), status)
        }.also {
            if(it.data == null) {
               throw RuntimeException("RustBuffer.alloc() returned null data pointer (size=${size})")
           }
        }

        internal fun create(capacity: ULong, len: ULong, data: Pointer?): RustBuffer.ByValue {
            var buf = RustBuffer.ByValue()
            buf.capacity = capacity.toLong()
            buf.len = len.toLong()
            buf.data = data
            return buf
        }

        internal fun free(buf: RustBuffer.ByValue) = uniffiRustCall() { status ->
            UniffiLib.ffi_vexil_ffi_rustbuffer_free(buf, status)
        }
    }

    @Suppress("TooGenericExceptionThrown")
    fun asByteBuffer() =
        this.data?.getByteBuffer(0, this.len)?.also {
            it.order(ByteOrder.BIG_ENDIAN)
        }
}

// This is a helper for safely passing byte references into the rust code.
// It's not actually used at the moment, because there aren't many things that you
// can take a direct pointer to in the JVM, and if we're going to copy something
// then we might as well copy it into a `RustBuffer`. But it's here for API
// completeness.

@Structure.FieldOrder("len", "data")
internal open class ForeignBytes : Structure() {
    @JvmField var len: Int = 0
    @JvmField var data: Pointer? = null

    class ByValue : ForeignBytes(), Structure.ByValue
}

// Converter for `&[u8]` / `[ByRef] bytes` arguments.
//
// Only `lower` is valid — zero-copy byte buffers only flow foreign -> Rust,
// and only in argument position. `lift`, `read`, `write`, and
// `allocationSize` have no sound implementation here and all panic at
// runtime. The `FfiConverter` interface is implemented so that the
// compiler enforces the full method set (rather than relying on eyeball).
//
// The provided `ByteBuffer` MUST be direct — only direct buffers have a
// stable native address that JNA can expose via `getDirectBufferPointer`.
// The returned `ForeignBytes.ByValue` is only valid for the duration of
// the FFI call; the Rust side treats it as a borrow.
internal object FfiConverterByRefBytes : FfiConverter<java.nio.ByteBuffer, ForeignBytes.ByValue> {
    override fun lower(value: java.nio.ByteBuffer): ForeignBytes.ByValue {
        require(value.isDirect) { "UniFFI zero-copy &[u8] requires a direct ByteBuffer. Use ByteBuffer.allocateDirect()." }
        val remaining = value.remaining()
        val fb = ForeignBytes.ByValue()
        fb.len = remaining
        // Zero-length direct buffers: skip getDirectBufferPointer (platform-variable behavior)
        // and pass null. The Rust side treats (null, 0) as &[].
        fb.data = if (remaining == 0) null else com.sun.jna.Native.getDirectBufferPointer(value)
        return fb
    }

    override fun lift(value: ForeignBytes.ByValue): java.nio.ByteBuffer =
        error("ByRef bytes cannot be lifted: zero-copy &[u8] only flows foreign->Rust")

    override fun read(buf: java.nio.ByteBuffer): java.nio.ByteBuffer =
        error("ByRef bytes cannot be read from a buffer: zero-copy &[u8] is only supported in argument position, not nested in records/options/etc.")

    override fun write(value: java.nio.ByteBuffer, buf: java.nio.ByteBuffer): Unit =
        error("ByRef bytes cannot be written to a buffer: zero-copy &[u8] is only supported in argument position, not nested in records/options/etc.")

    override fun allocationSize(value: java.nio.ByteBuffer): ULong =
        error("ByRef bytes have no RustBuffer allocation size: zero-copy &[u8] is only supported in argument position, not nested in records/options/etc.")
}
/**
 * The FfiConverter interface handles converter types to and from the FFI
 *
 * All implementing objects should be public to support external types.  When a
 * type is external we need to import it's FfiConverter.
 *
 * @suppress
 */
internal interface FfiConverter<KotlinType, FfiType> {
    // Convert an FFI type to a Kotlin type
    fun lift(value: FfiType): KotlinType

    // Convert an Kotlin type to an FFI type
    fun lower(value: KotlinType): FfiType

    // Read a Kotlin type from a `ByteBuffer`
    fun read(buf: ByteBuffer): KotlinType

    // Calculate bytes to allocate when creating a `RustBuffer`
    //
    // This must return at least as many bytes as the write() function will
    // write. It can return more bytes than needed, for example when writing
    // Strings we can't know the exact bytes needed until we the UTF-8
    // encoding, so we pessimistically allocate the largest size possible (3
    // bytes per codepoint).  Allocating extra bytes is not really a big deal
    // because the `RustBuffer` is short-lived.
    fun allocationSize(value: KotlinType): ULong

    // Write a Kotlin type to a `ByteBuffer`
    fun write(value: KotlinType, buf: ByteBuffer)

    // Lower a value into a `RustBuffer`
    //
    // This method lowers a value into a `RustBuffer` rather than the normal
    // FfiType.  It's used by the callback interface code.  Callback interface
    // returns are always serialized into a `RustBuffer` regardless of their
    // normal FFI type.
    fun lowerIntoRustBuffer(value: KotlinType): RustBuffer.ByValue {
        val rbuf = RustBuffer.alloc(allocationSize(value))
        try {
            val bbuf = rbuf.data!!.getByteBuffer(0, rbuf.capacity).also {
                it.order(ByteOrder.BIG_ENDIAN)
            }
            write(value, bbuf)
            rbuf.writeField("len", bbuf.position().toLong())
            return rbuf
        } catch (e: Throwable) {
            RustBuffer.free(rbuf)
            throw e
        }
    }

    // Lift a value from a `RustBuffer`.
    //
    // This here mostly because of the symmetry with `lowerIntoRustBuffer()`.
    // It's currently only used by the `FfiConverterRustBuffer` class below.
    fun liftFromRustBuffer(rbuf: RustBuffer.ByValue): KotlinType {
        val byteBuf = rbuf.asByteBuffer()!!
        try {
           val item = read(byteBuf)
           if (byteBuf.hasRemaining()) {
               throw RuntimeException("junk remaining in buffer after lifting, something is very wrong!!")
           }
           return item
        } finally {
            RustBuffer.free(rbuf)
        }
    }
}

/**
 * FfiConverter that uses `RustBuffer` as the FfiType
 *
 * @suppress
 */
internal interface FfiConverterRustBuffer<KotlinType>: FfiConverter<KotlinType, RustBuffer.ByValue> {
    override fun lift(value: RustBuffer.ByValue) = liftFromRustBuffer(value)
    override fun lower(value: KotlinType) = lowerIntoRustBuffer(value)
}
// A handful of classes and functions to support the generated data structures.
// This would be a good candidate for isolating in its own ffi-support lib.

internal const val UNIFFI_CALL_SUCCESS = 0.toByte()
internal const val UNIFFI_CALL_ERROR = 1.toByte()
internal const val UNIFFI_CALL_UNEXPECTED_ERROR = 2.toByte()

@Structure.FieldOrder("code", "error_buf")
internal open class UniffiRustCallStatus : Structure() {
    @JvmField var code: Byte = 0
    @JvmField var error_buf: RustBuffer.ByValue = RustBuffer.ByValue()

    class ByValue: UniffiRustCallStatus(), Structure.ByValue

    fun isSuccess(): Boolean {
        return code == UNIFFI_CALL_SUCCESS
    }

    fun isError(): Boolean {
        return code == UNIFFI_CALL_ERROR
    }

    fun isPanic(): Boolean {
        return code == UNIFFI_CALL_UNEXPECTED_ERROR
    }

    companion object {
        fun create(code: Byte, errorBuf: RustBuffer.ByValue): UniffiRustCallStatus.ByValue {
            val callStatus = UniffiRustCallStatus.ByValue()
            callStatus.code = code
            callStatus.error_buf = errorBuf
            return callStatus
        }
    }
}

internal class InternalException(message: String) : kotlin.Exception(message)

/**
 * Each top-level error class has a companion object that can lift the error from the call status's rust buffer
 *
 * @suppress
 */
internal interface UniffiRustCallStatusErrorHandler<E> {
    fun lift(error_buf: RustBuffer.ByValue): E;
}

// Helpers for calling Rust
// In practice we usually need to be synchronized to call this safely, so it doesn't
// synchronize itself

// Call a rust function that returns a Result<>.  Pass in the Error class companion that corresponds to the Err
private inline fun <U, E: kotlin.Exception> uniffiRustCallWithError(errorHandler: UniffiRustCallStatusErrorHandler<E>, callback: (UniffiRustCallStatus) -> U): U {
    var status = UniffiRustCallStatus()
    val return_value = callback(status)
    uniffiCheckCallStatus(errorHandler, status)
    return return_value
}

// Check UniffiRustCallStatus and throw an error if the call wasn't successful
private fun<E: kotlin.Exception> uniffiCheckCallStatus(errorHandler: UniffiRustCallStatusErrorHandler<E>, status: UniffiRustCallStatus) {
    if (status.isSuccess()) {
        return
    } else if (status.isError()) {
        throw errorHandler.lift(status.error_buf)
    } else if (status.isPanic()) {
        // when the rust code sees a panic, it tries to construct a rustbuffer
        // with the message.  but if that code panics, then it just sends back
        // an empty buffer.
        if (status.error_buf.len > 0) {
            throw InternalException(FfiConverterString.lift(status.error_buf))
        } else {
            throw InternalException("Rust panic")
        }
    } else {
        throw InternalException("Unknown rust call status: $status.code")
    }
}

/**
 * UniffiRustCallStatusErrorHandler implementation for times when we don't expect a CALL_ERROR
 *
 * @suppress
 */
internal object UniffiNullRustCallStatusErrorHandler: UniffiRustCallStatusErrorHandler<InternalException> {
    override fun lift(error_buf: RustBuffer.ByValue): InternalException {
        RustBuffer.free(error_buf)
        return InternalException("Unexpected CALL_ERROR")
    }
}

// Call a rust function that returns a plain value
private inline fun <U> uniffiRustCall(callback: (UniffiRustCallStatus) -> U): U {
    return uniffiRustCallWithError(UniffiNullRustCallStatusErrorHandler, callback)
}

internal inline fun<T> uniffiTraitInterfaceCall(
    callStatus: UniffiRustCallStatus,
    makeCall: () -> T,
    writeReturn: (T) -> Unit,
) {
    try {
        writeReturn(makeCall())
    } catch(e: kotlin.Exception) {
        val err = try { e.stackTraceToString() } catch(_: Throwable) { "" }
        callStatus.code = UNIFFI_CALL_UNEXPECTED_ERROR
        callStatus.error_buf = FfiConverterString.lower(err)
    }
}

internal inline fun<T, reified E: Throwable> uniffiTraitInterfaceCallWithError(
    callStatus: UniffiRustCallStatus,
    makeCall: () -> T,
    writeReturn: (T) -> Unit,
    lowerError: (E) -> RustBuffer.ByValue
) {
    try {
        writeReturn(makeCall())
    } catch(e: kotlin.Exception) {
        if (e is E) {
            callStatus.code = UNIFFI_CALL_ERROR
            callStatus.error_buf = lowerError(e)
        } else {
            val err = try { e.stackTraceToString() } catch(_: Throwable) { "" }
            callStatus.code = UNIFFI_CALL_UNEXPECTED_ERROR
            callStatus.error_buf = FfiConverterString.lower(err)
        }
    }
}
// Initial value and increment amount for handles.
// These ensure that Kotlin-generated handles always have the lowest bit set
private const val UNIFFI_HANDLEMAP_INITIAL = 1.toLong()
private const val UNIFFI_HANDLEMAP_DELTA = 2.toLong()

// Map handles to objects
//
// This is used pass an opaque 64-bit handle representing a foreign object to the Rust code.
internal class UniffiHandleMap<T: Any> {
    private val map = ConcurrentHashMap<Long, T>()
    // Start
    private val counter = java.util.concurrent.atomic.AtomicLong(UNIFFI_HANDLEMAP_INITIAL)

    val size: Int
        get() = map.size

    // Insert a new object into the handle map and get a handle for it
    fun insert(obj: T): Long {
        val handle = counter.getAndAdd(UNIFFI_HANDLEMAP_DELTA)
        map.put(handle, obj)
        return handle
    }

    // Clone a handle, creating a new one
    fun clone(handle: Long): Long {
        val obj = map.get(handle) ?: throw InternalException("UniffiHandleMap.clone: Invalid handle")
        return insert(obj)
    }

    // Get an object from the handle map
    fun get(handle: Long): T {
        return map.get(handle) ?: throw InternalException("UniffiHandleMap.get: Invalid handle")
    }

    // Remove an entry from the handlemap and get the Kotlin object back
    fun remove(handle: Long): T {
        return map.remove(handle) ?: throw InternalException("UniffiHandleMap: Invalid handle")
    }
}

// Contains loading, initialization code,
// and the FFI Function declarations in a com.sun.jna.Library.
@Synchronized
private fun findLibraryName(componentName: String): String {
    val libOverride = System.getProperty("uniffi.component.$componentName.libraryOverride")
    if (libOverride != null) {
        return libOverride
    }
    return "vexil_jvm"
}

// Define FFI callback types
internal interface UniffiRustFutureContinuationCallback : com.sun.jna.Callback {
    fun callback(`data`: Long,`pollResult`: Byte,)
}
internal interface UniffiForeignFutureDroppedCallback : com.sun.jna.Callback {
    fun callback(`handle`: Long,)
}
internal interface UniffiCallbackInterfaceFree : com.sun.jna.Callback {
    fun callback(`handle`: Long,)
}
internal interface UniffiCallbackInterfaceClone : com.sun.jna.Callback {
    fun callback(`handle`: Long,)
    : Long
}
@Structure.FieldOrder("handle", "free")
internal open class UniffiForeignFutureDroppedCallbackStruct(
    @JvmField internal var `handle`: Long = 0.toLong(),
    @JvmField internal var `free`: UniffiForeignFutureDroppedCallback? = null,
) : Structure() {
    class UniffiByValue(
        `handle`: Long = 0.toLong(),
        `free`: UniffiForeignFutureDroppedCallback? = null,
    ): UniffiForeignFutureDroppedCallbackStruct(`handle`,`free`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureDroppedCallbackStruct) {
        `handle` = other.`handle`
        `free` = other.`free`
    }

}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultU8(
    @JvmField internal var `returnValue`: Byte = 0.toByte(),
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Byte = 0.toByte(),
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultU8(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultU8) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteU8 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultU8.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultI8(
    @JvmField internal var `returnValue`: Byte = 0.toByte(),
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Byte = 0.toByte(),
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultI8(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultI8) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteI8 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultI8.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultU16(
    @JvmField internal var `returnValue`: Short = 0.toShort(),
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Short = 0.toShort(),
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultU16(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultU16) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteU16 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultU16.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultI16(
    @JvmField internal var `returnValue`: Short = 0.toShort(),
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Short = 0.toShort(),
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultI16(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultI16) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteI16 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultI16.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultU32(
    @JvmField internal var `returnValue`: Int = 0,
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Int = 0,
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultU32(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultU32) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteU32 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultU32.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultI32(
    @JvmField internal var `returnValue`: Int = 0,
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Int = 0,
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultI32(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultI32) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteI32 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultI32.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultU64(
    @JvmField internal var `returnValue`: Long = 0.toLong(),
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Long = 0.toLong(),
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultU64(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultU64) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteU64 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultU64.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultI64(
    @JvmField internal var `returnValue`: Long = 0.toLong(),
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Long = 0.toLong(),
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultI64(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultI64) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteI64 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultI64.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultF32(
    @JvmField internal var `returnValue`: Float = 0.0f,
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Float = 0.0f,
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultF32(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultF32) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteF32 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultF32.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultF64(
    @JvmField internal var `returnValue`: Double = 0.0,
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Double = 0.0,
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultF64(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultF64) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteF64 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultF64.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultRustBuffer(
    @JvmField internal var `returnValue`: RustBuffer.ByValue = RustBuffer.ByValue(),
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: RustBuffer.ByValue = RustBuffer.ByValue(),
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultRustBuffer(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultRustBuffer) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteRustBuffer : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultRustBuffer.UniffiByValue,)
}
@Structure.FieldOrder("callStatus")
internal open class UniffiForeignFutureResultVoid(
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultVoid(`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultVoid) {
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteVoid : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultVoid.UniffiByValue,)
}
internal interface UniffiCallbackInterfaceChangeListenerMethod0 : com.sun.jna.Callback {
    fun callback(`uniffiHandle`: Long,`change`: RustBuffer.ByValue,`uniffiOutReturn`: Pointer,uniffiCallStatus: UniffiRustCallStatus,)
}
internal interface UniffiCallbackInterfaceGenerationListenerMethod0 : com.sun.jna.Callback {
    fun callback(`uniffiHandle`: Long,`generation`: Long,`uniffiOutReturn`: Pointer,uniffiCallStatus: UniffiRustCallStatus,)
}
internal interface UniffiCallbackInterfaceStateListenerMethod0 : com.sun.jna.Callback {
    fun callback(`uniffiHandle`: Long,`state`: RustBuffer.ByValue,`uniffiOutReturn`: Pointer,uniffiCallStatus: UniffiRustCallStatus,)
}
internal interface UniffiCallbackInterfaceStickyStoreMethod0 : com.sun.jna.Callback {
    fun callback(`uniffiHandle`: Long,`experiment`: RustBuffer.ByValue,`unit`: RustBuffer.ByValue,`uniffiOutReturn`: RustBuffer,uniffiCallStatus: UniffiRustCallStatus,)
}
internal interface UniffiCallbackInterfaceStickyStoreMethod1 : com.sun.jna.Callback {
    fun callback(`uniffiHandle`: Long,`experiment`: RustBuffer.ByValue,`unit`: RustBuffer.ByValue,`variant`: RustBuffer.ByValue,`uniffiOutReturn`: Pointer,uniffiCallStatus: UniffiRustCallStatus,)
}
@Structure.FieldOrder("uniffiFree", "uniffiClone", "onChange")
internal open class UniffiVTableCallbackInterfaceChangeListener(
    @JvmField internal var `uniffiFree`: UniffiCallbackInterfaceFree? = null,
    @JvmField internal var `uniffiClone`: UniffiCallbackInterfaceClone? = null,
    @JvmField internal var `onChange`: UniffiCallbackInterfaceChangeListenerMethod0? = null,
) : Structure() {
    class UniffiByValue(
        `uniffiFree`: UniffiCallbackInterfaceFree? = null,
        `uniffiClone`: UniffiCallbackInterfaceClone? = null,
        `onChange`: UniffiCallbackInterfaceChangeListenerMethod0? = null,
    ): UniffiVTableCallbackInterfaceChangeListener(`uniffiFree`,`uniffiClone`,`onChange`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiVTableCallbackInterfaceChangeListener) {
        `uniffiFree` = other.`uniffiFree`
        `uniffiClone` = other.`uniffiClone`
        `onChange` = other.`onChange`
    }

}
@Structure.FieldOrder("uniffiFree", "uniffiClone", "onGeneration")
internal open class UniffiVTableCallbackInterfaceGenerationListener(
    @JvmField internal var `uniffiFree`: UniffiCallbackInterfaceFree? = null,
    @JvmField internal var `uniffiClone`: UniffiCallbackInterfaceClone? = null,
    @JvmField internal var `onGeneration`: UniffiCallbackInterfaceGenerationListenerMethod0? = null,
) : Structure() {
    class UniffiByValue(
        `uniffiFree`: UniffiCallbackInterfaceFree? = null,
        `uniffiClone`: UniffiCallbackInterfaceClone? = null,
        `onGeneration`: UniffiCallbackInterfaceGenerationListenerMethod0? = null,
    ): UniffiVTableCallbackInterfaceGenerationListener(`uniffiFree`,`uniffiClone`,`onGeneration`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiVTableCallbackInterfaceGenerationListener) {
        `uniffiFree` = other.`uniffiFree`
        `uniffiClone` = other.`uniffiClone`
        `onGeneration` = other.`onGeneration`
    }

}
@Structure.FieldOrder("uniffiFree", "uniffiClone", "onState")
internal open class UniffiVTableCallbackInterfaceStateListener(
    @JvmField internal var `uniffiFree`: UniffiCallbackInterfaceFree? = null,
    @JvmField internal var `uniffiClone`: UniffiCallbackInterfaceClone? = null,
    @JvmField internal var `onState`: UniffiCallbackInterfaceStateListenerMethod0? = null,
) : Structure() {
    class UniffiByValue(
        `uniffiFree`: UniffiCallbackInterfaceFree? = null,
        `uniffiClone`: UniffiCallbackInterfaceClone? = null,
        `onState`: UniffiCallbackInterfaceStateListenerMethod0? = null,
    ): UniffiVTableCallbackInterfaceStateListener(`uniffiFree`,`uniffiClone`,`onState`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiVTableCallbackInterfaceStateListener) {
        `uniffiFree` = other.`uniffiFree`
        `uniffiClone` = other.`uniffiClone`
        `onState` = other.`onState`
    }

}
@Structure.FieldOrder("uniffiFree", "uniffiClone", "get", "put")
internal open class UniffiVTableCallbackInterfaceStickyStore(
    @JvmField internal var `uniffiFree`: UniffiCallbackInterfaceFree? = null,
    @JvmField internal var `uniffiClone`: UniffiCallbackInterfaceClone? = null,
    @JvmField internal var `get`: UniffiCallbackInterfaceStickyStoreMethod0? = null,
    @JvmField internal var `put`: UniffiCallbackInterfaceStickyStoreMethod1? = null,
) : Structure() {
    class UniffiByValue(
        `uniffiFree`: UniffiCallbackInterfaceFree? = null,
        `uniffiClone`: UniffiCallbackInterfaceClone? = null,
        `get`: UniffiCallbackInterfaceStickyStoreMethod0? = null,
        `put`: UniffiCallbackInterfaceStickyStoreMethod1? = null,
    ): UniffiVTableCallbackInterfaceStickyStore(`uniffiFree`,`uniffiClone`,`get`,`put`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiVTableCallbackInterfaceStickyStore) {
        `uniffiFree` = other.`uniffiFree`
        `uniffiClone` = other.`uniffiClone`
        `get` = other.`get`
        `put` = other.`put`
    }

}

// A JNA Library to expose the extern-C FFI definitions.
// This is an implementation detail which will be called internally by the public API.

// For large crates we prevent `MethodTooLargeException` (see #2340)
// N.B. the name of the extension is very misleading, since it is
// rather `InterfaceTooLargeException`, caused by too many methods
// in the interface for large crates.
//
// By splitting the otherwise huge interface into two parts
// * UniffiLib (this)
// * IntegrityCheckingUniffiLib
// And all checksum methods are put into `IntegrityCheckingUniffiLib`
// we allow for ~2x as many methods in the UniffiLib interface.
//
// Note: above all written when we used JNA's `loadIndirect` etc.
// We now use JNA's "direct mapping" - unclear if same considerations apply exactly.
internal object IntegrityCheckingUniffiLib {
    init {
        Native.register(IntegrityCheckingUniffiLib::class.java, findLibraryName(componentName = "vexil"))
        uniffiCheckContractApiVersion(this)
        uniffiCheckApiChecksums(this)
    }

    internal fun ensureInitialized() = Unit
    external fun uniffi_vexil_ffi_checksum_func_codes(
    ): Int
    external fun uniffi_vexil_ffi_checksum_func_version(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_close(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_experiment(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_explain(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_force_refresh(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_generation(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_handle(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_instance_id(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_is_ready(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_on_change(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_on_change_for(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_on_generation(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_on_state(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_pinned(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_put(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_state(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_clear_overrides(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_get_override(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_get_runtime(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_overrides(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_register(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_registered(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_remove_override(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_remove_runtime(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_runtime_values(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_set_override(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_set_runtime(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_vexilclient_unregister(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_changelistener_on_change(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_generationlistener_on_generation(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_statelistener_on_state(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_stickystore_get(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_stickystore_put(
    ): Int
    external fun uniffi_vexil_ffi_checksum_method_subscription_cancel(
    ): Int
    external fun uniffi_vexil_ffi_checksum_constructor_vexilclient_from_env(
    ): Int
    external fun uniffi_vexil_ffi_checksum_constructor_vexilclient_start(
    ): Int
    external fun ffi_vexil_ffi_uniffi_contract_version(
    ): Int


}

internal object UniffiLib {

    // The Cleaner for the whole library
    internal val CLEANER: UniffiCleaner by lazy {
        UniffiCleaner.create()
    }


    init {
        Native.register(UniffiLib::class.java, findLibraryName(componentName = "vexil"))
        uniffiCallbackInterfaceChangeListener.register(this)
        uniffiCallbackInterfaceGenerationListener.register(this)
        uniffiCallbackInterfaceStateListener.register(this)
        uniffiCallbackInterfaceStickyStore.register(this)

    }

    internal fun ensureInitialized() = Unit
    external fun uniffi_vexil_ffi_fn_clone_vexilclient(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_vexil_ffi_fn_free_vexilclient(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_constructor_vexilclient_from_env(`sdk`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_vexil_ffi_fn_constructor_vexilclient_start(`options`: RustBuffer.ByValue,`sticky`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_vexil_ffi_fn_method_vexilclient_close(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_method_vexilclient_experiment(`ptr`: Long,`experiment`: RustBuffer.ByValue,`contextJson`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_vexil_ffi_fn_method_vexilclient_explain(`ptr`: Long,`key`: RustBuffer.ByValue,`contextJson`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_vexil_ffi_fn_method_vexilclient_force_refresh(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_method_vexilclient_generation(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_vexil_ffi_fn_method_vexilclient_handle(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_vexil_ffi_fn_method_vexilclient_instance_id(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_vexil_ffi_fn_method_vexilclient_is_ready(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Byte
    external fun uniffi_vexil_ffi_fn_method_vexilclient_on_change(`ptr`: Long,`namespace`: RustBuffer.ByValue,`key`: RustBuffer.ByValue,`listener`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_vexil_ffi_fn_method_vexilclient_on_change_for(`ptr`: Long,`namespace`: RustBuffer.ByValue,`key`: RustBuffer.ByValue,`contextJson`: RustBuffer.ByValue,`listener`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_vexil_ffi_fn_method_vexilclient_on_generation(`ptr`: Long,`listener`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_vexil_ffi_fn_method_vexilclient_on_state(`ptr`: Long,`listener`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_vexil_ffi_fn_method_vexilclient_pinned(`ptr`: Long,`requestOverridesJson`: RustBuffer.ByValue,`at`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_vexil_ffi_fn_method_vexilclient_put(`ptr`: Long,`definitions`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_method_vexilclient_state(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_vexil_ffi_fn_method_vexilclient_clear_overrides(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_method_vexilclient_get_override(`ptr`: Long,`key`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_vexil_ffi_fn_method_vexilclient_get_runtime(`ptr`: Long,`namespace`: RustBuffer.ByValue,`key`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_vexil_ffi_fn_method_vexilclient_overrides(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_vexil_ffi_fn_method_vexilclient_register(`ptr`: Long,`definitions`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_method_vexilclient_registered(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_vexil_ffi_fn_method_vexilclient_remove_override(`ptr`: Long,`key`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_method_vexilclient_remove_runtime(`ptr`: Long,`namespace`: RustBuffer.ByValue,`key`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_method_vexilclient_runtime_values(`ptr`: Long,`namespace`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_vexil_ffi_fn_method_vexilclient_set_override(`ptr`: Long,`key`: RustBuffer.ByValue,`valueJson`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_method_vexilclient_set_runtime(`ptr`: Long,`namespace`: RustBuffer.ByValue,`key`: RustBuffer.ByValue,`valueJson`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_method_vexilclient_unregister(`ptr`: Long,`key`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_clone_changelistener(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_vexil_ffi_fn_free_changelistener(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_init_callback_vtable_changelistener(`vtable`: UniffiVTableCallbackInterfaceChangeListener,
    ): Unit
    external fun uniffi_vexil_ffi_fn_method_changelistener_on_change(`ptr`: Long,`change`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_clone_generationlistener(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_vexil_ffi_fn_free_generationlistener(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_init_callback_vtable_generationlistener(`vtable`: UniffiVTableCallbackInterfaceGenerationListener,
    ): Unit
    external fun uniffi_vexil_ffi_fn_method_generationlistener_on_generation(`ptr`: Long,`generation`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_clone_statelistener(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_vexil_ffi_fn_free_statelistener(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_init_callback_vtable_statelistener(`vtable`: UniffiVTableCallbackInterfaceStateListener,
    ): Unit
    external fun uniffi_vexil_ffi_fn_method_statelistener_on_state(`ptr`: Long,`state`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_clone_stickystore(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_vexil_ffi_fn_free_stickystore(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_init_callback_vtable_stickystore(`vtable`: UniffiVTableCallbackInterfaceStickyStore,
    ): Unit
    external fun uniffi_vexil_ffi_fn_method_stickystore_get(`ptr`: Long,`experiment`: RustBuffer.ByValue,`unit`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_vexil_ffi_fn_method_stickystore_put(`ptr`: Long,`experiment`: RustBuffer.ByValue,`unit`: RustBuffer.ByValue,`variant`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_clone_subscription(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_vexil_ffi_fn_free_subscription(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_method_subscription_cancel(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_vexil_ffi_fn_func_codes(uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_vexil_ffi_fn_func_version(uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun ffi_vexil_ffi_rustbuffer_alloc(`size`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun ffi_vexil_ffi_rustbuffer_from_bytes(`bytes`: ForeignBytes.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun ffi_vexil_ffi_rustbuffer_free(`buf`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun ffi_vexil_ffi_rustbuffer_reserve(`buf`: RustBuffer.ByValue,`additional`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun ffi_vexil_ffi_rust_future_poll_u8(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_cancel_u8(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_free_u8(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_complete_u8(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Int
    external fun ffi_vexil_ffi_rust_future_poll_i8(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_cancel_i8(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_free_i8(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_complete_i8(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Byte
    external fun ffi_vexil_ffi_rust_future_poll_u16(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_cancel_u16(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_free_u16(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_complete_u16(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Int
    external fun ffi_vexil_ffi_rust_future_poll_i16(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_cancel_i16(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_free_i16(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_complete_i16(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Short
    external fun ffi_vexil_ffi_rust_future_poll_u32(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_cancel_u32(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_free_u32(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_complete_u32(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Int
    external fun ffi_vexil_ffi_rust_future_poll_i32(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_cancel_i32(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_free_i32(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_complete_i32(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Int
    external fun ffi_vexil_ffi_rust_future_poll_u64(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_cancel_u64(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_free_u64(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_complete_u64(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun ffi_vexil_ffi_rust_future_poll_i64(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_cancel_i64(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_free_i64(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_complete_i64(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun ffi_vexil_ffi_rust_future_poll_f32(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_cancel_f32(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_free_f32(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_complete_f32(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Float
    external fun ffi_vexil_ffi_rust_future_poll_f64(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_cancel_f64(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_free_f64(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_complete_f64(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Double
    external fun ffi_vexil_ffi_rust_future_poll_rust_buffer(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_cancel_rust_buffer(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_free_rust_buffer(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_complete_rust_buffer(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun ffi_vexil_ffi_rust_future_poll_void(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_cancel_void(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_free_void(`handle`: Long,
    ): Unit
    external fun ffi_vexil_ffi_rust_future_complete_void(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Unit


}

private fun uniffiCheckContractApiVersion(lib: IntegrityCheckingUniffiLib) {
    // Get the bindings contract version from our ComponentInterface
    val bindings_contract_version = 30
    // Get the scaffolding contract version by calling the into the dylib
    val scaffolding_contract_version = lib.ffi_vexil_ffi_uniffi_contract_version()
    if (bindings_contract_version != scaffolding_contract_version) {
        throw RuntimeException("UniFFI contract version mismatch: try cleaning and rebuilding your project")
    }
}
@Suppress("UNUSED_PARAMETER")
private fun uniffiCheckApiChecksums(lib: IntegrityCheckingUniffiLib) {
    if ((lib.uniffi_vexil_ffi_checksum_func_codes() and 0xFFFF) != 35642) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_func_version() and 0xFFFF) != 43513) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_close() and 0xFFFF) != 39520) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_experiment() and 0xFFFF) != 44363) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_explain() and 0xFFFF) != 35920) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_force_refresh() and 0xFFFF) != 17621) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_generation() and 0xFFFF) != 24284) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_handle() and 0xFFFF) != 44108) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_instance_id() and 0xFFFF) != 41862) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_is_ready() and 0xFFFF) != 37309) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_on_change() and 0xFFFF) != 35633) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_on_change_for() and 0xFFFF) != 18583) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_on_generation() and 0xFFFF) != 3122) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_on_state() and 0xFFFF) != 39630) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_pinned() and 0xFFFF) != 15278) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_put() and 0xFFFF) != 42663) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_state() and 0xFFFF) != 42985) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_clear_overrides() and 0xFFFF) != 25853) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_get_override() and 0xFFFF) != 56945) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_get_runtime() and 0xFFFF) != 56632) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_overrides() and 0xFFFF) != 10914) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_register() and 0xFFFF) != 41083) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_registered() and 0xFFFF) != 56177) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_remove_override() and 0xFFFF) != 31893) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_remove_runtime() and 0xFFFF) != 18211) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_runtime_values() and 0xFFFF) != 11125) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_set_override() and 0xFFFF) != 16578) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_set_runtime() and 0xFFFF) != 2275) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_vexilclient_unregister() and 0xFFFF) != 52549) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_changelistener_on_change() and 0xFFFF) != 31144) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_generationlistener_on_generation() and 0xFFFF) != 26510) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_statelistener_on_state() and 0xFFFF) != 41625) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_stickystore_get() and 0xFFFF) != 33678) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_stickystore_put() and 0xFFFF) != 32107) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_method_subscription_cancel() and 0xFFFF) != 47912) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_constructor_vexilclient_from_env() and 0xFFFF) != 41761) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_vexil_ffi_checksum_constructor_vexilclient_start() and 0xFFFF) != 25204) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
}

/**
 * @suppress
 */
internal fun uniffiEnsureInitialized() {
    // Call arbitrary methods on IntegrityCheckingUniffiLib and UniffiLib to ensure that
    // their init blocks run. This ensures initialization across crates works as expected.
    IntegrityCheckingUniffiLib.ensureInitialized()
    UniffiLib.ensureInitialized()
}

// Async support

// Public interface members begin here.


// Interface implemented by anything that can contain an object reference.
//
// Such types expose a `destroy()` method that must be called to cleanly
// dispose of the contained objects. Failure to call this method may result
// in memory leaks.
//
// The easiest way to ensure this method is called is to use the `.use`
// helper method to execute a block and destroy the object at the end.
internal interface Disposable {
    fun destroy()
    companion object {
        fun destroy(vararg args: Any?) {
            for (arg in args) {
                when (arg) {
                    is Disposable -> arg.destroy()
                    is ArrayList<*> -> {
                        for (idx in arg.indices) {
                            val element = arg[idx]
                            if (element is Disposable) {
                                element.destroy()
                            }
                        }
                    }
                    is Map<*, *> -> {
                        for (element in arg.values) {
                            if (element is Disposable) {
                                element.destroy()
                            }
                        }
                    }
                    is Iterable<*> -> {
                        for (element in arg) {
                            if (element is Disposable) {
                                element.destroy()
                            }
                        }
                    }
                }
            }
        }
    }
}

/**
 * @suppress
 */
internal inline fun <T : Disposable?, R> T.use(block: (T) -> R) =
    try {
        block(this)
    } finally {
        try {
            // N.B. our implementation is on the nullable type `Disposable?`.
            this?.destroy()
        } catch (e: Throwable) {
            // swallow
        }
    }

/**
 * Placeholder object used to signal that we're constructing an interface with a FFI handle.
 *
 * This is the first argument for interface constructors that input a raw handle. It exists is that
 * so we can avoid signature conflicts when an interface has a regular constructor than inputs a
 * Long.
 *
 * @suppress
 * */
internal object UniffiWithHandle

/**
 * Used to instantiate an interface without an actual pointer, for fakes in tests, mostly.
 *
 * @suppress
 * */
internal object NoHandle// Magic number for the Rust proxy to call using the same mechanism as every other method,
// to free the callback once it's dropped by Rust.
internal const val IDX_CALLBACK_FREE = 0
// Callback return codes
internal const val UNIFFI_CALLBACK_SUCCESS = 0
internal const val UNIFFI_CALLBACK_ERROR = 1
internal const val UNIFFI_CALLBACK_UNEXPECTED_ERROR = 2

/**
 * @suppress
 */
internal abstract class FfiConverterCallbackInterface<CallbackInterface: Any>: FfiConverter<CallbackInterface, Long> {
    internal val handleMap = UniffiHandleMap<CallbackInterface>()

    internal fun drop(handle: Long) {
        handleMap.remove(handle)
    }

    override fun lift(value: Long): CallbackInterface {
        return handleMap.get(value)
    }

    override fun read(buf: ByteBuffer) = lift(buf.getLong())

    override fun lower(value: CallbackInterface) = handleMap.insert(value)

    override fun allocationSize(value: CallbackInterface) = 8UL

    override fun write(value: CallbackInterface, buf: ByteBuffer) {
        buf.putLong(lower(value))
    }
}
/**
 * The cleaner interface for Object finalization code to run.
 * This is the entry point to any implementation that we're using.
 *
 * The cleaner registers objects and returns cleanables, so now we are
 * defining a `UniffiCleaner` with a `UniffiClenaer.Cleanable` to abstract the
 * different implmentations available at compile time.
 *
 * @suppress
 */
internal interface UniffiCleaner {
    interface Cleanable {
        fun clean()
    }

    fun register(value: Any, cleanUpTask: Runnable): UniffiCleaner.Cleanable

    companion object
}

// The fallback Jna cleaner, which is available for both Android, and the JVM.
private class UniffiJnaCleaner : UniffiCleaner {
    private val cleaner = com.sun.jna.internal.Cleaner.getCleaner()

    override fun register(value: Any, cleanUpTask: Runnable): UniffiCleaner.Cleanable =
        UniffiJnaCleanable(cleaner.register(value, cleanUpTask))
}

private class UniffiJnaCleanable(
    private val cleanable: com.sun.jna.internal.Cleaner.Cleanable,
) : UniffiCleaner.Cleanable {
    override fun clean() = cleanable.clean()
}


// We decide at uniffi binding generation time whether we were
// using Android or not.
// There are further runtime checks to chose the correct implementation
// of the cleaner.
private fun UniffiCleaner.Companion.create(): UniffiCleaner =
    try {
        // For safety's sake: if the library hasn't been run in android_cleaner = true
        // mode, but is being run on Android, then we still need to think about
        // Android API versions.
        // So we check if java.lang.ref.Cleaner is there, and use that…
        java.lang.Class.forName("java.lang.ref.Cleaner")
        JavaLangRefCleaner()
    } catch (e: ClassNotFoundException) {
        // … otherwise, fallback to the JNA cleaner.
        UniffiJnaCleaner()
    }

private class JavaLangRefCleaner : UniffiCleaner {
    val cleaner = java.lang.ref.Cleaner.create()

    override fun register(value: Any, cleanUpTask: Runnable): UniffiCleaner.Cleanable =
        JavaLangRefCleanable(cleaner.register(value, cleanUpTask))
}

private class JavaLangRefCleanable(
    val cleanable: java.lang.ref.Cleaner.Cleanable
) : UniffiCleaner.Cleanable {
    override fun clean() = cleanable.clean()
}

/**
 * @suppress
 */
internal object FfiConverterUInt: FfiConverter<UInt, Int> {
    override fun lift(value: Int): UInt {
        return value.toUInt()
    }

    override fun read(buf: ByteBuffer): UInt {
        return lift(buf.getInt())
    }

    override fun lower(value: UInt): Int {
        return value.toInt()
    }

    override fun allocationSize(value: UInt) = 4UL

    override fun write(value: UInt, buf: ByteBuffer) {
        buf.putInt(value.toInt())
    }
}

/**
 * @suppress
 */
internal object FfiConverterInt: FfiConverter<Int, Int> {
    override fun lift(value: Int): Int {
        return value
    }

    override fun read(buf: ByteBuffer): Int {
        return buf.getInt()
    }

    override fun lower(value: Int): Int {
        return value
    }

    override fun allocationSize(value: Int) = 4UL

    override fun write(value: Int, buf: ByteBuffer) {
        buf.putInt(value)
    }
}

/**
 * @suppress
 */
internal object FfiConverterULong: FfiConverter<ULong, Long> {
    override fun lift(value: Long): ULong {
        return value.toULong()
    }

    override fun read(buf: ByteBuffer): ULong {
        return lift(buf.getLong())
    }

    override fun lower(value: ULong): Long {
        return value.toLong()
    }

    override fun allocationSize(value: ULong) = 8UL

    override fun write(value: ULong, buf: ByteBuffer) {
        buf.putLong(value.toLong())
    }
}

/**
 * @suppress
 */
internal object FfiConverterLong: FfiConverter<Long, Long> {
    override fun lift(value: Long): Long {
        return value
    }

    override fun read(buf: ByteBuffer): Long {
        return buf.getLong()
    }

    override fun lower(value: Long): Long {
        return value
    }

    override fun allocationSize(value: Long) = 8UL

    override fun write(value: Long, buf: ByteBuffer) {
        buf.putLong(value)
    }
}

/**
 * @suppress
 */
internal object FfiConverterBoolean: FfiConverter<Boolean, Byte> {
    override fun lift(value: Byte): Boolean {
        return value.toInt() != 0
    }

    override fun read(buf: ByteBuffer): Boolean {
        return lift(buf.get())
    }

    override fun lower(value: Boolean): Byte {
        return if (value) 1.toByte() else 0.toByte()
    }

    override fun allocationSize(value: Boolean) = 1UL

    override fun write(value: Boolean, buf: ByteBuffer) {
        buf.put(lower(value))
    }
}

/**
 * @suppress
 */
internal object FfiConverterString: FfiConverter<String, RustBuffer.ByValue> {
    // Note: we don't inherit from FfiConverterRustBuffer, because we use a
    // special encoding when lowering/lifting.  We can use `RustBuffer.len` to
    // store our length and avoid writing it out to the buffer.
    override fun lift(value: RustBuffer.ByValue): String {
        try {
            val byteArr = ByteArray(value.len.toInt())
            value.asByteBuffer()!!.get(byteArr)
            return byteArr.toString(Charsets.UTF_8)
        } finally {
            RustBuffer.free(value)
        }
    }

    override fun read(buf: ByteBuffer): String {
        val len = buf.getInt()
        val byteArr = ByteArray(len)
        buf.get(byteArr)
        return byteArr.toString(Charsets.UTF_8)
    }

    fun toUtf8(value: String): ByteBuffer {
        // Make sure we don't have invalid UTF-16, check for lone surrogates.
        return Charsets.UTF_8.newEncoder().run {
            onMalformedInput(CodingErrorAction.REPORT)
            encode(CharBuffer.wrap(value))
        }
    }

    override fun lower(value: String): RustBuffer.ByValue {
        val byteBuf = toUtf8(value)
        // Ideally we'd pass these bytes to `ffi_bytebuffer_from_bytes`, but doing so would require us
        // to copy them into a JNA `Memory`. So we might as well directly copy them into a `RustBuffer`.
        val rbuf = RustBuffer.alloc(byteBuf.limit().toULong())
        rbuf.asByteBuffer()!!.put(byteBuf)
        return rbuf
    }

    // We aren't sure exactly how many bytes our string will be once it's UTF-8
    // encoded.  Allocate 3 bytes per UTF-16 code unit which will always be
    // enough.
    override fun allocationSize(value: String): ULong {
        val sizeForLength = 4UL
        val sizeForString = value.length.toULong() * 3UL
        return sizeForLength + sizeForString
    }

    override fun write(value: String, buf: ByteBuffer) {
        val byteBuf = toUtf8(value)
        buf.putInt(byteBuf.limit())
        buf.put(byteBuf)
    }
}


// This template implements a class for working with a Rust struct via a handle
// to the live Rust struct on the other side of the FFI.
//
// There's some subtlety here, because we have to be careful not to operate on a Rust
// struct after it has been dropped, and because we must expose a public API for freeing
// theq Kotlin wrapper object in lieu of reliable finalizers. The core requirements are:
//
//   * Each instance holds an opaque handle to the underlying Rust struct.
//     Method calls need to read this handle from the object's state and pass it in to
//     the Rust FFI.
//
//   * When an instance is no longer needed, its handle should be passed to a
//     special destructor function provided by the Rust FFI, which will drop the
//     underlying Rust struct.
//
//   * Given an instance, calling code is expected to call the special
//     `destroy` method in order to free it after use, either by calling it explicitly
//     or by using a higher-level helper like the `use` method. Failing to do so risks
//     leaking the underlying Rust struct.
//
//   * We can't assume that calling code will do the right thing, and must be prepared
//     to handle Kotlin method calls executing concurrently with or even after a call to
//     `destroy`, and to handle multiple (possibly concurrent!) calls to `destroy`.
//
//   * We must never allow Rust code to operate on the underlying Rust struct after
//     the destructor has been called, and must never call the destructor more than once.
//     Doing so may trigger memory unsafety.
//
//   * To mitigate many of the risks of leaking memory and use-after-free unsafety, a `Cleaner`
//     is implemented to call the destructor when the Kotlin object becomes unreachable.
//     This is done in a background thread. This is not a panacea, and client code should be aware that
//      1. the thread may starve if some there are objects that have poorly performing
//     `drop` methods or do significant work in their `drop` methods.
//      2. the thread is shared across the whole library. This can be tuned by using `android_cleaner = true`,
//         or `android = true` in the [`kotlin` section of the `uniffi.toml` file](https://mozilla.github.io/uniffi-rs/kotlin/configuration.html).
//
// If we try to implement this with mutual exclusion on access to the handle, there is the
// possibility of a race between a method call and a concurrent call to `destroy`:
//
//    * Thread A starts a method call, reads the value of the handle, but is interrupted
//      before it can pass the handle over the FFI to Rust.
//    * Thread B calls `destroy` and frees the underlying Rust struct.
//    * Thread A resumes, passing the already-read handle value to Rust and triggering
//      a use-after-free.
//
// One possible solution would be to use a `ReadWriteLock`, with each method call taking
// a read lock (and thus allowed to run concurrently) and the special `destroy` method
// taking a write lock (and thus blocking on live method calls). However, we aim not to
// generate methods with any hidden blocking semantics, and a `destroy` method that might
// block if called incorrectly seems to meet that bar.
//
// So, we achieve our goals by giving each instance an associated `AtomicLong` counter to track
// the number of in-flight method calls, and an `AtomicBoolean` flag to indicate whether `destroy`
// has been called. These are updated according to the following rules:
//
//    * The initial value of the counter is 1, indicating a live object with no in-flight calls.
//      The initial value for the flag is false.
//
//    * At the start of each method call, we atomically check the counter.
//      If it is 0 then the underlying Rust struct has already been destroyed and the call is aborted.
//      If it is nonzero them we atomically increment it by 1 and proceed with the method call.
//
//    * At the end of each method call, we atomically decrement and check the counter.
//      If it has reached zero then we destroy the underlying Rust struct.
//
//    * When `destroy` is called, we atomically flip the flag from false to true.
//      If the flag was already true we silently fail.
//      Otherwise we atomically decrement and check the counter.
//      If it has reached zero then we destroy the underlying Rust struct.
//
// Astute readers may observe that this all sounds very similar to the way that Rust's `Arc<T>` works,
// and indeed it is, with the addition of a flag to guard against multiple calls to `destroy`.
//
// The overall effect is that the underlying Rust struct is destroyed only when `destroy` has been
// called *and* all in-flight method calls have completed, avoiding violating any of the expectations
// of the underlying Rust code.
//
// This makes a cleaner a better alternative to _not_ calling `destroy()` as
// and when the object is finished with, but the abstraction is not perfect: if the Rust object's `drop`
// method is slow, and/or there are many objects to cleanup, and it's on a low end Android device, then the cleaner
// thread may be starved, and the app will leak memory.
//
// In this case, `destroy`ing manually may be a better solution.
//
// The cleaner can live side by side with the manual calling of `destroy`. In the order of responsiveness, uniffi objects
// with Rust peers are reclaimed:
//
// 1. By calling the `destroy` method of the object, which calls `rustObject.free()`. If that doesn't happen:
// 2. When the object becomes unreachable, AND the Cleaner thread gets to call `rustObject.free()`. If the thread is starved then:
// 3. The memory is reclaimed when the process terminates.
//
// [1] https://stackoverflow.com/questions/24376768/can-java-finalize-an-object-when-it-is-still-in-scope/24380219
//


/**
 * Hears of a key whose value is another, likewise.
 */
internal interface ChangeListener {

    /**
     * The value is another.
     */
    fun `onChange`(`change`: ValueChange)

    companion object
}

/**
 * Hears of a key whose value is another, likewise.
 */
internal open class ChangeListenerImpl: Disposable, AutoCloseable, ChangeListener
{

    @Suppress("UNUSED_PARAMETER")
    /**
     * @suppress
     */
    constructor(withHandle: UniffiWithHandle, handle: Long) {
        this.handle = handle
        this.cleanable = UniffiLib.CLEANER.register(this, UniffiCleanAction(handle))
    }

    /**
     * @suppress
     *
     * This constructor can be used to instantiate a fake object. Only used for tests. Any
     * attempt to actually use an object constructed this way will fail as there is no
     * connected Rust object.
     */
    @Suppress("UNUSED_PARAMETER")
    constructor(noHandle: NoHandle) {
        this.handle = 0
        this.cleanable = null
    }

    protected val handle: Long
    protected val cleanable: UniffiCleaner.Cleanable?

    private val wasDestroyed = AtomicBoolean(false)
    private val callCounter = AtomicLong(1)

    /**
     * Whether the current object has been destroyed and its reference is gone in the Rust side.
     */
    val uniffiIsDestroyed: Boolean get() = wasDestroyed.get()

    override fun destroy() {
        // Only allow a single call to this method.
        // TODO: maybe we should log a warning if called more than once?
        if (this.wasDestroyed.compareAndSet(false, true)) {
            // This decrement always matches the initial count of 1 given at creation time.
            if (this.callCounter.decrementAndGet() == 0L) {
                cleanable?.clean()
            }
        }
    }

    @Synchronized
    override fun close() {
        this.destroy()
    }

    internal inline fun <R> callWithHandle(block: (handle: Long) -> R): R {
        // Check and increment the call counter, to keep the object alive.
        // This needs a compare-and-set retry loop in case of concurrent updates.
        do {
            val c = this.callCounter.get()
            if (c == 0L) {
                throw IllegalStateException("${this.javaClass.simpleName} object has already been destroyed")
            }
            if (c == Long.MAX_VALUE) {
                throw IllegalStateException("${this.javaClass.simpleName} call counter would overflow")
            }
        } while (! this.callCounter.compareAndSet(c, c + 1L))
        // Now we can safely do the method call without the handle being freed concurrently.
        try {
            return block(this.uniffiCloneHandle())
        } finally {
            // This decrement always matches the increment we performed above.
            if (this.callCounter.decrementAndGet() == 0L) {
                cleanable?.clean()
            }
        }
    }

    // Use a static inner class instead of a closure so as not to accidentally
    // capture `this` as part of the cleanable's action.
    private class UniffiCleanAction(private val handle: Long) : Runnable {
        override fun run() {
            if (handle == 0.toLong()) {
                // Fake object created with `NoHandle`, don't try to free.
                return;
            }
            uniffiRustCall { status ->
                UniffiLib.uniffi_vexil_ffi_fn_free_changelistener(handle, status)
            }
        }
    }

    /**
     * @suppress
     */
    fun uniffiCloneHandle(): Long {
        if (handle == 0.toLong()) {
            throw InternalException("uniffiCloneHandle() called on NoHandle object");
        }
        return uniffiRustCall() { status ->
            UniffiLib.uniffi_vexil_ffi_fn_clone_changelistener(handle, status)
        }
    }


    /**
     * The value is another.
     */
    @Throws(ListenerException::class)override fun `onChange`(`change`: ValueChange)
        =
    callWithHandle {
    uniffiRustCallWithError(ListenerException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_changelistener_on_change(
        it,

        FfiConverterTypeValueChange.lower(`change`),_status)
}
    }










    /**
     * @suppress
     */
    companion object

}



// Put the implementation in an object so we don't pollute the top-level namespace
internal object uniffiCallbackInterfaceChangeListener {
    internal object `onChange`: UniffiCallbackInterfaceChangeListenerMethod0 {
        override fun callback(`uniffiHandle`: Long,`change`: RustBuffer.ByValue,`uniffiOutReturn`: Pointer,uniffiCallStatus: UniffiRustCallStatus,) {
            val uniffiObj = FfiConverterTypeChangeListener.handleMap.get(uniffiHandle)
            val makeCall = { ->
                uniffiObj.`onChange`(
                    FfiConverterTypeValueChange.lift(`change`),
                )
            }
            val writeReturn = { _: Unit -> Unit }
            uniffiTraitInterfaceCallWithError(
                uniffiCallStatus,
                makeCall,
                writeReturn,
                { e: ListenerException -> FfiConverterTypeListenerError.lower(e) }
            )
        }
    }

    internal object uniffiFree: UniffiCallbackInterfaceFree {
        override fun callback(handle: Long) {
            FfiConverterTypeChangeListener.handleMap.remove(handle)
        }
    }

    internal object uniffiClone: UniffiCallbackInterfaceClone {
        override fun callback(handle: Long): Long {
            return FfiConverterTypeChangeListener.handleMap.clone(handle)
        }
    }

    internal var vtable = UniffiVTableCallbackInterfaceChangeListener.UniffiByValue(
        uniffiFree,
        uniffiClone,
        `onChange`,
    )

    // Registers the foreign callback with the Rust side.
    // This method is generated for each callback interface.
    internal fun register(lib: UniffiLib) {
        lib.uniffi_vexil_ffi_fn_init_callback_vtable_changelistener(vtable)
    }
}

/**
 * @suppress
 */
internal object FfiConverterTypeChangeListener: FfiConverter<ChangeListener, Long> {
    internal val handleMap = UniffiHandleMap<ChangeListener>()

    override fun lower(value: ChangeListener): Long {
        if (value is ChangeListenerImpl) {
             // Rust-implemented object.  Clone the handle and return it
            return value.uniffiCloneHandle()
         } else {
            // Kotlin object, generate a new vtable handle and return that.
            return handleMap.insert(value)
         }
    }

    override fun lift(value: Long): ChangeListener {
        if ((value and 1.toLong()) == 0.toLong()) {
            // Rust-generated handle, construct a new class that uses the handle to implement the
            // interface
            return ChangeListenerImpl(UniffiWithHandle, value)
        } else {
            // Kotlin-generated handle, get the object from the handle map
            return handleMap.remove(value)
        }
    }

    override fun read(buf: ByteBuffer): ChangeListener {
        return lift(buf.getLong())
    }

    override fun allocationSize(value: ChangeListener) = 8UL

    override fun write(value: ChangeListener, buf: ByteBuffer) {
        buf.putLong(lower(value))
    }
}


// This template implements a class for working with a Rust struct via a handle
// to the live Rust struct on the other side of the FFI.
//
// There's some subtlety here, because we have to be careful not to operate on a Rust
// struct after it has been dropped, and because we must expose a public API for freeing
// theq Kotlin wrapper object in lieu of reliable finalizers. The core requirements are:
//
//   * Each instance holds an opaque handle to the underlying Rust struct.
//     Method calls need to read this handle from the object's state and pass it in to
//     the Rust FFI.
//
//   * When an instance is no longer needed, its handle should be passed to a
//     special destructor function provided by the Rust FFI, which will drop the
//     underlying Rust struct.
//
//   * Given an instance, calling code is expected to call the special
//     `destroy` method in order to free it after use, either by calling it explicitly
//     or by using a higher-level helper like the `use` method. Failing to do so risks
//     leaking the underlying Rust struct.
//
//   * We can't assume that calling code will do the right thing, and must be prepared
//     to handle Kotlin method calls executing concurrently with or even after a call to
//     `destroy`, and to handle multiple (possibly concurrent!) calls to `destroy`.
//
//   * We must never allow Rust code to operate on the underlying Rust struct after
//     the destructor has been called, and must never call the destructor more than once.
//     Doing so may trigger memory unsafety.
//
//   * To mitigate many of the risks of leaking memory and use-after-free unsafety, a `Cleaner`
//     is implemented to call the destructor when the Kotlin object becomes unreachable.
//     This is done in a background thread. This is not a panacea, and client code should be aware that
//      1. the thread may starve if some there are objects that have poorly performing
//     `drop` methods or do significant work in their `drop` methods.
//      2. the thread is shared across the whole library. This can be tuned by using `android_cleaner = true`,
//         or `android = true` in the [`kotlin` section of the `uniffi.toml` file](https://mozilla.github.io/uniffi-rs/kotlin/configuration.html).
//
// If we try to implement this with mutual exclusion on access to the handle, there is the
// possibility of a race between a method call and a concurrent call to `destroy`:
//
//    * Thread A starts a method call, reads the value of the handle, but is interrupted
//      before it can pass the handle over the FFI to Rust.
//    * Thread B calls `destroy` and frees the underlying Rust struct.
//    * Thread A resumes, passing the already-read handle value to Rust and triggering
//      a use-after-free.
//
// One possible solution would be to use a `ReadWriteLock`, with each method call taking
// a read lock (and thus allowed to run concurrently) and the special `destroy` method
// taking a write lock (and thus blocking on live method calls). However, we aim not to
// generate methods with any hidden blocking semantics, and a `destroy` method that might
// block if called incorrectly seems to meet that bar.
//
// So, we achieve our goals by giving each instance an associated `AtomicLong` counter to track
// the number of in-flight method calls, and an `AtomicBoolean` flag to indicate whether `destroy`
// has been called. These are updated according to the following rules:
//
//    * The initial value of the counter is 1, indicating a live object with no in-flight calls.
//      The initial value for the flag is false.
//
//    * At the start of each method call, we atomically check the counter.
//      If it is 0 then the underlying Rust struct has already been destroyed and the call is aborted.
//      If it is nonzero them we atomically increment it by 1 and proceed with the method call.
//
//    * At the end of each method call, we atomically decrement and check the counter.
//      If it has reached zero then we destroy the underlying Rust struct.
//
//    * When `destroy` is called, we atomically flip the flag from false to true.
//      If the flag was already true we silently fail.
//      Otherwise we atomically decrement and check the counter.
//      If it has reached zero then we destroy the underlying Rust struct.
//
// Astute readers may observe that this all sounds very similar to the way that Rust's `Arc<T>` works,
// and indeed it is, with the addition of a flag to guard against multiple calls to `destroy`.
//
// The overall effect is that the underlying Rust struct is destroyed only when `destroy` has been
// called *and* all in-flight method calls have completed, avoiding violating any of the expectations
// of the underlying Rust code.
//
// This makes a cleaner a better alternative to _not_ calling `destroy()` as
// and when the object is finished with, but the abstraction is not perfect: if the Rust object's `drop`
// method is slow, and/or there are many objects to cleanup, and it's on a low end Android device, then the cleaner
// thread may be starved, and the app will leak memory.
//
// In this case, `destroy`ing manually may be a better solution.
//
// The cleaner can live side by side with the manual calling of `destroy`. In the order of responsiveness, uniffi objects
// with Rust peers are reclaimed:
//
// 1. By calling the `destroy` method of the object, which calls `rustObject.free()`. If that doesn't happen:
// 2. When the object becomes unreachable, AND the Cleaner thread gets to call `rustObject.free()`. If the thread is starved then:
// 3. The memory is reclaimed when the process terminates.
//
// [1] https://stackoverflow.com/questions/24376768/can-java-finalize-an-object-when-it-is-still-in-scope/24380219
//


/**
 * Hears whenever what a read may come to is another, likewise.
 */
internal interface GenerationListener {

    /**
     * It is another; the number is the new one's.
     */
    fun `onGeneration`(`generation`: kotlin.ULong)

    companion object
}

/**
 * Hears whenever what a read may come to is another, likewise.
 */
internal open class GenerationListenerImpl: Disposable, AutoCloseable, GenerationListener
{

    @Suppress("UNUSED_PARAMETER")
    /**
     * @suppress
     */
    constructor(withHandle: UniffiWithHandle, handle: Long) {
        this.handle = handle
        this.cleanable = UniffiLib.CLEANER.register(this, UniffiCleanAction(handle))
    }

    /**
     * @suppress
     *
     * This constructor can be used to instantiate a fake object. Only used for tests. Any
     * attempt to actually use an object constructed this way will fail as there is no
     * connected Rust object.
     */
    @Suppress("UNUSED_PARAMETER")
    constructor(noHandle: NoHandle) {
        this.handle = 0
        this.cleanable = null
    }

    protected val handle: Long
    protected val cleanable: UniffiCleaner.Cleanable?

    private val wasDestroyed = AtomicBoolean(false)
    private val callCounter = AtomicLong(1)

    /**
     * Whether the current object has been destroyed and its reference is gone in the Rust side.
     */
    val uniffiIsDestroyed: Boolean get() = wasDestroyed.get()

    override fun destroy() {
        // Only allow a single call to this method.
        // TODO: maybe we should log a warning if called more than once?
        if (this.wasDestroyed.compareAndSet(false, true)) {
            // This decrement always matches the initial count of 1 given at creation time.
            if (this.callCounter.decrementAndGet() == 0L) {
                cleanable?.clean()
            }
        }
    }

    @Synchronized
    override fun close() {
        this.destroy()
    }

    internal inline fun <R> callWithHandle(block: (handle: Long) -> R): R {
        // Check and increment the call counter, to keep the object alive.
        // This needs a compare-and-set retry loop in case of concurrent updates.
        do {
            val c = this.callCounter.get()
            if (c == 0L) {
                throw IllegalStateException("${this.javaClass.simpleName} object has already been destroyed")
            }
            if (c == Long.MAX_VALUE) {
                throw IllegalStateException("${this.javaClass.simpleName} call counter would overflow")
            }
        } while (! this.callCounter.compareAndSet(c, c + 1L))
        // Now we can safely do the method call without the handle being freed concurrently.
        try {
            return block(this.uniffiCloneHandle())
        } finally {
            // This decrement always matches the increment we performed above.
            if (this.callCounter.decrementAndGet() == 0L) {
                cleanable?.clean()
            }
        }
    }

    // Use a static inner class instead of a closure so as not to accidentally
    // capture `this` as part of the cleanable's action.
    private class UniffiCleanAction(private val handle: Long) : Runnable {
        override fun run() {
            if (handle == 0.toLong()) {
                // Fake object created with `NoHandle`, don't try to free.
                return;
            }
            uniffiRustCall { status ->
                UniffiLib.uniffi_vexil_ffi_fn_free_generationlistener(handle, status)
            }
        }
    }

    /**
     * @suppress
     */
    fun uniffiCloneHandle(): Long {
        if (handle == 0.toLong()) {
            throw InternalException("uniffiCloneHandle() called on NoHandle object");
        }
        return uniffiRustCall() { status ->
            UniffiLib.uniffi_vexil_ffi_fn_clone_generationlistener(handle, status)
        }
    }


    /**
     * It is another; the number is the new one's.
     */
    @Throws(ListenerException::class)override fun `onGeneration`(`generation`: kotlin.ULong)
        =
    callWithHandle {
    uniffiRustCallWithError(ListenerException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_generationlistener_on_generation(
        it,

        FfiConverterULong.lower(`generation`),_status)
}
    }










    /**
     * @suppress
     */
    companion object

}



// Put the implementation in an object so we don't pollute the top-level namespace
internal object uniffiCallbackInterfaceGenerationListener {
    internal object `onGeneration`: UniffiCallbackInterfaceGenerationListenerMethod0 {
        override fun callback(`uniffiHandle`: Long,`generation`: Long,`uniffiOutReturn`: Pointer,uniffiCallStatus: UniffiRustCallStatus,) {
            val uniffiObj = FfiConverterTypeGenerationListener.handleMap.get(uniffiHandle)
            val makeCall = { ->
                uniffiObj.`onGeneration`(
                    FfiConverterULong.lift(`generation`),
                )
            }
            val writeReturn = { _: Unit -> Unit }
            uniffiTraitInterfaceCallWithError(
                uniffiCallStatus,
                makeCall,
                writeReturn,
                { e: ListenerException -> FfiConverterTypeListenerError.lower(e) }
            )
        }
    }

    internal object uniffiFree: UniffiCallbackInterfaceFree {
        override fun callback(handle: Long) {
            FfiConverterTypeGenerationListener.handleMap.remove(handle)
        }
    }

    internal object uniffiClone: UniffiCallbackInterfaceClone {
        override fun callback(handle: Long): Long {
            return FfiConverterTypeGenerationListener.handleMap.clone(handle)
        }
    }

    internal var vtable = UniffiVTableCallbackInterfaceGenerationListener.UniffiByValue(
        uniffiFree,
        uniffiClone,
        `onGeneration`,
    )

    // Registers the foreign callback with the Rust side.
    // This method is generated for each callback interface.
    internal fun register(lib: UniffiLib) {
        lib.uniffi_vexil_ffi_fn_init_callback_vtable_generationlistener(vtable)
    }
}

/**
 * @suppress
 */
internal object FfiConverterTypeGenerationListener: FfiConverter<GenerationListener, Long> {
    internal val handleMap = UniffiHandleMap<GenerationListener>()

    override fun lower(value: GenerationListener): Long {
        if (value is GenerationListenerImpl) {
             // Rust-implemented object.  Clone the handle and return it
            return value.uniffiCloneHandle()
         } else {
            // Kotlin object, generate a new vtable handle and return that.
            return handleMap.insert(value)
         }
    }

    override fun lift(value: Long): GenerationListener {
        if ((value and 1.toLong()) == 0.toLong()) {
            // Rust-generated handle, construct a new class that uses the handle to implement the
            // interface
            return GenerationListenerImpl(UniffiWithHandle, value)
        } else {
            // Kotlin-generated handle, get the object from the handle map
            return handleMap.remove(value)
        }
    }

    override fun read(buf: ByteBuffer): GenerationListener {
        return lift(buf.getLong())
    }

    override fun allocationSize(value: GenerationListener) = 8UL

    override fun write(value: GenerationListener, buf: ByteBuffer) {
        buf.putLong(lower(value))
    }
}


// This template implements a class for working with a Rust struct via a handle
// to the live Rust struct on the other side of the FFI.
//
// There's some subtlety here, because we have to be careful not to operate on a Rust
// struct after it has been dropped, and because we must expose a public API for freeing
// theq Kotlin wrapper object in lieu of reliable finalizers. The core requirements are:
//
//   * Each instance holds an opaque handle to the underlying Rust struct.
//     Method calls need to read this handle from the object's state and pass it in to
//     the Rust FFI.
//
//   * When an instance is no longer needed, its handle should be passed to a
//     special destructor function provided by the Rust FFI, which will drop the
//     underlying Rust struct.
//
//   * Given an instance, calling code is expected to call the special
//     `destroy` method in order to free it after use, either by calling it explicitly
//     or by using a higher-level helper like the `use` method. Failing to do so risks
//     leaking the underlying Rust struct.
//
//   * We can't assume that calling code will do the right thing, and must be prepared
//     to handle Kotlin method calls executing concurrently with or even after a call to
//     `destroy`, and to handle multiple (possibly concurrent!) calls to `destroy`.
//
//   * We must never allow Rust code to operate on the underlying Rust struct after
//     the destructor has been called, and must never call the destructor more than once.
//     Doing so may trigger memory unsafety.
//
//   * To mitigate many of the risks of leaking memory and use-after-free unsafety, a `Cleaner`
//     is implemented to call the destructor when the Kotlin object becomes unreachable.
//     This is done in a background thread. This is not a panacea, and client code should be aware that
//      1. the thread may starve if some there are objects that have poorly performing
//     `drop` methods or do significant work in their `drop` methods.
//      2. the thread is shared across the whole library. This can be tuned by using `android_cleaner = true`,
//         or `android = true` in the [`kotlin` section of the `uniffi.toml` file](https://mozilla.github.io/uniffi-rs/kotlin/configuration.html).
//
// If we try to implement this with mutual exclusion on access to the handle, there is the
// possibility of a race between a method call and a concurrent call to `destroy`:
//
//    * Thread A starts a method call, reads the value of the handle, but is interrupted
//      before it can pass the handle over the FFI to Rust.
//    * Thread B calls `destroy` and frees the underlying Rust struct.
//    * Thread A resumes, passing the already-read handle value to Rust and triggering
//      a use-after-free.
//
// One possible solution would be to use a `ReadWriteLock`, with each method call taking
// a read lock (and thus allowed to run concurrently) and the special `destroy` method
// taking a write lock (and thus blocking on live method calls). However, we aim not to
// generate methods with any hidden blocking semantics, and a `destroy` method that might
// block if called incorrectly seems to meet that bar.
//
// So, we achieve our goals by giving each instance an associated `AtomicLong` counter to track
// the number of in-flight method calls, and an `AtomicBoolean` flag to indicate whether `destroy`
// has been called. These are updated according to the following rules:
//
//    * The initial value of the counter is 1, indicating a live object with no in-flight calls.
//      The initial value for the flag is false.
//
//    * At the start of each method call, we atomically check the counter.
//      If it is 0 then the underlying Rust struct has already been destroyed and the call is aborted.
//      If it is nonzero them we atomically increment it by 1 and proceed with the method call.
//
//    * At the end of each method call, we atomically decrement and check the counter.
//      If it has reached zero then we destroy the underlying Rust struct.
//
//    * When `destroy` is called, we atomically flip the flag from false to true.
//      If the flag was already true we silently fail.
//      Otherwise we atomically decrement and check the counter.
//      If it has reached zero then we destroy the underlying Rust struct.
//
// Astute readers may observe that this all sounds very similar to the way that Rust's `Arc<T>` works,
// and indeed it is, with the addition of a flag to guard against multiple calls to `destroy`.
//
// The overall effect is that the underlying Rust struct is destroyed only when `destroy` has been
// called *and* all in-flight method calls have completed, avoiding violating any of the expectations
// of the underlying Rust code.
//
// This makes a cleaner a better alternative to _not_ calling `destroy()` as
// and when the object is finished with, but the abstraction is not perfect: if the Rust object's `drop`
// method is slow, and/or there are many objects to cleanup, and it's on a low end Android device, then the cleaner
// thread may be starved, and the app will leak memory.
//
// In this case, `destroy`ing manually may be a better solution.
//
// The cleaner can live side by side with the manual calling of `destroy`. In the order of responsiveness, uniffi objects
// with Rust peers are reclaimed:
//
// 1. By calling the `destroy` method of the object, which calls `rustObject.free()`. If that doesn't happen:
// 2. When the object becomes unreachable, AND the Cleaner thread gets to call `rustObject.free()`. If the thread is starved then:
// 3. The memory is reclaimed when the process terminates.
//
// [1] https://stackoverflow.com/questions/24376768/can-java-finalize-an-object-when-it-is-still-in-scope/24380219
//


/**
 * Hears of every change of a client's state, on the thread that makes it or on one that is telling of another just then.
 */
internal interface StateListener {

    /**
     * The state is another.
     */
    fun `onState`(`state`: ClientState)

    companion object
}

/**
 * Hears of every change of a client's state, on the thread that makes it or on one that is telling of another just then.
 */
internal open class StateListenerImpl: Disposable, AutoCloseable, StateListener
{

    @Suppress("UNUSED_PARAMETER")
    /**
     * @suppress
     */
    constructor(withHandle: UniffiWithHandle, handle: Long) {
        this.handle = handle
        this.cleanable = UniffiLib.CLEANER.register(this, UniffiCleanAction(handle))
    }

    /**
     * @suppress
     *
     * This constructor can be used to instantiate a fake object. Only used for tests. Any
     * attempt to actually use an object constructed this way will fail as there is no
     * connected Rust object.
     */
    @Suppress("UNUSED_PARAMETER")
    constructor(noHandle: NoHandle) {
        this.handle = 0
        this.cleanable = null
    }

    protected val handle: Long
    protected val cleanable: UniffiCleaner.Cleanable?

    private val wasDestroyed = AtomicBoolean(false)
    private val callCounter = AtomicLong(1)

    /**
     * Whether the current object has been destroyed and its reference is gone in the Rust side.
     */
    val uniffiIsDestroyed: Boolean get() = wasDestroyed.get()

    override fun destroy() {
        // Only allow a single call to this method.
        // TODO: maybe we should log a warning if called more than once?
        if (this.wasDestroyed.compareAndSet(false, true)) {
            // This decrement always matches the initial count of 1 given at creation time.
            if (this.callCounter.decrementAndGet() == 0L) {
                cleanable?.clean()
            }
        }
    }

    @Synchronized
    override fun close() {
        this.destroy()
    }

    internal inline fun <R> callWithHandle(block: (handle: Long) -> R): R {
        // Check and increment the call counter, to keep the object alive.
        // This needs a compare-and-set retry loop in case of concurrent updates.
        do {
            val c = this.callCounter.get()
            if (c == 0L) {
                throw IllegalStateException("${this.javaClass.simpleName} object has already been destroyed")
            }
            if (c == Long.MAX_VALUE) {
                throw IllegalStateException("${this.javaClass.simpleName} call counter would overflow")
            }
        } while (! this.callCounter.compareAndSet(c, c + 1L))
        // Now we can safely do the method call without the handle being freed concurrently.
        try {
            return block(this.uniffiCloneHandle())
        } finally {
            // This decrement always matches the increment we performed above.
            if (this.callCounter.decrementAndGet() == 0L) {
                cleanable?.clean()
            }
        }
    }

    // Use a static inner class instead of a closure so as not to accidentally
    // capture `this` as part of the cleanable's action.
    private class UniffiCleanAction(private val handle: Long) : Runnable {
        override fun run() {
            if (handle == 0.toLong()) {
                // Fake object created with `NoHandle`, don't try to free.
                return;
            }
            uniffiRustCall { status ->
                UniffiLib.uniffi_vexil_ffi_fn_free_statelistener(handle, status)
            }
        }
    }

    /**
     * @suppress
     */
    fun uniffiCloneHandle(): Long {
        if (handle == 0.toLong()) {
            throw InternalException("uniffiCloneHandle() called on NoHandle object");
        }
        return uniffiRustCall() { status ->
            UniffiLib.uniffi_vexil_ffi_fn_clone_statelistener(handle, status)
        }
    }


    /**
     * The state is another.
     */
    @Throws(ListenerException::class)override fun `onState`(`state`: ClientState)
        =
    callWithHandle {
    uniffiRustCallWithError(ListenerException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_statelistener_on_state(
        it,

        FfiConverterTypeClientState.lower(`state`),_status)
}
    }










    /**
     * @suppress
     */
    companion object

}



// Put the implementation in an object so we don't pollute the top-level namespace
internal object uniffiCallbackInterfaceStateListener {
    internal object `onState`: UniffiCallbackInterfaceStateListenerMethod0 {
        override fun callback(`uniffiHandle`: Long,`state`: RustBuffer.ByValue,`uniffiOutReturn`: Pointer,uniffiCallStatus: UniffiRustCallStatus,) {
            val uniffiObj = FfiConverterTypeStateListener.handleMap.get(uniffiHandle)
            val makeCall = { ->
                uniffiObj.`onState`(
                    FfiConverterTypeClientState.lift(`state`),
                )
            }
            val writeReturn = { _: Unit -> Unit }
            uniffiTraitInterfaceCallWithError(
                uniffiCallStatus,
                makeCall,
                writeReturn,
                { e: ListenerException -> FfiConverterTypeListenerError.lower(e) }
            )
        }
    }

    internal object uniffiFree: UniffiCallbackInterfaceFree {
        override fun callback(handle: Long) {
            FfiConverterTypeStateListener.handleMap.remove(handle)
        }
    }

    internal object uniffiClone: UniffiCallbackInterfaceClone {
        override fun callback(handle: Long): Long {
            return FfiConverterTypeStateListener.handleMap.clone(handle)
        }
    }

    internal var vtable = UniffiVTableCallbackInterfaceStateListener.UniffiByValue(
        uniffiFree,
        uniffiClone,
        `onState`,
    )

    // Registers the foreign callback with the Rust side.
    // This method is generated for each callback interface.
    internal fun register(lib: UniffiLib) {
        lib.uniffi_vexil_ffi_fn_init_callback_vtable_statelistener(vtable)
    }
}

/**
 * @suppress
 */
internal object FfiConverterTypeStateListener: FfiConverter<StateListener, Long> {
    internal val handleMap = UniffiHandleMap<StateListener>()

    override fun lower(value: StateListener): Long {
        if (value is StateListenerImpl) {
             // Rust-implemented object.  Clone the handle and return it
            return value.uniffiCloneHandle()
         } else {
            // Kotlin object, generate a new vtable handle and return that.
            return handleMap.insert(value)
         }
    }

    override fun lift(value: Long): StateListener {
        if ((value and 1.toLong()) == 0.toLong()) {
            // Rust-generated handle, construct a new class that uses the handle to implement the
            // interface
            return StateListenerImpl(UniffiWithHandle, value)
        } else {
            // Kotlin-generated handle, get the object from the handle map
            return handleMap.remove(value)
        }
    }

    override fun read(buf: ByteBuffer): StateListener {
        return lift(buf.getLong())
    }

    override fun allocationSize(value: StateListener) = 8UL

    override fun write(value: StateListener, buf: ByteBuffer) {
        buf.putLong(lower(value))
    }
}


// This template implements a class for working with a Rust struct via a handle
// to the live Rust struct on the other side of the FFI.
//
// There's some subtlety here, because we have to be careful not to operate on a Rust
// struct after it has been dropped, and because we must expose a public API for freeing
// theq Kotlin wrapper object in lieu of reliable finalizers. The core requirements are:
//
//   * Each instance holds an opaque handle to the underlying Rust struct.
//     Method calls need to read this handle from the object's state and pass it in to
//     the Rust FFI.
//
//   * When an instance is no longer needed, its handle should be passed to a
//     special destructor function provided by the Rust FFI, which will drop the
//     underlying Rust struct.
//
//   * Given an instance, calling code is expected to call the special
//     `destroy` method in order to free it after use, either by calling it explicitly
//     or by using a higher-level helper like the `use` method. Failing to do so risks
//     leaking the underlying Rust struct.
//
//   * We can't assume that calling code will do the right thing, and must be prepared
//     to handle Kotlin method calls executing concurrently with or even after a call to
//     `destroy`, and to handle multiple (possibly concurrent!) calls to `destroy`.
//
//   * We must never allow Rust code to operate on the underlying Rust struct after
//     the destructor has been called, and must never call the destructor more than once.
//     Doing so may trigger memory unsafety.
//
//   * To mitigate many of the risks of leaking memory and use-after-free unsafety, a `Cleaner`
//     is implemented to call the destructor when the Kotlin object becomes unreachable.
//     This is done in a background thread. This is not a panacea, and client code should be aware that
//      1. the thread may starve if some there are objects that have poorly performing
//     `drop` methods or do significant work in their `drop` methods.
//      2. the thread is shared across the whole library. This can be tuned by using `android_cleaner = true`,
//         or `android = true` in the [`kotlin` section of the `uniffi.toml` file](https://mozilla.github.io/uniffi-rs/kotlin/configuration.html).
//
// If we try to implement this with mutual exclusion on access to the handle, there is the
// possibility of a race between a method call and a concurrent call to `destroy`:
//
//    * Thread A starts a method call, reads the value of the handle, but is interrupted
//      before it can pass the handle over the FFI to Rust.
//    * Thread B calls `destroy` and frees the underlying Rust struct.
//    * Thread A resumes, passing the already-read handle value to Rust and triggering
//      a use-after-free.
//
// One possible solution would be to use a `ReadWriteLock`, with each method call taking
// a read lock (and thus allowed to run concurrently) and the special `destroy` method
// taking a write lock (and thus blocking on live method calls). However, we aim not to
// generate methods with any hidden blocking semantics, and a `destroy` method that might
// block if called incorrectly seems to meet that bar.
//
// So, we achieve our goals by giving each instance an associated `AtomicLong` counter to track
// the number of in-flight method calls, and an `AtomicBoolean` flag to indicate whether `destroy`
// has been called. These are updated according to the following rules:
//
//    * The initial value of the counter is 1, indicating a live object with no in-flight calls.
//      The initial value for the flag is false.
//
//    * At the start of each method call, we atomically check the counter.
//      If it is 0 then the underlying Rust struct has already been destroyed and the call is aborted.
//      If it is nonzero them we atomically increment it by 1 and proceed with the method call.
//
//    * At the end of each method call, we atomically decrement and check the counter.
//      If it has reached zero then we destroy the underlying Rust struct.
//
//    * When `destroy` is called, we atomically flip the flag from false to true.
//      If the flag was already true we silently fail.
//      Otherwise we atomically decrement and check the counter.
//      If it has reached zero then we destroy the underlying Rust struct.
//
// Astute readers may observe that this all sounds very similar to the way that Rust's `Arc<T>` works,
// and indeed it is, with the addition of a flag to guard against multiple calls to `destroy`.
//
// The overall effect is that the underlying Rust struct is destroyed only when `destroy` has been
// called *and* all in-flight method calls have completed, avoiding violating any of the expectations
// of the underlying Rust code.
//
// This makes a cleaner a better alternative to _not_ calling `destroy()` as
// and when the object is finished with, but the abstraction is not perfect: if the Rust object's `drop`
// method is slow, and/or there are many objects to cleanup, and it's on a low end Android device, then the cleaner
// thread may be starved, and the app will leak memory.
//
// In this case, `destroy`ing manually may be a better solution.
//
// The cleaner can live side by side with the manual calling of `destroy`. In the order of responsiveness, uniffi objects
// with Rust peers are reclaimed:
//
// 1. By calling the `destroy` method of the object, which calls `rustObject.free()`. If that doesn't happen:
// 2. When the object becomes unreachable, AND the Cleaner thread gets to call `rustObject.free()`. If the thread is starved then:
// 3. The memory is reclaimed when the process terminates.
//
// [1] https://stackoverflow.com/questions/24376768/can-java-finalize-an-object-when-it-is-still-in-scope/24380219
//


/**
 * Where variants are remembered that units were given in experiments that are `sticky`. It is asked by reads, in the
 * thread that reads; one that throws is taken for one that knows nothing.
 */
internal interface StickyStore {

    /**
     * The id of the variant that a unit was given.
     */
    fun `get`(`experiment`: kotlin.String, `unit`: kotlin.String): kotlin.String?

    /**
     * Remembers the variant that a unit was given.
     */
    fun `put`(`experiment`: kotlin.String, `unit`: kotlin.String, `variant`: kotlin.String)

    companion object
}

/**
 * Where variants are remembered that units were given in experiments that are `sticky`. It is asked by reads, in the
 * thread that reads; one that throws is taken for one that knows nothing.
 */
internal open class StickyStoreImpl: Disposable, AutoCloseable, StickyStore
{

    @Suppress("UNUSED_PARAMETER")
    /**
     * @suppress
     */
    constructor(withHandle: UniffiWithHandle, handle: Long) {
        this.handle = handle
        this.cleanable = UniffiLib.CLEANER.register(this, UniffiCleanAction(handle))
    }

    /**
     * @suppress
     *
     * This constructor can be used to instantiate a fake object. Only used for tests. Any
     * attempt to actually use an object constructed this way will fail as there is no
     * connected Rust object.
     */
    @Suppress("UNUSED_PARAMETER")
    constructor(noHandle: NoHandle) {
        this.handle = 0
        this.cleanable = null
    }

    protected val handle: Long
    protected val cleanable: UniffiCleaner.Cleanable?

    private val wasDestroyed = AtomicBoolean(false)
    private val callCounter = AtomicLong(1)

    /**
     * Whether the current object has been destroyed and its reference is gone in the Rust side.
     */
    val uniffiIsDestroyed: Boolean get() = wasDestroyed.get()

    override fun destroy() {
        // Only allow a single call to this method.
        // TODO: maybe we should log a warning if called more than once?
        if (this.wasDestroyed.compareAndSet(false, true)) {
            // This decrement always matches the initial count of 1 given at creation time.
            if (this.callCounter.decrementAndGet() == 0L) {
                cleanable?.clean()
            }
        }
    }

    @Synchronized
    override fun close() {
        this.destroy()
    }

    internal inline fun <R> callWithHandle(block: (handle: Long) -> R): R {
        // Check and increment the call counter, to keep the object alive.
        // This needs a compare-and-set retry loop in case of concurrent updates.
        do {
            val c = this.callCounter.get()
            if (c == 0L) {
                throw IllegalStateException("${this.javaClass.simpleName} object has already been destroyed")
            }
            if (c == Long.MAX_VALUE) {
                throw IllegalStateException("${this.javaClass.simpleName} call counter would overflow")
            }
        } while (! this.callCounter.compareAndSet(c, c + 1L))
        // Now we can safely do the method call without the handle being freed concurrently.
        try {
            return block(this.uniffiCloneHandle())
        } finally {
            // This decrement always matches the increment we performed above.
            if (this.callCounter.decrementAndGet() == 0L) {
                cleanable?.clean()
            }
        }
    }

    // Use a static inner class instead of a closure so as not to accidentally
    // capture `this` as part of the cleanable's action.
    private class UniffiCleanAction(private val handle: Long) : Runnable {
        override fun run() {
            if (handle == 0.toLong()) {
                // Fake object created with `NoHandle`, don't try to free.
                return;
            }
            uniffiRustCall { status ->
                UniffiLib.uniffi_vexil_ffi_fn_free_stickystore(handle, status)
            }
        }
    }

    /**
     * @suppress
     */
    fun uniffiCloneHandle(): Long {
        if (handle == 0.toLong()) {
            throw InternalException("uniffiCloneHandle() called on NoHandle object");
        }
        return uniffiRustCall() { status ->
            UniffiLib.uniffi_vexil_ffi_fn_clone_stickystore(handle, status)
        }
    }


    /**
     * The id of the variant that a unit was given.
     */
    @Throws(ListenerException::class)override fun `get`(`experiment`: kotlin.String, `unit`: kotlin.String): kotlin.String? {
            return FfiConverterOptionalString.lift(
    callWithHandle {
    uniffiRustCallWithError(ListenerException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_stickystore_get(
        it,

        FfiConverterString.lower(`experiment`),
        FfiConverterString.lower(`unit`),_status)
}
    }
    )
    }



    /**
     * Remembers the variant that a unit was given.
     */
    @Throws(ListenerException::class)override fun `put`(`experiment`: kotlin.String, `unit`: kotlin.String, `variant`: kotlin.String)
        =
    callWithHandle {
    uniffiRustCallWithError(ListenerException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_stickystore_put(
        it,

        FfiConverterString.lower(`experiment`),
        FfiConverterString.lower(`unit`),
        FfiConverterString.lower(`variant`),_status)
}
    }










    /**
     * @suppress
     */
    companion object

}



// Put the implementation in an object so we don't pollute the top-level namespace
internal object uniffiCallbackInterfaceStickyStore {
    internal object `get`: UniffiCallbackInterfaceStickyStoreMethod0 {
        override fun callback(`uniffiHandle`: Long,`experiment`: RustBuffer.ByValue,`unit`: RustBuffer.ByValue,`uniffiOutReturn`: RustBuffer,uniffiCallStatus: UniffiRustCallStatus,) {
            val uniffiObj = FfiConverterTypeStickyStore.handleMap.get(uniffiHandle)
            val makeCall = { ->
                uniffiObj.`get`(
                    FfiConverterString.lift(`experiment`),
                    FfiConverterString.lift(`unit`),
                )
            }
            val writeReturn = { value: kotlin.String? -> uniffiOutReturn.setValue(FfiConverterOptionalString.lower(value)) }
            uniffiTraitInterfaceCallWithError(
                uniffiCallStatus,
                makeCall,
                writeReturn,
                { e: ListenerException -> FfiConverterTypeListenerError.lower(e) }
            )
        }
    }
    internal object `put`: UniffiCallbackInterfaceStickyStoreMethod1 {
        override fun callback(`uniffiHandle`: Long,`experiment`: RustBuffer.ByValue,`unit`: RustBuffer.ByValue,`variant`: RustBuffer.ByValue,`uniffiOutReturn`: Pointer,uniffiCallStatus: UniffiRustCallStatus,) {
            val uniffiObj = FfiConverterTypeStickyStore.handleMap.get(uniffiHandle)
            val makeCall = { ->
                uniffiObj.`put`(
                    FfiConverterString.lift(`experiment`),
                    FfiConverterString.lift(`unit`),
                    FfiConverterString.lift(`variant`),
                )
            }
            val writeReturn = { _: Unit -> Unit }
            uniffiTraitInterfaceCallWithError(
                uniffiCallStatus,
                makeCall,
                writeReturn,
                { e: ListenerException -> FfiConverterTypeListenerError.lower(e) }
            )
        }
    }

    internal object uniffiFree: UniffiCallbackInterfaceFree {
        override fun callback(handle: Long) {
            FfiConverterTypeStickyStore.handleMap.remove(handle)
        }
    }

    internal object uniffiClone: UniffiCallbackInterfaceClone {
        override fun callback(handle: Long): Long {
            return FfiConverterTypeStickyStore.handleMap.clone(handle)
        }
    }

    internal var vtable = UniffiVTableCallbackInterfaceStickyStore.UniffiByValue(
        uniffiFree,
        uniffiClone,
        `get`,
        `put`,
    )

    // Registers the foreign callback with the Rust side.
    // This method is generated for each callback interface.
    internal fun register(lib: UniffiLib) {
        lib.uniffi_vexil_ffi_fn_init_callback_vtable_stickystore(vtable)
    }
}

/**
 * @suppress
 */
internal object FfiConverterTypeStickyStore: FfiConverter<StickyStore, Long> {
    internal val handleMap = UniffiHandleMap<StickyStore>()

    override fun lower(value: StickyStore): Long {
        if (value is StickyStoreImpl) {
             // Rust-implemented object.  Clone the handle and return it
            return value.uniffiCloneHandle()
         } else {
            // Kotlin object, generate a new vtable handle and return that.
            return handleMap.insert(value)
         }
    }

    override fun lift(value: Long): StickyStore {
        if ((value and 1.toLong()) == 0.toLong()) {
            // Rust-generated handle, construct a new class that uses the handle to implement the
            // interface
            return StickyStoreImpl(UniffiWithHandle, value)
        } else {
            // Kotlin-generated handle, get the object from the handle map
            return handleMap.remove(value)
        }
    }

    override fun read(buf: ByteBuffer): StickyStore {
        return lift(buf.getLong())
    }

    override fun allocationSize(value: StickyStore) = 8UL

    override fun write(value: StickyStore, buf: ByteBuffer) {
        buf.putLong(lower(value))
    }
}


// This template implements a class for working with a Rust struct via a handle
// to the live Rust struct on the other side of the FFI.
//
// There's some subtlety here, because we have to be careful not to operate on a Rust
// struct after it has been dropped, and because we must expose a public API for freeing
// theq Kotlin wrapper object in lieu of reliable finalizers. The core requirements are:
//
//   * Each instance holds an opaque handle to the underlying Rust struct.
//     Method calls need to read this handle from the object's state and pass it in to
//     the Rust FFI.
//
//   * When an instance is no longer needed, its handle should be passed to a
//     special destructor function provided by the Rust FFI, which will drop the
//     underlying Rust struct.
//
//   * Given an instance, calling code is expected to call the special
//     `destroy` method in order to free it after use, either by calling it explicitly
//     or by using a higher-level helper like the `use` method. Failing to do so risks
//     leaking the underlying Rust struct.
//
//   * We can't assume that calling code will do the right thing, and must be prepared
//     to handle Kotlin method calls executing concurrently with or even after a call to
//     `destroy`, and to handle multiple (possibly concurrent!) calls to `destroy`.
//
//   * We must never allow Rust code to operate on the underlying Rust struct after
//     the destructor has been called, and must never call the destructor more than once.
//     Doing so may trigger memory unsafety.
//
//   * To mitigate many of the risks of leaking memory and use-after-free unsafety, a `Cleaner`
//     is implemented to call the destructor when the Kotlin object becomes unreachable.
//     This is done in a background thread. This is not a panacea, and client code should be aware that
//      1. the thread may starve if some there are objects that have poorly performing
//     `drop` methods or do significant work in their `drop` methods.
//      2. the thread is shared across the whole library. This can be tuned by using `android_cleaner = true`,
//         or `android = true` in the [`kotlin` section of the `uniffi.toml` file](https://mozilla.github.io/uniffi-rs/kotlin/configuration.html).
//
// If we try to implement this with mutual exclusion on access to the handle, there is the
// possibility of a race between a method call and a concurrent call to `destroy`:
//
//    * Thread A starts a method call, reads the value of the handle, but is interrupted
//      before it can pass the handle over the FFI to Rust.
//    * Thread B calls `destroy` and frees the underlying Rust struct.
//    * Thread A resumes, passing the already-read handle value to Rust and triggering
//      a use-after-free.
//
// One possible solution would be to use a `ReadWriteLock`, with each method call taking
// a read lock (and thus allowed to run concurrently) and the special `destroy` method
// taking a write lock (and thus blocking on live method calls). However, we aim not to
// generate methods with any hidden blocking semantics, and a `destroy` method that might
// block if called incorrectly seems to meet that bar.
//
// So, we achieve our goals by giving each instance an associated `AtomicLong` counter to track
// the number of in-flight method calls, and an `AtomicBoolean` flag to indicate whether `destroy`
// has been called. These are updated according to the following rules:
//
//    * The initial value of the counter is 1, indicating a live object with no in-flight calls.
//      The initial value for the flag is false.
//
//    * At the start of each method call, we atomically check the counter.
//      If it is 0 then the underlying Rust struct has already been destroyed and the call is aborted.
//      If it is nonzero them we atomically increment it by 1 and proceed with the method call.
//
//    * At the end of each method call, we atomically decrement and check the counter.
//      If it has reached zero then we destroy the underlying Rust struct.
//
//    * When `destroy` is called, we atomically flip the flag from false to true.
//      If the flag was already true we silently fail.
//      Otherwise we atomically decrement and check the counter.
//      If it has reached zero then we destroy the underlying Rust struct.
//
// Astute readers may observe that this all sounds very similar to the way that Rust's `Arc<T>` works,
// and indeed it is, with the addition of a flag to guard against multiple calls to `destroy`.
//
// The overall effect is that the underlying Rust struct is destroyed only when `destroy` has been
// called *and* all in-flight method calls have completed, avoiding violating any of the expectations
// of the underlying Rust code.
//
// This makes a cleaner a better alternative to _not_ calling `destroy()` as
// and when the object is finished with, but the abstraction is not perfect: if the Rust object's `drop`
// method is slow, and/or there are many objects to cleanup, and it's on a low end Android device, then the cleaner
// thread may be starved, and the app will leak memory.
//
// In this case, `destroy`ing manually may be a better solution.
//
// The cleaner can live side by side with the manual calling of `destroy`. In the order of responsiveness, uniffi objects
// with Rust peers are reclaimed:
//
// 1. By calling the `destroy` method of the object, which calls `rustObject.free()`. If that doesn't happen:
// 2. When the object becomes unreachable, AND the Cleaner thread gets to call `rustObject.free()`. If the thread is starved then:
// 3. The memory is reclaimed when the process terminates.
//
// [1] https://stackoverflow.com/questions/24376768/can-java-finalize-an-object-when-it-is-still-in-scope/24380219
//


/**
 * Listens until it is cancelled or dropped.
 */
internal interface SubscriptionInterface {

    /**
     * Listens no more. What is being told just now is still heard.
     */
    fun `cancel`()

    companion object
}

/**
 * Listens until it is cancelled or dropped.
 */
internal open class Subscription: Disposable, AutoCloseable, SubscriptionInterface
{

    @Suppress("UNUSED_PARAMETER")
    /**
     * @suppress
     */
    constructor(withHandle: UniffiWithHandle, handle: Long) {
        this.handle = handle
        this.cleanable = UniffiLib.CLEANER.register(this, UniffiCleanAction(handle))
    }

    /**
     * @suppress
     *
     * This constructor can be used to instantiate a fake object. Only used for tests. Any
     * attempt to actually use an object constructed this way will fail as there is no
     * connected Rust object.
     */
    @Suppress("UNUSED_PARAMETER")
    constructor(noHandle: NoHandle) {
        this.handle = 0
        this.cleanable = null
    }

    protected val handle: Long
    protected val cleanable: UniffiCleaner.Cleanable?

    private val wasDestroyed = AtomicBoolean(false)
    private val callCounter = AtomicLong(1)

    /**
     * Whether the current object has been destroyed and its reference is gone in the Rust side.
     */
    val uniffiIsDestroyed: Boolean get() = wasDestroyed.get()

    override fun destroy() {
        // Only allow a single call to this method.
        // TODO: maybe we should log a warning if called more than once?
        if (this.wasDestroyed.compareAndSet(false, true)) {
            // This decrement always matches the initial count of 1 given at creation time.
            if (this.callCounter.decrementAndGet() == 0L) {
                cleanable?.clean()
            }
        }
    }

    @Synchronized
    override fun close() {
        this.destroy()
    }

    internal inline fun <R> callWithHandle(block: (handle: Long) -> R): R {
        // Check and increment the call counter, to keep the object alive.
        // This needs a compare-and-set retry loop in case of concurrent updates.
        do {
            val c = this.callCounter.get()
            if (c == 0L) {
                throw IllegalStateException("${this.javaClass.simpleName} object has already been destroyed")
            }
            if (c == Long.MAX_VALUE) {
                throw IllegalStateException("${this.javaClass.simpleName} call counter would overflow")
            }
        } while (! this.callCounter.compareAndSet(c, c + 1L))
        // Now we can safely do the method call without the handle being freed concurrently.
        try {
            return block(this.uniffiCloneHandle())
        } finally {
            // This decrement always matches the increment we performed above.
            if (this.callCounter.decrementAndGet() == 0L) {
                cleanable?.clean()
            }
        }
    }

    // Use a static inner class instead of a closure so as not to accidentally
    // capture `this` as part of the cleanable's action.
    private class UniffiCleanAction(private val handle: Long) : Runnable {
        override fun run() {
            if (handle == 0.toLong()) {
                // Fake object created with `NoHandle`, don't try to free.
                return;
            }
            uniffiRustCall { status ->
                UniffiLib.uniffi_vexil_ffi_fn_free_subscription(handle, status)
            }
        }
    }

    /**
     * @suppress
     */
    fun uniffiCloneHandle(): Long {
        if (handle == 0.toLong()) {
            throw InternalException("uniffiCloneHandle() called on NoHandle object");
        }
        return uniffiRustCall() { status ->
            UniffiLib.uniffi_vexil_ffi_fn_clone_subscription(handle, status)
        }
    }


    /**
     * Listens no more. What is being told just now is still heard.
     */
    @Throws(VexilException::class)override fun `cancel`()
        =
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_subscription_cancel(
        it,
        _status)
}
    }










    /**
     * @suppress
     */
    companion object

}


/**
 * @suppress
 */
internal object FfiConverterTypeSubscription: FfiConverter<Subscription, Long> {
    override fun lower(value: Subscription): Long {
        return value.uniffiCloneHandle()
    }

    override fun lift(value: Long): Subscription {
        return Subscription(UniffiWithHandle, value)
    }

    override fun read(buf: ByteBuffer): Subscription {
        return lift(buf.getLong())
    }

    override fun allocationSize(value: Subscription) = 8UL

    override fun write(value: Subscription, buf: ByteBuffer) {
        buf.putLong(lower(value))
    }
}


// This template implements a class for working with a Rust struct via a handle
// to the live Rust struct on the other side of the FFI.
//
// There's some subtlety here, because we have to be careful not to operate on a Rust
// struct after it has been dropped, and because we must expose a public API for freeing
// theq Kotlin wrapper object in lieu of reliable finalizers. The core requirements are:
//
//   * Each instance holds an opaque handle to the underlying Rust struct.
//     Method calls need to read this handle from the object's state and pass it in to
//     the Rust FFI.
//
//   * When an instance is no longer needed, its handle should be passed to a
//     special destructor function provided by the Rust FFI, which will drop the
//     underlying Rust struct.
//
//   * Given an instance, calling code is expected to call the special
//     `destroy` method in order to free it after use, either by calling it explicitly
//     or by using a higher-level helper like the `use` method. Failing to do so risks
//     leaking the underlying Rust struct.
//
//   * We can't assume that calling code will do the right thing, and must be prepared
//     to handle Kotlin method calls executing concurrently with or even after a call to
//     `destroy`, and to handle multiple (possibly concurrent!) calls to `destroy`.
//
//   * We must never allow Rust code to operate on the underlying Rust struct after
//     the destructor has been called, and must never call the destructor more than once.
//     Doing so may trigger memory unsafety.
//
//   * To mitigate many of the risks of leaking memory and use-after-free unsafety, a `Cleaner`
//     is implemented to call the destructor when the Kotlin object becomes unreachable.
//     This is done in a background thread. This is not a panacea, and client code should be aware that
//      1. the thread may starve if some there are objects that have poorly performing
//     `drop` methods or do significant work in their `drop` methods.
//      2. the thread is shared across the whole library. This can be tuned by using `android_cleaner = true`,
//         or `android = true` in the [`kotlin` section of the `uniffi.toml` file](https://mozilla.github.io/uniffi-rs/kotlin/configuration.html).
//
// If we try to implement this with mutual exclusion on access to the handle, there is the
// possibility of a race between a method call and a concurrent call to `destroy`:
//
//    * Thread A starts a method call, reads the value of the handle, but is interrupted
//      before it can pass the handle over the FFI to Rust.
//    * Thread B calls `destroy` and frees the underlying Rust struct.
//    * Thread A resumes, passing the already-read handle value to Rust and triggering
//      a use-after-free.
//
// One possible solution would be to use a `ReadWriteLock`, with each method call taking
// a read lock (and thus allowed to run concurrently) and the special `destroy` method
// taking a write lock (and thus blocking on live method calls). However, we aim not to
// generate methods with any hidden blocking semantics, and a `destroy` method that might
// block if called incorrectly seems to meet that bar.
//
// So, we achieve our goals by giving each instance an associated `AtomicLong` counter to track
// the number of in-flight method calls, and an `AtomicBoolean` flag to indicate whether `destroy`
// has been called. These are updated according to the following rules:
//
//    * The initial value of the counter is 1, indicating a live object with no in-flight calls.
//      The initial value for the flag is false.
//
//    * At the start of each method call, we atomically check the counter.
//      If it is 0 then the underlying Rust struct has already been destroyed and the call is aborted.
//      If it is nonzero them we atomically increment it by 1 and proceed with the method call.
//
//    * At the end of each method call, we atomically decrement and check the counter.
//      If it has reached zero then we destroy the underlying Rust struct.
//
//    * When `destroy` is called, we atomically flip the flag from false to true.
//      If the flag was already true we silently fail.
//      Otherwise we atomically decrement and check the counter.
//      If it has reached zero then we destroy the underlying Rust struct.
//
// Astute readers may observe that this all sounds very similar to the way that Rust's `Arc<T>` works,
// and indeed it is, with the addition of a flag to guard against multiple calls to `destroy`.
//
// The overall effect is that the underlying Rust struct is destroyed only when `destroy` has been
// called *and* all in-flight method calls have completed, avoiding violating any of the expectations
// of the underlying Rust code.
//
// This makes a cleaner a better alternative to _not_ calling `destroy()` as
// and when the object is finished with, but the abstraction is not perfect: if the Rust object's `drop`
// method is slow, and/or there are many objects to cleanup, and it's on a low end Android device, then the cleaner
// thread may be starved, and the app will leak memory.
//
// In this case, `destroy`ing manually may be a better solution.
//
// The cleaner can live side by side with the manual calling of `destroy`. In the order of responsiveness, uniffi objects
// with Rust peers are reclaimed:
//
// 1. By calling the `destroy` method of the object, which calls `rustObject.free()`. If that doesn't happen:
// 2. When the object becomes unreachable, AND the Cleaner thread gets to call `rustObject.free()`. If the thread is starved then:
// 3. The memory is reclaimed when the process terminates.
//
// [1] https://stackoverflow.com/questions/24376768/can-java-finalize-an-object-when-it-is-still-in-scope/24380219
//


/**
 * A client of one environment.
 */
internal interface VexilClientInterface {

    /**
     * Stops: nobody is asked any more, and the C ABI knows the client no more. Whoever evaluates by this object is still
     * served what is held, which grows old.
     */
    fun `stop`()

    /**
     * The variant that an experiment gives a context, in JSON, with all that there is to say of it; none where it takes
     * no part.
     */
    fun `experiment`(`experiment`: kotlin.String, `contextJson`: kotlin.String): Assignment?

    /**
     * Evaluates, and tells how; the context in JSON.
     */
    fun `explain`(`key`: kotlin.String, `contextJson`: kotlin.String): Explanation

    /**
     * Asks the source now, and waits for the answer.
     */
    fun `forceRefresh`()

    /**
     * The number of what a read may come to just now; it moves whenever that does.
     */
    fun `generation`(): kotlin.ULong

    /**
     * The number by which the C ABI knows this client, until it is closed.
     */
    fun `handle`(): kotlin.ULong

    /**
     * The name of this process in telemetry, and in contexts as `instance.id`.
     */
    fun `instanceId`(): kotlin.String

    /**
     * Whether there are definitions to evaluate with, wherever they came from. A read without any gives the default, and
     * its details say `PROVIDER_NOT_READY`.
     */
    fun `isReady`(): kotlin.Boolean

    /**
     * Hears when a key's value is another, evaluated for nobody in particular.
     */
    fun `onChange`(`namespace`: kotlin.String, `key`: kotlin.String, `listener`: ChangeListener): Subscription

    /**
     * As [`VexilClient::on_change`], evaluated for a context, in JSON.
     */
    fun `onChangeFor`(`namespace`: kotlin.String, `key`: kotlin.String, `contextJson`: kotlin.String, `listener`: ChangeListener): Subscription

    /**
     * Hears whenever what a read may come to is another: [`VexilClient::generation`].
     */
    fun `onGeneration`(`listener`: GenerationListener): Subscription

    /**
     * Hears of every change of the state.
     */
    fun `onState`(`listener`: StateListener): Subscription

    /**
     * A client of one moment, for one request: all reads are by what is in force now, whatever comes meanwhile, and as
     * they are at a moment, as RFC 3339 has it; now, unless it is said. Everything else is the client's own, such as its
     * state. It holds on to those definitions until it is closed, which leaves this one open.
     *
     * `request_overrides_json` is an object of what the request says itself that keys are, below kills. Whether somebody
     * may ask for them is the host's matter.
     */
    fun `pinned`(`requestOverridesJson`: kotlin.String? = null, `at`: kotlin.String? = null): VexilClient

    /**
     * Puts other definitions in force, where the source is the program itself.
     */
    fun `put`(`definitions`: kotlin.String)

    /**
     * How the client stands.
     */
    fun `state`(): ClientState

    /**
     * Removes all overrides.
     */
    fun `clearOverrides`()

    /**
     * The override of a key.
     */
    fun `getOverride`(`key`: kotlin.String): kotlin.String?

    /**
     * The runtime value of a key: what was set, not what the key is without it.
     */
    fun `getRuntime`(`namespace`: kotlin.String, `key`: kotlin.String): kotlin.String?

    /**
     * Every override.
     */
    fun `overrides`(): Map<kotlin.String, kotlin.String>

    /**
     * Registers definitions, in JSON, for keys that the control plane may not know yet; each stands where what is in
     * force has no such key. All of them, or none where one is wrong.
     */
    fun `register`(`definitions`: kotlin.String)

    /**
     * Every key that is registered, ascending.
     */
    fun `registered`(): List<kotlin.String>

    /**
     * Removes an override.
     */
    fun `removeOverride`(`key`: kotlin.String)

    /**
     * Removes a runtime value.
     */
    fun `removeRuntime`(`namespace`: kotlin.String, `key`: kotlin.String)

    /**
     * Every runtime value of a namespace.
     */
    fun `runtimeValues`(`namespace`: kotlin.String): Map<kotlin.String, kotlin.String>

    /**
     * Sets what a key is in this process, whatever is in force.
     */
    fun `setOverride`(`key`: kotlin.String, `valueJson`: kotlin.String)

    /**
     * Sets a value while the program runs: in a namespace of the host's own for whoever asks or listens; in `features`,
     * `configs` and `experiments` it is an override of the key, under the same permission.
     */
    fun `setRuntime`(`namespace`: kotlin.String, `key`: kotlin.String, `valueJson`: kotlin.String)

    /**
     * Takes back what was registered for a key.
     */
    fun `unregister`(`key`: kotlin.String)

    companion object
}

/**
 * A client of one environment.
 */
internal open class VexilClient: Disposable, AutoCloseable, VexilClientInterface
{

    @Suppress("UNUSED_PARAMETER")
    /**
     * @suppress
     */
    constructor(withHandle: UniffiWithHandle, handle: Long) {
        this.handle = handle
        this.cleanable = UniffiLib.CLEANER.register(this, UniffiCleanAction(handle))
    }

    /**
     * @suppress
     *
     * This constructor can be used to instantiate a fake object. Only used for tests. Any
     * attempt to actually use an object constructed this way will fail as there is no
     * connected Rust object.
     */
    @Suppress("UNUSED_PARAMETER")
    constructor(noHandle: NoHandle) {
        this.handle = 0
        this.cleanable = null
    }

    protected val handle: Long
    protected val cleanable: UniffiCleaner.Cleanable?

    private val wasDestroyed = AtomicBoolean(false)
    private val callCounter = AtomicLong(1)

    /**
     * Whether the current object has been destroyed and its reference is gone in the Rust side.
     */
    val uniffiIsDestroyed: Boolean get() = wasDestroyed.get()

    override fun destroy() {
        // Only allow a single call to this method.
        // TODO: maybe we should log a warning if called more than once?
        if (this.wasDestroyed.compareAndSet(false, true)) {
            // This decrement always matches the initial count of 1 given at creation time.
            if (this.callCounter.decrementAndGet() == 0L) {
                cleanable?.clean()
            }
        }
    }

    @Synchronized
    override fun close() {
        this.destroy()
    }

    internal inline fun <R> callWithHandle(block: (handle: Long) -> R): R {
        // Check and increment the call counter, to keep the object alive.
        // This needs a compare-and-set retry loop in case of concurrent updates.
        do {
            val c = this.callCounter.get()
            if (c == 0L) {
                throw IllegalStateException("${this.javaClass.simpleName} object has already been destroyed")
            }
            if (c == Long.MAX_VALUE) {
                throw IllegalStateException("${this.javaClass.simpleName} call counter would overflow")
            }
        } while (! this.callCounter.compareAndSet(c, c + 1L))
        // Now we can safely do the method call without the handle being freed concurrently.
        try {
            return block(this.uniffiCloneHandle())
        } finally {
            // This decrement always matches the increment we performed above.
            if (this.callCounter.decrementAndGet() == 0L) {
                cleanable?.clean()
            }
        }
    }

    // Use a static inner class instead of a closure so as not to accidentally
    // capture `this` as part of the cleanable's action.
    private class UniffiCleanAction(private val handle: Long) : Runnable {
        override fun run() {
            if (handle == 0.toLong()) {
                // Fake object created with `NoHandle`, don't try to free.
                return;
            }
            uniffiRustCall { status ->
                UniffiLib.uniffi_vexil_ffi_fn_free_vexilclient(handle, status)
            }
        }
    }

    /**
     * @suppress
     */
    fun uniffiCloneHandle(): Long {
        if (handle == 0.toLong()) {
            throw InternalException("uniffiCloneHandle() called on NoHandle object");
        }
        return uniffiRustCall() { status ->
            UniffiLib.uniffi_vexil_ffi_fn_clone_vexilclient(handle, status)
        }
    }


    /**
     * Stops: nobody is asked any more, and the C ABI knows the client no more. Whoever evaluates by this object is still
     * served what is held, which grows old.
     */
    @Throws(VexilException::class)override fun `stop`()
        =
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_close(
        it,
        _status)
}
    }




    /**
     * The variant that an experiment gives a context, in JSON, with all that there is to say of it; none where it takes
     * no part.
     */
    @Throws(VexilException::class)override fun `experiment`(`experiment`: kotlin.String, `contextJson`: kotlin.String): Assignment? {
            return FfiConverterOptionalTypeAssignment.lift(
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_experiment(
        it,

        FfiConverterString.lower(`experiment`),
        FfiConverterString.lower(`contextJson`),_status)
}
    }
    )
    }



    /**
     * Evaluates, and tells how; the context in JSON.
     */
    @Throws(VexilException::class)override fun `explain`(`key`: kotlin.String, `contextJson`: kotlin.String): Explanation {
            return FfiConverterTypeExplanation.lift(
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_explain(
        it,

        FfiConverterString.lower(`key`),
        FfiConverterString.lower(`contextJson`),_status)
}
    }
    )
    }



    /**
     * Asks the source now, and waits for the answer.
     */
    @Throws(VexilException::class)override fun `forceRefresh`()
        =
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_force_refresh(
        it,
        _status)
}
    }




    /**
     * The number of what a read may come to just now; it moves whenever that does.
     */
    @Throws(VexilException::class)override fun `generation`(): kotlin.ULong {
            return FfiConverterULong.lift(
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_generation(
        it,
        _status)
}
    }
    )
    }



    /**
     * The number by which the C ABI knows this client, until it is closed.
     */override fun `handle`(): kotlin.ULong {
            return FfiConverterULong.lift(
    callWithHandle {
    uniffiRustCall() { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_handle(
        it,
        _status)
}
    }
    )
    }



    /**
     * The name of this process in telemetry, and in contexts as `instance.id`.
     */
    @Throws(VexilException::class)override fun `instanceId`(): kotlin.String {
            return FfiConverterString.lift(
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_instance_id(
        it,
        _status)
}
    }
    )
    }



    /**
     * Whether there are definitions to evaluate with, wherever they came from. A read without any gives the default, and
     * its details say `PROVIDER_NOT_READY`.
     */
    @Throws(VexilException::class)override fun `isReady`(): kotlin.Boolean {
            return FfiConverterBoolean.lift(
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_is_ready(
        it,
        _status)
}
    }
    )
    }



    /**
     * Hears when a key's value is another, evaluated for nobody in particular.
     */
    @Throws(VexilException::class)override fun `onChange`(`namespace`: kotlin.String, `key`: kotlin.String, `listener`: ChangeListener): Subscription {
            return FfiConverterTypeSubscription.lift(
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_on_change(
        it,

        FfiConverterString.lower(`namespace`),
        FfiConverterString.lower(`key`),
        FfiConverterTypeChangeListener.lower(`listener`),_status)
}
    }
    )
    }



    /**
     * As [`VexilClient::on_change`], evaluated for a context, in JSON.
     */
    @Throws(VexilException::class)override fun `onChangeFor`(`namespace`: kotlin.String, `key`: kotlin.String, `contextJson`: kotlin.String, `listener`: ChangeListener): Subscription {
            return FfiConverterTypeSubscription.lift(
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_on_change_for(
        it,

        FfiConverterString.lower(`namespace`),
        FfiConverterString.lower(`key`),
        FfiConverterString.lower(`contextJson`),
        FfiConverterTypeChangeListener.lower(`listener`),_status)
}
    }
    )
    }



    /**
     * Hears whenever what a read may come to is another: [`VexilClient::generation`].
     */
    @Throws(VexilException::class)override fun `onGeneration`(`listener`: GenerationListener): Subscription {
            return FfiConverterTypeSubscription.lift(
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_on_generation(
        it,

        FfiConverterTypeGenerationListener.lower(`listener`),_status)
}
    }
    )
    }



    /**
     * Hears of every change of the state.
     */
    @Throws(VexilException::class)override fun `onState`(`listener`: StateListener): Subscription {
            return FfiConverterTypeSubscription.lift(
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_on_state(
        it,

        FfiConverterTypeStateListener.lower(`listener`),_status)
}
    }
    )
    }



    /**
     * A client of one moment, for one request: all reads are by what is in force now, whatever comes meanwhile, and as
     * they are at a moment, as RFC 3339 has it; now, unless it is said. Everything else is the client's own, such as its
     * state. It holds on to those definitions until it is closed, which leaves this one open.
     *
     * `request_overrides_json` is an object of what the request says itself that keys are, below kills. Whether somebody
     * may ask for them is the host's matter.
     */
    @Throws(VexilException::class)override fun `pinned`(`requestOverridesJson`: kotlin.String?, `at`: kotlin.String?): VexilClient {
            return FfiConverterTypeVexilClient.lift(
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_pinned(
        it,

        FfiConverterOptionalString.lower(`requestOverridesJson`),
        FfiConverterOptionalString.lower(`at`),_status)
}
    }
    )
    }



    /**
     * Puts other definitions in force, where the source is the program itself.
     */
    @Throws(VexilException::class)override fun `put`(`definitions`: kotlin.String)
        =
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_put(
        it,

        FfiConverterString.lower(`definitions`),_status)
}
    }




    /**
     * How the client stands.
     */
    @Throws(VexilException::class)override fun `state`(): ClientState {
            return FfiConverterTypeClientState.lift(
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_state(
        it,
        _status)
}
    }
    )
    }



    /**
     * Removes all overrides.
     */
    @Throws(VexilException::class)override fun `clearOverrides`()
        =
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_clear_overrides(
        it,
        _status)
}
    }




    /**
     * The override of a key.
     */
    @Throws(VexilException::class)override fun `getOverride`(`key`: kotlin.String): kotlin.String? {
            return FfiConverterOptionalString.lift(
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_get_override(
        it,

        FfiConverterString.lower(`key`),_status)
}
    }
    )
    }



    /**
     * The runtime value of a key: what was set, not what the key is without it.
     */
    @Throws(VexilException::class)override fun `getRuntime`(`namespace`: kotlin.String, `key`: kotlin.String): kotlin.String? {
            return FfiConverterOptionalString.lift(
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_get_runtime(
        it,

        FfiConverterString.lower(`namespace`),
        FfiConverterString.lower(`key`),_status)
}
    }
    )
    }



    /**
     * Every override.
     */
    @Throws(VexilException::class)override fun `overrides`(): Map<kotlin.String, kotlin.String> {
            return FfiConverterMapStringString.lift(
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_overrides(
        it,
        _status)
}
    }
    )
    }



    /**
     * Registers definitions, in JSON, for keys that the control plane may not know yet; each stands where what is in
     * force has no such key. All of them, or none where one is wrong.
     */
    @Throws(VexilException::class)override fun `register`(`definitions`: kotlin.String)
        =
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_register(
        it,

        FfiConverterString.lower(`definitions`),_status)
}
    }




    /**
     * Every key that is registered, ascending.
     */
    @Throws(VexilException::class)override fun `registered`(): List<kotlin.String> {
            return FfiConverterSequenceString.lift(
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_registered(
        it,
        _status)
}
    }
    )
    }



    /**
     * Removes an override.
     */
    @Throws(VexilException::class)override fun `removeOverride`(`key`: kotlin.String)
        =
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_remove_override(
        it,

        FfiConverterString.lower(`key`),_status)
}
    }




    /**
     * Removes a runtime value.
     */
    @Throws(VexilException::class)override fun `removeRuntime`(`namespace`: kotlin.String, `key`: kotlin.String)
        =
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_remove_runtime(
        it,

        FfiConverterString.lower(`namespace`),
        FfiConverterString.lower(`key`),_status)
}
    }




    /**
     * Every runtime value of a namespace.
     */
    @Throws(VexilException::class)override fun `runtimeValues`(`namespace`: kotlin.String): Map<kotlin.String, kotlin.String> {
            return FfiConverterMapStringString.lift(
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_runtime_values(
        it,

        FfiConverterString.lower(`namespace`),_status)
}
    }
    )
    }



    /**
     * Sets what a key is in this process, whatever is in force.
     */
    @Throws(VexilException::class)override fun `setOverride`(`key`: kotlin.String, `valueJson`: kotlin.String)
        =
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_set_override(
        it,

        FfiConverterString.lower(`key`),
        FfiConverterString.lower(`valueJson`),_status)
}
    }




    /**
     * Sets a value while the program runs: in a namespace of the host's own for whoever asks or listens; in `features`,
     * `configs` and `experiments` it is an override of the key, under the same permission.
     */
    @Throws(VexilException::class)override fun `setRuntime`(`namespace`: kotlin.String, `key`: kotlin.String, `valueJson`: kotlin.String)
        =
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_set_runtime(
        it,

        FfiConverterString.lower(`namespace`),
        FfiConverterString.lower(`key`),
        FfiConverterString.lower(`valueJson`),_status)
}
    }




    /**
     * Takes back what was registered for a key.
     */
    @Throws(VexilException::class)override fun `unregister`(`key`: kotlin.String)
        =
    callWithHandle {
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_unregister(
        it,

        FfiConverterString.lower(`key`),_status)
}
    }









    companion object {

    /**
     * As `start`, with the options that the environment variables of this process name (`docs/clients.md`). `sdk` is the
     * name and version of the package that calls this, such as `vexil-python/1.2.3`.
     */
    @Throws(VexilException::class) fun `fromEnv`(`sdk`: kotlin.String? = null): VexilClient {
            return FfiConverterTypeVexilClient.lift(
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_constructor_vexilclient_from_env(


        FfiConverterOptionalString.lower(`sdk`),_status)
}
    )
    }



    /**
     * Starts a client, and waits for the first definitions as long as the options say. `sticky` remembers which variants
     * units were given; it takes the place of the file that the options may name.
     */
    @Throws(VexilException::class) fun `start`(`options`: ClientOptions, `sticky`: StickyStore? = null): VexilClient {
            return FfiConverterTypeVexilClient.lift(
    uniffiRustCallWithError(VexilException) { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_constructor_vexilclient_start(


        FfiConverterTypeClientOptions.lower(`options`),
        FfiConverterOptionalTypeStickyStore.lower(`sticky`),_status)
}
    )
    }



    }

}


/**
 * @suppress
 */
internal object FfiConverterTypeVexilClient: FfiConverter<VexilClient, Long> {
    override fun lower(value: VexilClient): Long {
        return value.uniffiCloneHandle()
    }

    override fun lift(value: Long): VexilClient {
        return VexilClient(UniffiWithHandle, value)
    }

    override fun read(buf: ByteBuffer): VexilClient {
        return lift(buf.getLong())
    }

    override fun allocationSize(value: VexilClient) = 8UL

    override fun write(value: VexilClient, buf: ByteBuffer) {
        buf.putLong(lower(value))
    }
}



/**
 * The variant that an experiment gives.
 */
internal data class Assignment (
    /**
     * The experiment's key.
     */
    val `experiment`: kotlin.String
    ,
    /**
     * The variant's id.
     */
    val `variant`: kotlin.String
    ,
    /**
     * The variant's name for people, where the definitions say it.
     */
    val `name`: kotlin.String?
    ,
    /**
     * Whether it is the variant that the others are compared with.
     */
    val `isControl`: kotlin.Boolean
    ,
    /**
     * The variant's configuration, in JSON; `null` where it has none.
     */
    val `configJson`: kotlin.String
    ,
    /**
     * The unit that was assigned, such as the user's id; none where an override stands for it.
     */
    val `unit`: kotlin.String?
    ,
    /**
     * The attribute that names the unit: `user.id`.
     */
    val `unitAttribute`: kotlin.String
    ,
    /**
     * `EXPERIMENT` or `OVERRIDE`.
     */
    val `reason`: kotlin.String
    ,
    /**
     * The version of the definitions.
     */
    val `version`: kotlin.ULong
    ,
    /**
     * Where they came from.
     */
    val `origin`: kotlin.String
    ,
    /**
     * How long nobody has said that they are the newest, in milliseconds; none while somebody does.
     */
    val `staleMs`: kotlin.ULong?

){





    companion object
}

/**
 * @suppress
 */
internal object FfiConverterTypeAssignment: FfiConverterRustBuffer<Assignment> {
    override fun read(buf: ByteBuffer): Assignment {
        return Assignment(
            FfiConverterString.read(buf),
            FfiConverterString.read(buf),
            FfiConverterOptionalString.read(buf),
            FfiConverterBoolean.read(buf),
            FfiConverterString.read(buf),
            FfiConverterOptionalString.read(buf),
            FfiConverterString.read(buf),
            FfiConverterString.read(buf),
            FfiConverterULong.read(buf),
            FfiConverterString.read(buf),
            FfiConverterOptionalULong.read(buf),
        )
    }

    override fun allocationSize(value: Assignment) = (
            FfiConverterString.allocationSize(value.`experiment`) +
            FfiConverterString.allocationSize(value.`variant`) +
            FfiConverterOptionalString.allocationSize(value.`name`) +
            FfiConverterBoolean.allocationSize(value.`isControl`) +
            FfiConverterString.allocationSize(value.`configJson`) +
            FfiConverterOptionalString.allocationSize(value.`unit`) +
            FfiConverterString.allocationSize(value.`unitAttribute`) +
            FfiConverterString.allocationSize(value.`reason`) +
            FfiConverterULong.allocationSize(value.`version`) +
            FfiConverterString.allocationSize(value.`origin`) +
            FfiConverterOptionalULong.allocationSize(value.`staleMs`)
    )

    override fun write(value: Assignment, buf: ByteBuffer) {
            FfiConverterString.write(value.`experiment`, buf)
            FfiConverterString.write(value.`variant`, buf)
            FfiConverterOptionalString.write(value.`name`, buf)
            FfiConverterBoolean.write(value.`isControl`, buf)
            FfiConverterString.write(value.`configJson`, buf)
            FfiConverterOptionalString.write(value.`unit`, buf)
            FfiConverterString.write(value.`unitAttribute`, buf)
            FfiConverterString.write(value.`reason`, buf)
            FfiConverterULong.write(value.`version`, buf)
            FfiConverterString.write(value.`origin`, buf)
            FfiConverterOptionalULong.write(value.`staleMs`, buf)
    }
}



/**
 * All options. Times are in milliseconds.
 */
internal data class ClientOptions (
    /**
     * Where definitions come from.
     */
    val `source`: SourceOptions
    ,
    /**
     * The environment. A control plane knows it by the key; another one than this is refused.
     */
    val `environment`: kotlin.String? = null
    ,
    /**
     * Definitions to begin with, until the source has answered, in JSON.
     */
    val `bootstrap`: kotlin.String? = null
    ,
    /**
     * How often the source is asked. 60,000.
     */
    val `pollingIntervalMs`: kotlin.ULong? = null
    ,
    /**
     * How a control plane tells of changes. By server-sent events.
     */
    val `streaming`: Streaming? = null
    ,
    /**
     * A stream from which nothing has come for so long is dead. 45,000.
     */
    val `silenceMs`: kotlin.ULong? = null
    ,
    /**
     * How long one request may take. 10,000.
     */
    val `requestTimeoutMs`: kotlin.ULong? = null
    ,
    /**
     * How long the start waits for the first definitions; it goes on without them. 5,000.
     */
    val `startTimeoutMs`: kotlin.ULong? = null
    ,
    /**
     * The folder of the last known good; none is kept without one.
     */
    val `cacheFolder`: kotlin.String? = null
    ,
    /**
     * A last known good that is older is not taken; without it none is too old.
     */
    val `cacheMaxAgeMs`: kotlin.ULong? = null
    ,
    /**
     * So many failures in a row make the connection's status an error. 3.
     */
    val `retryAttempts`: kotlin.UInt? = null
    ,
    /**
     * The bound of the first wait before another try. 1,000.
     */
    val `retryBaseMs`: kotlin.ULong? = null
    ,
    /**
     * The bound of all waits. 30,000.
     */
    val `retryMaxMs`: kotlin.ULong? = null
    ,
    /**
     * What a read comes to without definitions.
     */
    val `fallback`: Fallback? = null
    ,
    /**
     * Asks nobody.
     */
    val `offline`: kotlin.Boolean = false
    ,
    /**
     * Starts no thread: a read that finds the polling interval over refreshes first.
     */
    val `threadless`: kotlin.Boolean = false
    ,
    /**
     * The keys that snapshots must be signed with; without any, those that the control plane publishes.
     */
    val `trustedKeys`: List<TrustedKeyOptions> = listOf()
    ,
    /**
     * Who vouches for the control plane by TLS, in place of the public authorities: certificates, in PEM.
     */
    val `certificates`: kotlin.String? = null
    ,
    /**
     * Whether overrides may be set. Where the source is no control plane.
     */
    val `allowOverrides`: kotlin.Boolean? = null
    ,
    /**
     * The file where it is remembered which variants units were given in experiments that are `sticky`; without it they
     * are evaluated like all others.
     */
    val `stickyFile`: kotlin.String? = null
    ,
    /**
     * For how many pairs of an experiment and a unit there is room in that file. 100,000.
     */
    val `stickyCapacity`: kotlin.UInt? = null
    ,
    /**
     * Whether the control plane is told what entries were evaluated to, how often, and which version is applied. True.
     */
    val `telemetry`: kotlin.Boolean? = null
    ,
    /**
     * How often it is told. 30,000, a tenth more or less.
     */
    val `telemetryIntervalMs`: kotlin.ULong? = null
    ,
    /**
     * Whether it is told which units met which variant of an experiment. True.
     */
    val `telemetryExposures`: kotlin.Boolean? = null
    ,
    /**
     * The name and version of the package that hands these options over, such as `vexil-python/1.2.3`.
     */
    val `sdk`: kotlin.String? = null
    ,
    /**
     * `instance.id`: a name of its own for this process; a random one when absent.
     */
    val `instanceId`: kotlin.String? = null
    ,
    /**
     * `service.name`
     */
    val `serviceName`: kotlin.String? = null
    ,
    /**
     * `app.version`
     */
    val `appVersion`: kotlin.String? = null

){





    companion object
}

/**
 * @suppress
 */
internal object FfiConverterTypeClientOptions: FfiConverterRustBuffer<ClientOptions> {
    override fun read(buf: ByteBuffer): ClientOptions {
        return ClientOptions(
            FfiConverterTypeSourceOptions.read(buf),
            FfiConverterOptionalString.read(buf),
            FfiConverterOptionalString.read(buf),
            FfiConverterOptionalULong.read(buf),
            FfiConverterOptionalTypeStreaming.read(buf),
            FfiConverterOptionalULong.read(buf),
            FfiConverterOptionalULong.read(buf),
            FfiConverterOptionalULong.read(buf),
            FfiConverterOptionalString.read(buf),
            FfiConverterOptionalULong.read(buf),
            FfiConverterOptionalUInt.read(buf),
            FfiConverterOptionalULong.read(buf),
            FfiConverterOptionalULong.read(buf),
            FfiConverterOptionalTypeFallback.read(buf),
            FfiConverterBoolean.read(buf),
            FfiConverterBoolean.read(buf),
            FfiConverterSequenceTypeTrustedKeyOptions.read(buf),
            FfiConverterOptionalString.read(buf),
            FfiConverterOptionalBoolean.read(buf),
            FfiConverterOptionalString.read(buf),
            FfiConverterOptionalUInt.read(buf),
            FfiConverterOptionalBoolean.read(buf),
            FfiConverterOptionalULong.read(buf),
            FfiConverterOptionalBoolean.read(buf),
            FfiConverterOptionalString.read(buf),
            FfiConverterOptionalString.read(buf),
            FfiConverterOptionalString.read(buf),
            FfiConverterOptionalString.read(buf),
        )
    }

    override fun allocationSize(value: ClientOptions) = (
            FfiConverterTypeSourceOptions.allocationSize(value.`source`) +
            FfiConverterOptionalString.allocationSize(value.`environment`) +
            FfiConverterOptionalString.allocationSize(value.`bootstrap`) +
            FfiConverterOptionalULong.allocationSize(value.`pollingIntervalMs`) +
            FfiConverterOptionalTypeStreaming.allocationSize(value.`streaming`) +
            FfiConverterOptionalULong.allocationSize(value.`silenceMs`) +
            FfiConverterOptionalULong.allocationSize(value.`requestTimeoutMs`) +
            FfiConverterOptionalULong.allocationSize(value.`startTimeoutMs`) +
            FfiConverterOptionalString.allocationSize(value.`cacheFolder`) +
            FfiConverterOptionalULong.allocationSize(value.`cacheMaxAgeMs`) +
            FfiConverterOptionalUInt.allocationSize(value.`retryAttempts`) +
            FfiConverterOptionalULong.allocationSize(value.`retryBaseMs`) +
            FfiConverterOptionalULong.allocationSize(value.`retryMaxMs`) +
            FfiConverterOptionalTypeFallback.allocationSize(value.`fallback`) +
            FfiConverterBoolean.allocationSize(value.`offline`) +
            FfiConverterBoolean.allocationSize(value.`threadless`) +
            FfiConverterSequenceTypeTrustedKeyOptions.allocationSize(value.`trustedKeys`) +
            FfiConverterOptionalString.allocationSize(value.`certificates`) +
            FfiConverterOptionalBoolean.allocationSize(value.`allowOverrides`) +
            FfiConverterOptionalString.allocationSize(value.`stickyFile`) +
            FfiConverterOptionalUInt.allocationSize(value.`stickyCapacity`) +
            FfiConverterOptionalBoolean.allocationSize(value.`telemetry`) +
            FfiConverterOptionalULong.allocationSize(value.`telemetryIntervalMs`) +
            FfiConverterOptionalBoolean.allocationSize(value.`telemetryExposures`) +
            FfiConverterOptionalString.allocationSize(value.`sdk`) +
            FfiConverterOptionalString.allocationSize(value.`instanceId`) +
            FfiConverterOptionalString.allocationSize(value.`serviceName`) +
            FfiConverterOptionalString.allocationSize(value.`appVersion`)
    )

    override fun write(value: ClientOptions, buf: ByteBuffer) {
            FfiConverterTypeSourceOptions.write(value.`source`, buf)
            FfiConverterOptionalString.write(value.`environment`, buf)
            FfiConverterOptionalString.write(value.`bootstrap`, buf)
            FfiConverterOptionalULong.write(value.`pollingIntervalMs`, buf)
            FfiConverterOptionalTypeStreaming.write(value.`streaming`, buf)
            FfiConverterOptionalULong.write(value.`silenceMs`, buf)
            FfiConverterOptionalULong.write(value.`requestTimeoutMs`, buf)
            FfiConverterOptionalULong.write(value.`startTimeoutMs`, buf)
            FfiConverterOptionalString.write(value.`cacheFolder`, buf)
            FfiConverterOptionalULong.write(value.`cacheMaxAgeMs`, buf)
            FfiConverterOptionalUInt.write(value.`retryAttempts`, buf)
            FfiConverterOptionalULong.write(value.`retryBaseMs`, buf)
            FfiConverterOptionalULong.write(value.`retryMaxMs`, buf)
            FfiConverterOptionalTypeFallback.write(value.`fallback`, buf)
            FfiConverterBoolean.write(value.`offline`, buf)
            FfiConverterBoolean.write(value.`threadless`, buf)
            FfiConverterSequenceTypeTrustedKeyOptions.write(value.`trustedKeys`, buf)
            FfiConverterOptionalString.write(value.`certificates`, buf)
            FfiConverterOptionalBoolean.write(value.`allowOverrides`, buf)
            FfiConverterOptionalString.write(value.`stickyFile`, buf)
            FfiConverterOptionalUInt.write(value.`stickyCapacity`, buf)
            FfiConverterOptionalBoolean.write(value.`telemetry`, buf)
            FfiConverterOptionalULong.write(value.`telemetryIntervalMs`, buf)
            FfiConverterOptionalBoolean.write(value.`telemetryExposures`, buf)
            FfiConverterOptionalString.write(value.`sdk`, buf)
            FfiConverterOptionalString.write(value.`instanceId`, buf)
            FfiConverterOptionalString.write(value.`serviceName`, buf)
            FfiConverterOptionalString.write(value.`appVersion`, buf)
    }
}



/**
 * How a client stands. Moments are in milliseconds since the epoch.
 */
internal data class ClientState (
    /**
     * Whether there are definitions to evaluate with, wherever they came from.
     */
    val `initialized`: kotlin.Boolean
    ,
    /**
     * Whether the source is being asked just now.
     */
    val `syncing`: kotlin.Boolean
    ,
    /**
     * How it stands with the source.
     */
    val `connection`: ConnectionStatus
    ,
    /**
     * When the source last said what is in force.
     */
    val `lastSyncMs`: kotlin.Long?
    ,
    /**
     * What last went wrong; it stays when things are well again.
     */
    val `lastError`: SourceFailure?
    ,
    /**
     * The version that is evaluated with; 0 when there is none, and of sources that do not number.
     */
    val `version`: kotlin.ULong
    ,
    /**
     * Where it came from: `none`, `bootstrap`, `cache`, `file`, `memory`, `remote`.
     */
    val `origin`: kotlin.String
    ,
    /**
     * Since when nobody has confirmed that it is the newest; none while somebody does.
     */
    val `staleSinceMs`: kotlin.Long?
    ,
    /**
     * Static keys that have changed since the process booted with them.
     */
    val `restartRequired`: List<kotlin.String>
    ,
    /**
     * How many overrides are set.
     */
    val `overrides`: kotlin.ULong

){





    companion object
}

/**
 * @suppress
 */
internal object FfiConverterTypeClientState: FfiConverterRustBuffer<ClientState> {
    override fun read(buf: ByteBuffer): ClientState {
        return ClientState(
            FfiConverterBoolean.read(buf),
            FfiConverterBoolean.read(buf),
            FfiConverterTypeConnectionStatus.read(buf),
            FfiConverterOptionalLong.read(buf),
            FfiConverterOptionalTypeSourceFailure.read(buf),
            FfiConverterULong.read(buf),
            FfiConverterString.read(buf),
            FfiConverterOptionalLong.read(buf),
            FfiConverterSequenceString.read(buf),
            FfiConverterULong.read(buf),
        )
    }

    override fun allocationSize(value: ClientState) = (
            FfiConverterBoolean.allocationSize(value.`initialized`) +
            FfiConverterBoolean.allocationSize(value.`syncing`) +
            FfiConverterTypeConnectionStatus.allocationSize(value.`connection`) +
            FfiConverterOptionalLong.allocationSize(value.`lastSyncMs`) +
            FfiConverterOptionalTypeSourceFailure.allocationSize(value.`lastError`) +
            FfiConverterULong.allocationSize(value.`version`) +
            FfiConverterString.allocationSize(value.`origin`) +
            FfiConverterOptionalLong.allocationSize(value.`staleSinceMs`) +
            FfiConverterSequenceString.allocationSize(value.`restartRequired`) +
            FfiConverterULong.allocationSize(value.`overrides`)
    )

    override fun write(value: ClientState, buf: ByteBuffer) {
            FfiConverterBoolean.write(value.`initialized`, buf)
            FfiConverterBoolean.write(value.`syncing`, buf)
            FfiConverterTypeConnectionStatus.write(value.`connection`, buf)
            FfiConverterOptionalLong.write(value.`lastSyncMs`, buf)
            FfiConverterOptionalTypeSourceFailure.write(value.`lastError`, buf)
            FfiConverterULong.write(value.`version`, buf)
            FfiConverterString.write(value.`origin`, buf)
            FfiConverterOptionalLong.write(value.`staleSinceMs`, buf)
            FfiConverterSequenceString.write(value.`restartRequired`, buf)
            FfiConverterULong.write(value.`overrides`, buf)
    }
}



/**
 * A row of the table of codes, for hosts that hold their list against it.
 */
internal data class CodeRow (
    /**
     * The number, as it crosses.
     */
    val `number`: kotlin.Int
    ,
    /**
     * The stable name.
     */
    val `name`: kotlin.String
    ,
    /**
     * What it means, for a person.
     */
    val `meaning`: kotlin.String

){





    companion object
}

/**
 * @suppress
 */
internal object FfiConverterTypeCodeRow: FfiConverterRustBuffer<CodeRow> {
    override fun read(buf: ByteBuffer): CodeRow {
        return CodeRow(
            FfiConverterInt.read(buf),
            FfiConverterString.read(buf),
            FfiConverterString.read(buf),
        )
    }

    override fun allocationSize(value: CodeRow) = (
            FfiConverterInt.allocationSize(value.`number`) +
            FfiConverterString.allocationSize(value.`name`) +
            FfiConverterString.allocationSize(value.`meaning`)
    )

    override fun write(value: CodeRow, buf: ByteBuffer) {
            FfiConverterInt.write(value.`number`, buf)
            FfiConverterString.write(value.`name`, buf)
            FfiConverterString.write(value.`meaning`, buf)
    }
}



/**
 * How an evaluation came about.
 */
internal data class Explanation (
    /**
     * For a person to read.
     */
    val `text`: kotlin.String
    ,
    /**
     * The same steps, in JSON.
     */
    val `json`: kotlin.String

){





    companion object
}

/**
 * @suppress
 */
internal object FfiConverterTypeExplanation: FfiConverterRustBuffer<Explanation> {
    override fun read(buf: ByteBuffer): Explanation {
        return Explanation(
            FfiConverterString.read(buf),
            FfiConverterString.read(buf),
        )
    }

    override fun allocationSize(value: Explanation) = (
            FfiConverterString.allocationSize(value.`text`) +
            FfiConverterString.allocationSize(value.`json`)
    )

    override fun write(value: Explanation, buf: ByteBuffer) {
            FfiConverterString.write(value.`text`, buf)
            FfiConverterString.write(value.`json`, buf)
    }
}



/**
 * Something that went wrong, and when.
 */
internal data class SourceFailure (
    /**
     * A number of the table of codes.
     */
    val `code`: kotlin.Int
    ,
    /**
     * Its stable name.
     */
    val `name`: kotlin.String
    ,
    /**
     * What exactly, for a person.
     */
    val `message`: kotlin.String
    ,
    /**
     * When, in milliseconds since the epoch.
     */
    val `atMs`: kotlin.Long

){





    companion object
}

/**
 * @suppress
 */
internal object FfiConverterTypeSourceFailure: FfiConverterRustBuffer<SourceFailure> {
    override fun read(buf: ByteBuffer): SourceFailure {
        return SourceFailure(
            FfiConverterInt.read(buf),
            FfiConverterString.read(buf),
            FfiConverterString.read(buf),
            FfiConverterLong.read(buf),
        )
    }

    override fun allocationSize(value: SourceFailure) = (
            FfiConverterInt.allocationSize(value.`code`) +
            FfiConverterString.allocationSize(value.`name`) +
            FfiConverterString.allocationSize(value.`message`) +
            FfiConverterLong.allocationSize(value.`atMs`)
    )

    override fun write(value: SourceFailure, buf: ByteBuffer) {
            FfiConverterInt.write(value.`code`, buf)
            FfiConverterString.write(value.`name`, buf)
            FfiConverterString.write(value.`message`, buf)
            FfiConverterLong.write(value.`atMs`, buf)
    }
}



/**
 * A key that snapshots must be signed with.
 */
internal data class TrustedKeyOptions (
    /**
     * Its id.
     */
    val `id`: kotlin.String
    ,
    /**
     * 32 bytes of Ed25519, in base64url without padding.
     */
    val `public`: kotlin.String

){





    companion object
}

/**
 * @suppress
 */
internal object FfiConverterTypeTrustedKeyOptions: FfiConverterRustBuffer<TrustedKeyOptions> {
    override fun read(buf: ByteBuffer): TrustedKeyOptions {
        return TrustedKeyOptions(
            FfiConverterString.read(buf),
            FfiConverterString.read(buf),
        )
    }

    override fun allocationSize(value: TrustedKeyOptions) = (
            FfiConverterString.allocationSize(value.`id`) +
            FfiConverterString.allocationSize(value.`public`)
    )

    override fun write(value: TrustedKeyOptions, buf: ByteBuffer) {
            FfiConverterString.write(value.`id`, buf)
            FfiConverterString.write(value.`public`, buf)
    }
}



/**
 * A key whose value is another.
 */
internal data class ValueChange (
    /**
     * `features`, `configs`, `experiments`, or what the host has named.
     */
    val `namespace`: kotlin.String
    ,
    /**
     * The key.
     */
    val `key`: kotlin.String
    ,
    /**
     * What it was, in JSON; none where there was nothing.
     */
    val `oldJson`: kotlin.String?
    ,
    /**
     * What it is, in JSON.
     */
    val `newJson`: kotlin.String?
    ,
    /**
     * Where the new one came from.
     */
    val `origin`: kotlin.String

){





    companion object
}

/**
 * @suppress
 */
internal object FfiConverterTypeValueChange: FfiConverterRustBuffer<ValueChange> {
    override fun read(buf: ByteBuffer): ValueChange {
        return ValueChange(
            FfiConverterString.read(buf),
            FfiConverterString.read(buf),
            FfiConverterOptionalString.read(buf),
            FfiConverterOptionalString.read(buf),
            FfiConverterString.read(buf),
        )
    }

    override fun allocationSize(value: ValueChange) = (
            FfiConverterString.allocationSize(value.`namespace`) +
            FfiConverterString.allocationSize(value.`key`) +
            FfiConverterOptionalString.allocationSize(value.`oldJson`) +
            FfiConverterOptionalString.allocationSize(value.`newJson`) +
            FfiConverterString.allocationSize(value.`origin`)
    )

    override fun write(value: ValueChange, buf: ByteBuffer) {
            FfiConverterString.write(value.`namespace`, buf)
            FfiConverterString.write(value.`key`, buf)
            FfiConverterOptionalString.write(value.`oldJson`, buf)
            FfiConverterOptionalString.write(value.`newJson`, buf)
            FfiConverterString.write(value.`origin`, buf)
    }
}



/**
 * How it stands with the source.
 */

internal enum class ConnectionStatus {

    /**
     * Nobody is asked: before the start, offline, after the end; and between two tries.
     */
    DISCONNECTED,
    /**
     * The first answer is waited for.
     */
    CONNECTING,
    /**
     * The last answer was a good one; of a stream, it is open.
     */
    CONNECTED,
    /**
     * As many tries in a row failed as the options name. It is tried again all the same.
     */
    ERROR;




    companion object
}


/**
 * @suppress
 */
internal object FfiConverterTypeConnectionStatus: FfiConverterRustBuffer<ConnectionStatus> {
    override fun read(buf: ByteBuffer) = try {
        ConnectionStatus.values()[buf.getInt() - 1]
    } catch (e: IndexOutOfBoundsException) {
        throw RuntimeException("invalid enum value, something is very wrong!!", e)
    }

    override fun allocationSize(value: ConnectionStatus) = 4UL

    override fun write(value: ConnectionStatus, buf: ByteBuffer) {
        buf.putInt(value.ordinal + 1)
    }
}





/**
 * What a read comes to without definitions.
 */

internal enum class Fallback {

    /**
     * The last known good, and without one the caller's default.
     */
    CACHE,
    /**
     * The caller's default; nothing is read from disk.
     */
    DEFAULT,
    /**
     * As `cache`; a client that finds none, nor an answer in time, does not start. No read is an error.
     */
    THROW;




    companion object
}


/**
 * @suppress
 */
internal object FfiConverterTypeFallback: FfiConverterRustBuffer<Fallback> {
    override fun read(buf: ByteBuffer) = try {
        Fallback.values()[buf.getInt() - 1]
    } catch (e: IndexOutOfBoundsException) {
        throw RuntimeException("invalid enum value, something is very wrong!!", e)
    }

    override fun allocationSize(value: Fallback) = 4UL

    override fun write(value: Fallback, buf: ByteBuffer) {
        buf.putInt(value.ordinal + 1)
    }
}







/**
 * What a listener of a host failed with. Nobody here can do anything about it.
 */
internal sealed class ListenerException: kotlin.Exception() {

    /**
     * It threw.
     */
    class Threw(

        /**
         * What the host says of it.
         */
        val `reason`: kotlin.String
        ) : ListenerException() {
        override val message
            get() = "reason=${ `reason` }"
    }





    companion object ErrorHandler : UniffiRustCallStatusErrorHandler<ListenerException> {
        override fun lift(error_buf: RustBuffer.ByValue): ListenerException = FfiConverterTypeListenerError.lift(error_buf)
    }


}

/**
 * @suppress
 */
internal object FfiConverterTypeListenerError : FfiConverterRustBuffer<ListenerException> {
    override fun read(buf: ByteBuffer): ListenerException {


        return when(buf.getInt()) {
            1 -> ListenerException.Threw(
                FfiConverterString.read(buf),
                )
            else -> throw RuntimeException("invalid error enum value, something is very wrong!!")
        }
    }

    override fun allocationSize(value: ListenerException): ULong {
        return when(value) {
            is ListenerException.Threw -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
                + FfiConverterString.allocationSize(value.`reason`)
            )
        }
    }

    override fun write(value: ListenerException, buf: ByteBuffer) {
        when(value) {
            is ListenerException.Threw -> {
                buf.putInt(1)
                FfiConverterString.write(value.`reason`, buf)
                Unit
            }
        }.let { /* this makes the `when` an expression, which ensures it is exhaustive */ }
    }

}



/**
 * Where definitions come from.
 */
internal sealed class SourceOptions {

    /**
     * A control plane, asked over HTTP.
     */
    data class Http(
        /**
         * Its address: `https://flags.example.com`.
         */
        val `url`: kotlin.String,
        /**
         * An SDK key, of one environment.
         */
        val `key`: kotlin.String) : SourceOptions()

    {


        companion object
    }

    /**
     * A file with definitions, in JSON; watched.
     */
    data class File(
        /**
         * Where it is.
         */
        val `path`: kotlin.String) : SourceOptions()

    {


        companion object
    }

    /**
     * The definitions themselves, in JSON.
     */
    data class Memory(
        /**
         * A bundle, a list, or one definition.
         */
        val `definitions`: kotlin.String) : SourceOptions()

    {


        companion object
    }








    companion object
}

/**
 * @suppress
 */
internal object FfiConverterTypeSourceOptions : FfiConverterRustBuffer<SourceOptions>{
    override fun read(buf: ByteBuffer): SourceOptions {
        return when(buf.getInt()) {
            1 -> SourceOptions.Http(
                FfiConverterString.read(buf),
                FfiConverterString.read(buf),
                )
            2 -> SourceOptions.File(
                FfiConverterString.read(buf),
                )
            3 -> SourceOptions.Memory(
                FfiConverterString.read(buf),
                )
            else -> throw RuntimeException("invalid enum value, something is very wrong!!")
        }
    }

    override fun allocationSize(value: SourceOptions): ULong = when(value) {
        is SourceOptions.Http -> {
            // Add the size for the Int that specifies the variant plus the size needed for all fields
            (
                4UL
                + FfiConverterString.allocationSize(value.`url`)
                + FfiConverterString.allocationSize(value.`key`)
            )
        }
        is SourceOptions.File -> {
            // Add the size for the Int that specifies the variant plus the size needed for all fields
            (
                4UL
                + FfiConverterString.allocationSize(value.`path`)
            )
        }
        is SourceOptions.Memory -> {
            // Add the size for the Int that specifies the variant plus the size needed for all fields
            (
                4UL
                + FfiConverterString.allocationSize(value.`definitions`)
            )
        }
    }

    override fun write(value: SourceOptions, buf: ByteBuffer) {
        when(value) {
            is SourceOptions.Http -> {
                buf.putInt(1)
                FfiConverterString.write(value.`url`, buf)
                FfiConverterString.write(value.`key`, buf)
                Unit
            }
            is SourceOptions.File -> {
                buf.putInt(2)
                FfiConverterString.write(value.`path`, buf)
                Unit
            }
            is SourceOptions.Memory -> {
                buf.putInt(3)
                FfiConverterString.write(value.`definitions`, buf)
                Unit
            }
        }.let { /* this makes the `when` an expression, which ensures it is exhaustive */ }
    }
}





/**
 * How a control plane tells of changes.
 */

internal enum class Streaming {

    /**
     * It is asked every now and then.
     */
    OFF,
    /**
     * Server-sent events; asked every now and then while they are away.
     */
    EVENTS,
    /**
     * A WebSocket; likewise.
     */
    WEB_SOCKET;




    companion object
}


/**
 * @suppress
 */
internal object FfiConverterTypeStreaming: FfiConverterRustBuffer<Streaming> {
    override fun read(buf: ByteBuffer) = try {
        Streaming.values()[buf.getInt() - 1]
    } catch (e: IndexOutOfBoundsException) {
        throw RuntimeException("invalid enum value, something is very wrong!!", e)
    }

    override fun allocationSize(value: Streaming) = 4UL

    override fun write(value: Streaming, buf: ByteBuffer) {
        buf.putInt(value.ordinal + 1)
    }
}







/**
 * Why a call failed. `code` is a number of the table of codes.
 */
internal sealed class VexilException: kotlin.Exception() {

    /**
     * The options are none, or contradict each other.
     */
    class Options(

        /**
         * Its number.
         */
        val `code`: kotlin.Int,

        /**
         * What exactly, for a person.
         */
        val `reason`: kotlin.String
        ) : VexilException() {
        override val message
            get() = "code=${ `code` }, reason=${ `reason` }"
    }

    /**
     * There are no definitions, and the options say that this is an error.
     */
    class NotReady(

        /**
         * Its number: of what kept them away.
         */
        val `code`: kotlin.Int,

        /**
         * What exactly, for a person.
         */
        val `reason`: kotlin.String
        ) : VexilException() {
        override val message
            get() = "code=${ `code` }, reason=${ `reason` }"
    }

    /**
     * The source, or the last known good on disk, could not be read.
     */
    class Source(

        /**
         * Its number.
         */
        val `code`: kotlin.Int,

        /**
         * What exactly, for a person.
         */
        val `reason`: kotlin.String
        ) : VexilException() {
        override val message
            get() = "code=${ `code` }, reason=${ `reason` }"
    }

    /**
     * An argument is not what is asked for.
     */
    class Argument(

        /**
         * Its number.
         */
        val `code`: kotlin.Int,

        /**
         * What exactly, for a person.
         */
        val `reason`: kotlin.String
        ) : VexilException() {
        override val message
            get() = "code=${ `code` }, reason=${ `reason` }"
    }

    /**
     * A fault of this library or of the system below it.
     */
    class Internal(

        /**
         * Its number.
         */
        val `code`: kotlin.Int,

        /**
         * What exactly, for a person.
         */
        val `reason`: kotlin.String
        ) : VexilException() {
        override val message
            get() = "code=${ `code` }, reason=${ `reason` }"
    }





    companion object ErrorHandler : UniffiRustCallStatusErrorHandler<VexilException> {
        override fun lift(error_buf: RustBuffer.ByValue): VexilException = FfiConverterTypeVexilError.lift(error_buf)
    }


}

/**
 * @suppress
 */
internal object FfiConverterTypeVexilError : FfiConverterRustBuffer<VexilException> {
    override fun read(buf: ByteBuffer): VexilException {


        return when(buf.getInt()) {
            1 -> VexilException.Options(
                FfiConverterInt.read(buf),
                FfiConverterString.read(buf),
                )
            2 -> VexilException.NotReady(
                FfiConverterInt.read(buf),
                FfiConverterString.read(buf),
                )
            3 -> VexilException.Source(
                FfiConverterInt.read(buf),
                FfiConverterString.read(buf),
                )
            4 -> VexilException.Argument(
                FfiConverterInt.read(buf),
                FfiConverterString.read(buf),
                )
            5 -> VexilException.Internal(
                FfiConverterInt.read(buf),
                FfiConverterString.read(buf),
                )
            else -> throw RuntimeException("invalid error enum value, something is very wrong!!")
        }
    }

    override fun allocationSize(value: VexilException): ULong {
        return when(value) {
            is VexilException.Options -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
                + FfiConverterInt.allocationSize(value.`code`)
                + FfiConverterString.allocationSize(value.`reason`)
            )
            is VexilException.NotReady -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
                + FfiConverterInt.allocationSize(value.`code`)
                + FfiConverterString.allocationSize(value.`reason`)
            )
            is VexilException.Source -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
                + FfiConverterInt.allocationSize(value.`code`)
                + FfiConverterString.allocationSize(value.`reason`)
            )
            is VexilException.Argument -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
                + FfiConverterInt.allocationSize(value.`code`)
                + FfiConverterString.allocationSize(value.`reason`)
            )
            is VexilException.Internal -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
                + FfiConverterInt.allocationSize(value.`code`)
                + FfiConverterString.allocationSize(value.`reason`)
            )
        }
    }

    override fun write(value: VexilException, buf: ByteBuffer) {
        when(value) {
            is VexilException.Options -> {
                buf.putInt(1)
                FfiConverterInt.write(value.`code`, buf)
                FfiConverterString.write(value.`reason`, buf)
                Unit
            }
            is VexilException.NotReady -> {
                buf.putInt(2)
                FfiConverterInt.write(value.`code`, buf)
                FfiConverterString.write(value.`reason`, buf)
                Unit
            }
            is VexilException.Source -> {
                buf.putInt(3)
                FfiConverterInt.write(value.`code`, buf)
                FfiConverterString.write(value.`reason`, buf)
                Unit
            }
            is VexilException.Argument -> {
                buf.putInt(4)
                FfiConverterInt.write(value.`code`, buf)
                FfiConverterString.write(value.`reason`, buf)
                Unit
            }
            is VexilException.Internal -> {
                buf.putInt(5)
                FfiConverterInt.write(value.`code`, buf)
                FfiConverterString.write(value.`reason`, buf)
                Unit
            }
        }.let { /* this makes the `when` an expression, which ensures it is exhaustive */ }
    }

}




/**
 * @suppress
 */
internal object FfiConverterOptionalUInt: FfiConverterRustBuffer<kotlin.UInt?> {
    override fun read(buf: ByteBuffer): kotlin.UInt? {
        if (buf.get().toInt() == 0) {
            return null
        }
        return FfiConverterUInt.read(buf)
    }

    override fun allocationSize(value: kotlin.UInt?): ULong {
        if (value == null) {
            return 1UL
        } else {
            return 1UL + FfiConverterUInt.allocationSize(value)
        }
    }

    override fun write(value: kotlin.UInt?, buf: ByteBuffer) {
        if (value == null) {
            buf.put(0)
        } else {
            buf.put(1)
            FfiConverterUInt.write(value, buf)
        }
    }
}




/**
 * @suppress
 */
internal object FfiConverterOptionalULong: FfiConverterRustBuffer<kotlin.ULong?> {
    override fun read(buf: ByteBuffer): kotlin.ULong? {
        if (buf.get().toInt() == 0) {
            return null
        }
        return FfiConverterULong.read(buf)
    }

    override fun allocationSize(value: kotlin.ULong?): ULong {
        if (value == null) {
            return 1UL
        } else {
            return 1UL + FfiConverterULong.allocationSize(value)
        }
    }

    override fun write(value: kotlin.ULong?, buf: ByteBuffer) {
        if (value == null) {
            buf.put(0)
        } else {
            buf.put(1)
            FfiConverterULong.write(value, buf)
        }
    }
}




/**
 * @suppress
 */
internal object FfiConverterOptionalLong: FfiConverterRustBuffer<kotlin.Long?> {
    override fun read(buf: ByteBuffer): kotlin.Long? {
        if (buf.get().toInt() == 0) {
            return null
        }
        return FfiConverterLong.read(buf)
    }

    override fun allocationSize(value: kotlin.Long?): ULong {
        if (value == null) {
            return 1UL
        } else {
            return 1UL + FfiConverterLong.allocationSize(value)
        }
    }

    override fun write(value: kotlin.Long?, buf: ByteBuffer) {
        if (value == null) {
            buf.put(0)
        } else {
            buf.put(1)
            FfiConverterLong.write(value, buf)
        }
    }
}




/**
 * @suppress
 */
internal object FfiConverterOptionalBoolean: FfiConverterRustBuffer<kotlin.Boolean?> {
    override fun read(buf: ByteBuffer): kotlin.Boolean? {
        if (buf.get().toInt() == 0) {
            return null
        }
        return FfiConverterBoolean.read(buf)
    }

    override fun allocationSize(value: kotlin.Boolean?): ULong {
        if (value == null) {
            return 1UL
        } else {
            return 1UL + FfiConverterBoolean.allocationSize(value)
        }
    }

    override fun write(value: kotlin.Boolean?, buf: ByteBuffer) {
        if (value == null) {
            buf.put(0)
        } else {
            buf.put(1)
            FfiConverterBoolean.write(value, buf)
        }
    }
}




/**
 * @suppress
 */
internal object FfiConverterOptionalString: FfiConverterRustBuffer<kotlin.String?> {
    override fun read(buf: ByteBuffer): kotlin.String? {
        if (buf.get().toInt() == 0) {
            return null
        }
        return FfiConverterString.read(buf)
    }

    override fun allocationSize(value: kotlin.String?): ULong {
        if (value == null) {
            return 1UL
        } else {
            return 1UL + FfiConverterString.allocationSize(value)
        }
    }

    override fun write(value: kotlin.String?, buf: ByteBuffer) {
        if (value == null) {
            buf.put(0)
        } else {
            buf.put(1)
            FfiConverterString.write(value, buf)
        }
    }
}




/**
 * @suppress
 */
internal object FfiConverterOptionalTypeStickyStore: FfiConverterRustBuffer<StickyStore?> {
    override fun read(buf: ByteBuffer): StickyStore? {
        if (buf.get().toInt() == 0) {
            return null
        }
        return FfiConverterTypeStickyStore.read(buf)
    }

    override fun allocationSize(value: StickyStore?): ULong {
        if (value == null) {
            return 1UL
        } else {
            return 1UL + FfiConverterTypeStickyStore.allocationSize(value)
        }
    }

    override fun write(value: StickyStore?, buf: ByteBuffer) {
        if (value == null) {
            buf.put(0)
        } else {
            buf.put(1)
            FfiConverterTypeStickyStore.write(value, buf)
        }
    }
}




/**
 * @suppress
 */
internal object FfiConverterOptionalTypeAssignment: FfiConverterRustBuffer<Assignment?> {
    override fun read(buf: ByteBuffer): Assignment? {
        if (buf.get().toInt() == 0) {
            return null
        }
        return FfiConverterTypeAssignment.read(buf)
    }

    override fun allocationSize(value: Assignment?): ULong {
        if (value == null) {
            return 1UL
        } else {
            return 1UL + FfiConverterTypeAssignment.allocationSize(value)
        }
    }

    override fun write(value: Assignment?, buf: ByteBuffer) {
        if (value == null) {
            buf.put(0)
        } else {
            buf.put(1)
            FfiConverterTypeAssignment.write(value, buf)
        }
    }
}




/**
 * @suppress
 */
internal object FfiConverterOptionalTypeSourceFailure: FfiConverterRustBuffer<SourceFailure?> {
    override fun read(buf: ByteBuffer): SourceFailure? {
        if (buf.get().toInt() == 0) {
            return null
        }
        return FfiConverterTypeSourceFailure.read(buf)
    }

    override fun allocationSize(value: SourceFailure?): ULong {
        if (value == null) {
            return 1UL
        } else {
            return 1UL + FfiConverterTypeSourceFailure.allocationSize(value)
        }
    }

    override fun write(value: SourceFailure?, buf: ByteBuffer) {
        if (value == null) {
            buf.put(0)
        } else {
            buf.put(1)
            FfiConverterTypeSourceFailure.write(value, buf)
        }
    }
}




/**
 * @suppress
 */
internal object FfiConverterOptionalTypeFallback: FfiConverterRustBuffer<Fallback?> {
    override fun read(buf: ByteBuffer): Fallback? {
        if (buf.get().toInt() == 0) {
            return null
        }
        return FfiConverterTypeFallback.read(buf)
    }

    override fun allocationSize(value: Fallback?): ULong {
        if (value == null) {
            return 1UL
        } else {
            return 1UL + FfiConverterTypeFallback.allocationSize(value)
        }
    }

    override fun write(value: Fallback?, buf: ByteBuffer) {
        if (value == null) {
            buf.put(0)
        } else {
            buf.put(1)
            FfiConverterTypeFallback.write(value, buf)
        }
    }
}




/**
 * @suppress
 */
internal object FfiConverterOptionalTypeStreaming: FfiConverterRustBuffer<Streaming?> {
    override fun read(buf: ByteBuffer): Streaming? {
        if (buf.get().toInt() == 0) {
            return null
        }
        return FfiConverterTypeStreaming.read(buf)
    }

    override fun allocationSize(value: Streaming?): ULong {
        if (value == null) {
            return 1UL
        } else {
            return 1UL + FfiConverterTypeStreaming.allocationSize(value)
        }
    }

    override fun write(value: Streaming?, buf: ByteBuffer) {
        if (value == null) {
            buf.put(0)
        } else {
            buf.put(1)
            FfiConverterTypeStreaming.write(value, buf)
        }
    }
}




/**
 * @suppress
 */
internal object FfiConverterSequenceString: FfiConverterRustBuffer<List<kotlin.String>> {
    override fun read(buf: ByteBuffer): List<kotlin.String> {
        val len = buf.getInt()
        return List<kotlin.String>(len) {
            FfiConverterString.read(buf)
        }
    }

    override fun allocationSize(value: List<kotlin.String>): ULong {
        val sizeForLength = 4UL
        val sizeForItems = value.map { FfiConverterString.allocationSize(it) }.sum()
        return sizeForLength + sizeForItems
    }

    override fun write(value: List<kotlin.String>, buf: ByteBuffer) {
        buf.putInt(value.size)
        value.iterator().forEach {
            FfiConverterString.write(it, buf)
        }
    }
}




/**
 * @suppress
 */
internal object FfiConverterSequenceTypeCodeRow: FfiConverterRustBuffer<List<CodeRow>> {
    override fun read(buf: ByteBuffer): List<CodeRow> {
        val len = buf.getInt()
        return List<CodeRow>(len) {
            FfiConverterTypeCodeRow.read(buf)
        }
    }

    override fun allocationSize(value: List<CodeRow>): ULong {
        val sizeForLength = 4UL
        val sizeForItems = value.map { FfiConverterTypeCodeRow.allocationSize(it) }.sum()
        return sizeForLength + sizeForItems
    }

    override fun write(value: List<CodeRow>, buf: ByteBuffer) {
        buf.putInt(value.size)
        value.iterator().forEach {
            FfiConverterTypeCodeRow.write(it, buf)
        }
    }
}




/**
 * @suppress
 */
internal object FfiConverterSequenceTypeTrustedKeyOptions: FfiConverterRustBuffer<List<TrustedKeyOptions>> {
    override fun read(buf: ByteBuffer): List<TrustedKeyOptions> {
        val len = buf.getInt()
        return List<TrustedKeyOptions>(len) {
            FfiConverterTypeTrustedKeyOptions.read(buf)
        }
    }

    override fun allocationSize(value: List<TrustedKeyOptions>): ULong {
        val sizeForLength = 4UL
        val sizeForItems = value.map { FfiConverterTypeTrustedKeyOptions.allocationSize(it) }.sum()
        return sizeForLength + sizeForItems
    }

    override fun write(value: List<TrustedKeyOptions>, buf: ByteBuffer) {
        buf.putInt(value.size)
        value.iterator().forEach {
            FfiConverterTypeTrustedKeyOptions.write(it, buf)
        }
    }
}




/**
 * @suppress
 */
internal object FfiConverterMapStringString: FfiConverterRustBuffer<Map<kotlin.String, kotlin.String>> {
    override fun read(buf: ByteBuffer): Map<kotlin.String, kotlin.String> {
        val len = buf.getInt()
        return buildMap<kotlin.String, kotlin.String>(len) {
            repeat(len) {
                val k = FfiConverterString.read(buf)
                val v = FfiConverterString.read(buf)
                this[k] = v
            }
        }
    }

    override fun allocationSize(value: Map<kotlin.String, kotlin.String>): ULong {
        val spaceForMapSize = 4UL
        val spaceForChildren = value.map { (k, v) ->
            FfiConverterString.allocationSize(k) +
            FfiConverterString.allocationSize(v)
        }.sum()
        return spaceForMapSize + spaceForChildren
    }

    override fun write(value: Map<kotlin.String, kotlin.String>, buf: ByteBuffer) {
        buf.putInt(value.size)
        // The parens on `(k, v)` here ensure we're calling the right method,
        // which is important for compatibility with older android devices.
        // Ref https://blog.danlew.net/2017/03/16/kotlin-puzzler-whose-line-is-it-anyways/
        value.forEach { (k, v) ->
            FfiConverterString.write(k, buf)
            FfiConverterString.write(v, buf)
        }
    }
}
        /**
         * Every code there is.
         */ internal fun `codes`(): List<CodeRow> {
            return FfiConverterSequenceTypeCodeRow.lift(
    uniffiRustCall() { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_func_codes(

        _status)
}
    )
    }


        /**
         * The version of this library.
         */ internal fun `version`(): kotlin.String {
            return FfiConverterString.lift(
    uniffiRustCall() { _status ->
    UniffiLib.uniffi_vexil_ffi_fn_func_version(

        _status)
}
    )
    }



