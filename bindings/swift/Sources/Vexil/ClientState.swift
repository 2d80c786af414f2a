import Foundation
internal import VexilControl

/// How a client stands.
public struct ClientState: Hashable, Sendable {
    /// How it stands with the source.
    public enum Connection: Hashable, Sendable {
        /// Nobody is asked: before the start, offline, after the end; and between two tries.
        case disconnected
        /// The first answer is waited for.
        case connecting
        /// The last answer was a good one; of a stream, it is open.
        case connected
        /// As many tries in a row failed as the options name. It is tried again all the same.
        case error
    }

    /// Something that went wrong between a client and its source or cache, and when.
    public struct Failure: Hashable, Sendable {
        /// The code; `nil` where it is one that this package does not know.
        public let code: Code?
        /// Its stable name.
        public let name: String
        /// What exactly, for a person.
        public let message: String
        /// When.
        public let at: Date
    }

    /// Whether there are definitions to evaluate with, wherever they came from.
    public let initialized: Bool
    /// Whether the source is being asked just now.
    public let syncing: Bool
    /// How it stands with the source.
    public let connection: Connection
    /// When the source last said what is in force.
    public let lastSync: Date?
    /// What last went wrong; it stays when things are well again.
    public let lastError: Failure?
    /// The version that is evaluated with; 0 when there is none, and of sources that do not number.
    public let version: UInt64
    /// Where it came from.
    public let origin: Origin
    /// Since when nobody has confirmed that it is the newest; `nil` while somebody does.
    public let staleSince: Date?
    /// Static keys that have changed since the process booted with them.
    public let restartRequired: [String]
    /// How many overrides are set.
    public let overrides: UInt64

    init(_ state: VexilControl.ClientState) {
        initialized = state.initialized
        syncing = state.syncing
        connection =
            switch state.connection {
            case .disconnected: .disconnected
            case .connecting: .connecting
            case .connected: .connected
            case .error: .error
            }
        lastSync = state.lastSyncMs.map(Date.init(milliseconds:))
        lastError = state.lastError.map {
            Failure(
                code: Code(rawValue: $0.code), name: $0.name, message: $0.message, at: Date(milliseconds: $0.atMs))
        }
        version = state.version
        origin = Origin(rawValue: state.origin)
        staleSince = state.staleSinceMs.map(Date.init(milliseconds:))
        restartRequired = state.restartRequired
        overrides = state.overrides
    }

    /// Of a client that cannot say it.
    init(unknown error: VexilError) {
        initialized = false
        syncing = false
        connection = .error
        lastSync = nil
        lastError = Failure(code: error.code, name: error.name, message: error.message, at: Date())
        version = 0
        origin = .none
        staleSince = nil
        restartRequired = []
        overrides = 0
    }
}

extension Date {
    init(milliseconds: Int64) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1_000)
    }
}

/// Where keys are: what is in force, or values of the program's own.
public struct Namespace: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { self.init(rawValue: value) }
    public var description: String { rawValue }

    /// Flags.
    public static let features = Namespace(rawValue: "features")
    /// Configurations.
    public static let configs = Namespace(rawValue: "configs")
    /// Experiments.
    public static let experiments = Namespace(rawValue: "experiments")
}

/// A key whose value is another.
public struct Change: Hashable, Sendable {
    /// Where the key is.
    public let namespace: Namespace
    /// The key.
    public let key: String
    /// What it was; `nil` where there was nothing.
    public let old: JSON?
    /// What it is; `nil` where there is nothing any more.
    public let new: JSON?
    /// Where the new one came from.
    public let origin: Origin

    init(_ change: VexilControl.ValueChange) {
        namespace = Namespace(rawValue: change.namespace)
        key = change.key
        old = change.oldJson.flatMap { try? JSON(text: $0) }
        new = change.newJson.flatMap { try? JSON(text: $0) }
        origin = Origin(rawValue: change.origin)
    }
}

/// The variant that an experiment gives.
public struct Assignment: Hashable, Sendable {
    /// The experiment's key.
    public let experiment: String
    /// The variant's id.
    public let variant: String
    /// The variant's name for people, where the definitions say it.
    public let name: String?
    /// Whether it is the variant that the others are compared with.
    public let isControl: Bool
    /// The variant's configuration; `.null` where it has none.
    public let config: JSON
    /// The unit that was assigned, such as the user's id; `nil` where an override stands for it.
    public let unit: String?
    /// The attribute that names the unit, such as `user.id`.
    public let unitAttribute: String
    /// `.experiment` or `.override`.
    public let reason: Reason
    /// The version of the definitions.
    public let version: UInt64
    /// Where they came from.
    public let origin: Origin
    /// How long nobody has said that they are the newest; `nil` while somebody does.
    public let staleFor: Duration?

    init(_ assignment: VexilControl.Assignment) {
        experiment = assignment.experiment
        variant = assignment.variant
        name = assignment.name
        isControl = assignment.isControl
        config = (try? JSON(text: assignment.configJson)) ?? .null
        unit = assignment.unit
        unitAttribute = assignment.unitAttribute
        reason = Reason(rawValue: assignment.reason)
        version = assignment.version
        origin = Origin(rawValue: assignment.origin)
        staleFor = assignment.staleMs.map { .milliseconds($0) }
    }
}

/// How an evaluation came about.
public struct Explanation: Hashable, Sendable, CustomStringConvertible {
    /// For a person to read.
    public let text: String
    /// The same steps, in JSON, as `vexil explain --json` prints them.
    public let json: String
    public var description: String { text }
}
