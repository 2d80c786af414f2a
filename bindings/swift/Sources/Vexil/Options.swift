import Foundation
internal import VexilControl

/// An SDK key. It shows itself to nobody: not printed, not in a dump of the options.
public struct SDKKey: Hashable, Sendable, ExpressibleByStringLiteral,
    CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    let secret: String
    public init(_ secret: String) { self.secret = secret }
    public init(stringLiteral value: String) { self.init(value) }
    public var description: String { "an SDK key" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a client takes. What is `nil` is as docs/clients.md says.
public struct Options: Sendable {
    /// Where definitions come from.
    public enum Source: Hashable, Sendable {
        /// A control plane, by its address and an SDK key of one environment.
        case controlPlane(url: String, key: SDKKey)
        /// A file with definitions, in JSON; it is watched.
        case file(String)
        /// The definitions themselves, in JSON: a bundle, a list, or one. `put` puts others in force.
        case memory(String)
    }

    /// How a control plane tells of changes.
    public enum Streaming: Hashable, Sendable {
        /// It is asked every now and then.
        case off
        /// By server-sent events.
        case events
        /// By a WebSocket, where a proxy in between wants one.
        case webSocket
    }

    /// What becomes of a start, and of reads, without definitions.
    public enum Fallback: Hashable, Sendable {
        /// The last known good, and without one the caller's default.
        case cache
        /// The caller's default; nothing is read from disk.
        case `default`
        /// As `cache`; a client that finds none, nor an answer in time, does not start.
        case `throw`
    }

    /// A key that snapshots must be signed with.
    public struct TrustedKey: Hashable, Sendable {
        public var id: String
        /// 32 bytes of Ed25519, in base64url without padding.
        public var publicKey: String

        public init(id: String, publicKey: String) {
            (self.id, self.publicKey) = (id, publicKey)
        }
    }

    /// Where definitions come from.
    public var source: Source
    /// The environment. A control plane knows it by the key; another one than this is refused.
    public var environment: String?
    /// Definitions to begin with, until the source has answered, in JSON.
    public var bootstrap: String?
    /// How often the source is asked. A minute.
    public var pollingInterval: Duration?
    /// How a control plane tells of changes. By server-sent events.
    public var streaming: Streaming?
    /// A stream from which nothing has come for so long is dead. 45 seconds.
    public var silence: Duration?
    /// How long one request may take. 10 seconds.
    public var requestTimeout: Duration?
    /// How long the start waits for the first definitions; it goes on without them. 5 seconds.
    public var startTimeout: Duration?
    /// The folder of the last known good; none is kept without one.
    public var cacheFolder: String?
    /// A last known good that is older is not taken; without it none is too old.
    public var cacheMaxAge: Duration?
    /// So many failures in a row make the connection's status an error. 3.
    public var retryAttempts: UInt32?
    /// The bound of the first wait before another try. A second.
    public var retryBase: Duration?
    /// The bound of all waits. 30 seconds.
    public var retryMax: Duration?
    /// What becomes of a start without definitions. `.cache`.
    public var fallback: Fallback?
    /// Nobody is asked: the client has what is on disk, or was handed over.
    public var offline = false
    /// No thread is started: a read that finds the polling interval over refreshes first.
    public var threadless = false
    /// The keys that snapshots must be signed with; those that the control plane publishes where there are none.
    public var trustedKeys: [TrustedKey] = []
    /// Certificates, in PEM, of those who vouch for the control plane; the public authorities where there are none.
    public var certificates: String?
    /// Whether overrides may be set in the process. With a file or definitions of the program's own, else not.
    public var allowOverrides: Bool?
    /// Where it is remembered which variants units were given in experiments that are `sticky`.
    public var stickyFile: String?
    /// For how many of them that file has room. 100,000.
    public var stickyCapacity: UInt32?
    /// A store of the program's own for them, in the place of the file.
    public var sticky: (any StickyStore)?
    /// Whether the control plane is told what was evaluated. It is.
    public var telemetry: Bool?
    /// How often. 30 seconds.
    public var telemetryInterval: Duration?
    /// Whether it is told which units met which variant of an experiment. It is.
    public var telemetryExposures: Bool?
    /// `instance.id`: a name of its own for this process; a random one when absent.
    public var instanceId: String?
    /// `service.name`
    public var serviceName: String?
    /// `app.version`
    public var appVersion: String?

    public init(source: Source) {
        self.source = source
    }
}

extension Options {
    /// By which telemetry knows this package.
    static let sdk = "vexil-swift/\(VexilControl.version())"

    func native() throws(VexilError) -> VexilControl.ClientOptions {
        func milliseconds(_ name: String, _ duration: Duration?) throws(VexilError) -> UInt64? {
            guard let duration else { return nil }
            let (seconds, attoseconds) = duration.components
            let whole = seconds.multipliedReportingOverflow(by: 1_000)
            guard duration >= .zero, !whole.overflow else {
                throw .options(.invalidOptions, "`\(name)` is \(duration), which is no length of time to wait")
            }
            return UInt64(whole.partialValue) + UInt64(attoseconds / 1_000_000_000_000_000)
        }
        return VexilControl.ClientOptions(
            source: source.native,
            environment: environment,
            bootstrap: bootstrap,
            pollingIntervalMs: try milliseconds("pollingInterval", pollingInterval),
            streaming: streaming.map { $0.native },
            silenceMs: try milliseconds("silence", silence),
            requestTimeoutMs: try milliseconds("requestTimeout", requestTimeout),
            startTimeoutMs: try milliseconds("startTimeout", startTimeout),
            cacheFolder: cacheFolder,
            cacheMaxAgeMs: try milliseconds("cacheMaxAge", cacheMaxAge),
            retryAttempts: retryAttempts,
            retryBaseMs: try milliseconds("retryBase", retryBase),
            retryMaxMs: try milliseconds("retryMax", retryMax),
            fallback: fallback.map { $0.native },
            offline: offline,
            threadless: threadless,
            trustedKeys: trustedKeys.map { VexilControl.TrustedKeyOptions(id: $0.id, public: $0.publicKey) },
            certificates: certificates,
            allowOverrides: allowOverrides,
            stickyFile: stickyFile,
            stickyCapacity: stickyCapacity,
            telemetry: telemetry,
            telemetryIntervalMs: try milliseconds("telemetryInterval", telemetryInterval),
            telemetryExposures: telemetryExposures,
            sdk: Options.sdk,
            instanceId: instanceId,
            serviceName: serviceName,
            appVersion: appVersion)
    }
}

extension Options.Source {
    fileprivate var native: VexilControl.SourceOptions {
        switch self {
        case .controlPlane(let url, let key): .http(url: url, key: key.secret)
        case .file(let path): .file(path: path)
        case .memory(let definitions): .memory(definitions: definitions)
        }
    }
}

extension Options.Streaming {
    fileprivate var native: VexilControl.Streaming {
        switch self {
        case .off: .off
        case .events: .events
        case .webSocket: .webSocket
        }
    }
}

extension Options.Fallback {
    fileprivate var native: VexilControl.Fallback {
        switch self {
        case .cache: .cache
        case .default: .default
        case .throw: .throw
        }
    }
}
