package dev.vexil.internal

import dev.vexil.ErrorCode
import dev.vexil.InternalException
import dev.vexil.NotReadyException
import dev.vexil.OptionsException
import dev.vexil.SourceException
import dev.vexil.VexilException
import dev.vexil.internal.uniffi.VexilException as NativeException

/** Throws what the native library fails with as one of the exceptions above. */
internal inline fun <T> translated(call: () -> T): T = try {
    call()
} catch (error: NativeException) {
    throw when (error) {
        is NativeException.Options -> OptionsException(error.reason, ErrorCode.of(error.code))
        is NativeException.NotReady -> NotReadyException(error.reason, ErrorCode.of(error.code))
        is NativeException.Source -> SourceException(error.reason, ErrorCode.of(error.code))
        is NativeException.Argument -> VexilException.of(error.code, error.reason)
        is NativeException.Internal -> InternalException(error.reason, ErrorCode.of(error.code))
    }
}
