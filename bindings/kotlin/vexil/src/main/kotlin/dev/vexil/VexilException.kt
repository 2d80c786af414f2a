package dev.vexil

/**
 * Something went wrong. Reads never throw: they return the caller's default, and their details say why.
 *
 * @property code which of the things that can go wrong
 */
public sealed class VexilException(message: String, public val code: ErrorCode) :
    RuntimeException(if (message.endsWith("(${code.name})")) message else "$message (${code.name})") {

    internal companion object {
        /** What the native library fails with outside the face that tells kinds apart. */
        fun of(number: Int, message: String): VexilException = when (val code = ErrorCode.of(number)) {
            ErrorCode.INTERNAL, ErrorCode.SYSTEM -> InternalException(message, code)
            ErrorCode.CLOSED -> ClosedException(message)
            else -> ArgumentException(message, code)
        }
    }
}

/** The options are none, or contradict each other. */
public class OptionsException(message: String, code: ErrorCode = ErrorCode.INVALID_OPTIONS) :
    VexilException(message, code)

/** There are no definitions, and [Fallback.THROW] says that this is an error. */
public class NotReadyException(message: String, code: ErrorCode = ErrorCode.PROVIDER_NOT_READY) :
    VexilException(message, code)

/** The source, or the last known good on disk, could not be read. */
public class SourceException(message: String, code: ErrorCode = ErrorCode.UNREACHABLE) : VexilException(message, code)

/** An argument is not what is asked for. */
public class ArgumentException(message: String, code: ErrorCode = ErrorCode.INVALID_VALUE) :
    VexilException(message, code)

/** The client was closed. This is of what changes something, or waits: a read returns the caller's default. */
public class ClosedException(message: String = "the client was closed") : VexilException(message, ErrorCode.CLOSED)

/** A fault of this library or of the system below it. */
public class InternalException(message: String, code: ErrorCode = ErrorCode.INTERNAL) : VexilException(message, code)
