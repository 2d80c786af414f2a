internal import CVexil

/// What a read came to, with all that there is to say of it.
public struct Details<Value: Sendable>: Sendable {
    /// The value; the caller's default where there was none.
    public let value: Value
    /// The id of the variation or variant, if the value is one.
    public let variation: String?
    /// Why this value.
    public let reason: Reason
    /// What went wrong, if something did; the value is the caller's default then.
    public let error: VexilError?
    /// The scope whose value it is, such as `user` or `tenant`.
    public let scope: String?
    /// The rule that decided: its id, else its position.
    public let rule: String?
    /// The experiment that took part.
    public let experiment: String?
    /// Where the unit fell, from 0 to 99,999, if the rollout or experiment that decided draws lots.
    public let bucket: Int?
    /// Where the definitions came from.
    public let origin: Origin
    /// The version of the definitions; 0 where there is none.
    public let version: UInt64
    /// How long nobody has said that they are the newest; `nil` while somebody does.
    public let staleFor: Duration?
    /// Whether its time is over, and it is served all the same, for its definition says so.
    public let isOverdue: Bool

    /// The same with another value, and what went wrong with that.
    func with<Other: Sendable>(_ value: Other, error: VexilError? = nil) -> Details<Other> {
        Details<Other>(
            value: value, variation: variation, reason: error == nil ? reason : .error, error: error ?? self.error,
            scope: scope, rule: rule, experiment: experiment, bucket: bucket, origin: origin, version: version,
            staleFor: staleFor, isOverdue: isOverdue)
    }
}

extension Details: Equatable where Value: Equatable {}

/// Why a value is what it is: a stable name.
public struct Reason: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }

    /// Nothing more specific decided.
    public static let `default` = Reason(rawValue: "DEFAULT")
    /// A rule or a scope decided.
    public static let targeting = Reason(rawValue: "TARGETING")
    /// A split decided.
    public static let rollout = Reason(rawValue: "ROLLOUT")
    /// An experiment decided.
    public static let experiment = Reason(rawValue: "EXPERIMENT")
    /// It is set in this process, or for this request.
    public static let override = Reason(rawValue: "OVERRIDE")
    /// It is switched off.
    public static let disabled = Reason(rawValue: "DISABLED")
    /// Its time is over.
    public static let expired = Reason(rawValue: "EXPIRED")
    /// A flag that it depends on is not what it must be.
    public static let prerequisiteFailed = Reason(rawValue: "PREREQUISITE_FAILED")
    /// Something went wrong.
    public static let error = Reason(rawValue: "ERROR")
    /// The experiment is not running here and now.
    public static let notRunning = Reason(rawValue: "NOT_RUNNING")
    /// The context has no unit to assign.
    public static let noUnit = Reason(rawValue: "NO_UNIT")
    /// The experiment's audience is another one.
    public static let notInAudience = Reason(rawValue: "NOT_IN_AUDIENCE")
    /// The unit is held out.
    public static let heldOut = Reason(rawValue: "HELD_OUT")
    /// The unit's slot in the layer is another experiment's, or nobody's.
    public static let excludedByLayer = Reason(rawValue: "EXCLUDED_BY_LAYER")
    /// The unit takes no part.
    public static let notInTraffic = Reason(rawValue: "NOT_IN_TRAFFIC")
}

/// Where definitions, or a value, came from: a stable name.
public struct Origin: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }

    /// There are none.
    public static let none = Origin(rawValue: "none")
    /// They were handed over with the options.
    public static let bootstrap = Origin(rawValue: "bootstrap")
    /// The last known good, from disk.
    public static let cache = Origin(rawValue: "cache")
    /// A file.
    public static let file = Origin(rawValue: "file")
    /// The program itself.
    public static let memory = Origin(rawValue: "memory")
    /// A control plane.
    public static let remote = Origin(rawValue: "remote")
    /// The program registered it, and what is in force has no such key.
    public static let registered = Origin(rawValue: "registered")
    /// The program set it while it runs.
    public static let runtime = Origin(rawValue: "runtime")
}

/// The value as the library has it.
enum Told: Sendable {
    case nothing
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case json(String)

    var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    var int: Int? { if case .int(let value) = self { Int(exactly: value) } else { nil } }
    var double: Double? { if case .double(let value) = self { value } else { nil } }
    /// Also of an integer, where the library has said that it is one that a float holds.
    var asDouble: Double? { if case .int(let value) = self { Double(value) } else { double } }
    var string: String? { if case .string(let value) = self { value } else { nil } }
    var json: String? { if case .json(let value) = self { value } else { nil } }

    /// The value, whatever it is.
    var any: JSON? {
        switch self {
        case .nothing: nil
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .double(let value): .double(value)
        case .string(let value): .string(value)
        case .json(let text): try? JSON(text: text)
        }
    }
}

extension Details<Told> {
    /// Of a record, and the texts that it leads to.
    init(_ record: vexil_details, _ texts: UnsafeRawBufferPointer) {
        func text(_ slice: vexil_slice) -> String {
            let end = slice.offset + slice.length
            guard slice.length > 0, end <= texts.count else { return "" }
            return String(decoding: texts[slice.offset..<end], as: UTF8.self)
        }
        func given(_ slice: vexil_slice) -> String? { slice.length == 0 ? nil : text(slice) }
        let told: Told =
            switch record.kind {
            case Int32(VEXIL_VALUE_KIND_BOOLEAN.rawValue): .bool(record.boolean)
            case Int32(VEXIL_VALUE_KIND_INTEGER.rawValue): .int(record.integer)
            case Int32(VEXIL_VALUE_KIND_FLOAT.rawValue): .double(record.number)
            case Int32(VEXIL_VALUE_KIND_STRING.rawValue): .string(text(record.text))
            case Int32(VEXIL_VALUE_KIND_JSON.rawValue): .json(text(record.text))
            default: .nothing
            }
        let error =
            record.error == Code.ok.rawValue ? nil : VexilError(number: record.error, message: text(record.message))
        self.init(
            value: told, variation: given(record.variation), reason: Reason(rawValue: text(record.reason)),
            error: error,
            scope: given(record.scope), rule: given(record.rule), experiment: given(record.experiment),
            bucket: record.bucket < 0 ? nil : Int(record.bucket), origin: Origin(rawValue: text(record.origin)),
            version: record.version, staleFor: record.stale_ms < 0 ? nil : .milliseconds(record.stale_ms),
            isOverdue: record.overdue)
    }

    /// Of a read that did not come to an evaluation.
    init(failed error: VexilError) {
        self.init(
            value: .nothing, variation: nil, reason: .error, error: error, scope: nil, rule: nil, experiment: nil,
            bucket: nil, origin: .none, version: 0, staleFor: nil,
            isOverdue: false)
    }
}
