package dev.vexil

/**
 * What can go wrong: the table of codes that all hosts share (`docs/errors.md`).
 *
 * @property number its stable number
 */
public enum class ErrorCode(public val number: Int) {
    /** There is no flag, configuration or experiment of this key. */
    FLAG_NOT_FOUND(100),

    /** It is of another type than the one that was asked for. */
    TYPE_MISMATCH(110),

    /** Its definition could not be loaded. */
    PARSE_ERROR(120),

    /** The context is not one. */
    INVALID_CONTEXT(130),

    /** There are no definitions yet, and no last known good. */
    PROVIDER_NOT_READY(140),

    /** A pointer is null that must not be. */
    NULL_ARGUMENT(200),

    /** Text is not UTF-8. */
    INVALID_UTF8(210),

    /** A text or list is longer than is taken, or a length is no length. */
    TOO_LONG(220),

    /** A handle names nothing of this kind: it was never given out. */
    INVALID_HANDLE(230),

    /** What the handle named was closed. */
    CLOSED(240),

    /** The buffer is too small; its length says how large it must be. */
    BUFFER_TOO_SMALL(250),

    /** The options are none, or contradict each other. */
    INVALID_OPTIONS(260),

    /** A value is none, such as text that is no JSON. */
    INVALID_VALUE(270),

    /** Overrides are not allowed by the options. */
    OVERRIDES_NOT_ALLOWED(280),

    /** Definitions are put only where the source is the program itself. */
    SOURCE_NOT_MEMORY(290),

    /** The address or name leads nowhere, or the connection broke. */
    UNREACHABLE(300),

    /** The request took longer than the options allow. */
    SOURCE_TIMEOUT(305),

    /** TLS failed. */
    TLS(310),

    /** 401: the key is unknown, has expired or was revoked. */
    UNAUTHENTICATED(320),

    /** 403: the key is not for this. */
    FORBIDDEN(325),

    /** 429: asked too often. */
    RATE_LIMITED(330),

    /** Another status than those that mean something here. */
    UNEXPECTED_STATUS(335),

    /** The answer is not what it should be. */
    MALFORMED_ANSWER(340),

    /** The answer is longer than any snapshot may be. */
    TOO_LARGE(345),

    /** Signed by nobody who is trusted, or not at all. */
    UNTRUSTED_KEY(350),

    /** The signature is not of this. */
    BAD_SIGNATURE(355),

    /** Of another environment. */
    WRONG_ENVIRONMENT(360),

    /** Older than what is held. */
    ROLLED_BACK(365),

    /** A change of a version that is not held. */
    DELTA_GAP(370),

    /** The definitions cannot be read as a whole. */
    INVALID_DEFINITIONS(375),

    /** The stream has been silent for longer than its heartbeat. */
    STREAM_SILENT(380),

    /** The stream ended. */
    STREAM_ENDED(385),

    /** The file cannot be read. */
    FILE_UNREADABLE(390),

    /** The last known good cannot be written. */
    CACHE_NOT_WRITTEN(395),

    /** The last known good cannot be read, or is not whole. */
    CACHE_NOT_READ(397),

    /** The operating system refuses what is needed. */
    SYSTEM(400),

    /** A fault of this library. */
    INTERNAL(900);

    internal companion object {
        /** The code of a number; a fault of the library where there is none. */
        fun of(number: Int): ErrorCode = entries.firstOrNull { it.number == number } ?: INTERNAL
    }
}
