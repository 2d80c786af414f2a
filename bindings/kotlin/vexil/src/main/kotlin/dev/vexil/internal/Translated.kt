package dev.vexil.internal

import dev.vexil.ErrorCode
import dev.vexil.InternalException
import dev.vexil.NotReadyException
import dev.vexil.OptionsException
import dev.vexil.SourceException
import dev.vexil.VexilException
import dev.vexil.internal.uniffi.InternalException as NativePanic
import dev.vexil.internal.uniffi.VexilClient as NativeClient
import dev.vexil.internal.uniffi.VexilException as NativeException

/** A client by uniffi. There is no way to call it but this one, so that whatever it fails with is told as [translated]. */
internal class Control(private val client: NativeClient) {
    operator fun <T> invoke(call: NativeClient.() -> T): T = translated { client.call() }
}

/** Throws what the native library fails with as one of the exceptions above; so also a panic, which uniffi has caught. */
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
} catch (panic: NativePanic) {
    throw InternalException(panic.message.orEmpty())
}
