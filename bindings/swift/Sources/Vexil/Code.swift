internal import CVexil

/// What became of a call: the numbers of the table of codes, which mean the same in all of Vexil's languages.
public enum Code: Int32, CaseIterable, Sendable {
    /// All is well.
    case ok = 0
    /// There is no flag, configuration or experiment of this key.
    case flagNotFound = 100
    /// It is of another type than the one that was asked for.
    case typeMismatch = 110
    /// Its definition could not be loaded.
    case parseError = 120
    /// The context is not one.
    case invalidContext = 130
    /// There are no definitions yet, and no last known good.
    case providerNotReady = 140
    /// A pointer is null that must not be.
    case nullArgument = 200
    /// Text is not UTF-8.
    case invalidUtf8 = 210
    /// A text or list is longer than is taken.
    case tooLong = 220
    /// A handle names nothing of this kind.
    case invalidHandle = 230
    /// It was closed.
    case closed = 240
    /// A buffer is too small.
    case bufferTooSmall = 250
    /// The options are none, or contradict each other.
    case invalidOptions = 260
    /// A value is none, such as text that is no JSON.
    case invalidValue = 270
    /// Overrides are not allowed by the options.
    case overridesNotAllowed = 280
    /// Definitions are put only where the source is the program itself.
    case sourceNotMemory = 290
    /// The address or the name does not lead anywhere, or the connection broke.
    case unreachable = 300
    /// The request took longer than the options allow.
    case sourceTimeout = 305
    /// TLS failed.
    case tls = 310
    /// 401: the key is unknown, has expired or was revoked.
    case unauthenticated = 320
    /// 403: the key is not for this.
    case forbidden = 325
    /// 429: asked too often.
    case rateLimited = 330
    /// Another status than those that mean something here.
    case unexpectedStatus = 335
    /// The answer is not what it should be.
    case malformedAnswer = 340
    /// The answer is longer than any snapshot may be.
    case tooLarge = 345
    /// Signed by nobody who is trusted, or not at all.
    case untrustedKey = 350
    /// The signature is not of this.
    case badSignature = 355
    /// Of another environment.
    case wrongEnvironment = 360
    /// Older than what is held.
    case rolledBack = 365
    /// A change of a version that is not held.
    case deltaGap = 370
    /// The definitions cannot be read as a whole.
    case invalidDefinitions = 375
    /// The stream has been silent for longer than its heartbeat.
    case streamSilent = 380
    /// The stream ended.
    case streamEnded = 385
    /// The file cannot be read.
    case fileUnreadable = 390
    /// The last known good cannot be written.
    case cacheNotWritten = 395
    /// The last known good cannot be read, or is not whole.
    case cacheNotRead = 397
    /// The operating system refuses what is needed: a thread.
    case system = 400
    /// A fault of this library. The call had no effect that counts; the process goes on.
    case `internal` = 900

    /// The stable name, such as `FLAG_NOT_FOUND`.
    public var name: String {
        vexil_code_name(rawValue).map { String(cString: $0) } ?? "INTERNAL"
    }
}
