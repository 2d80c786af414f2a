internal import CVexil
import Foundation
internal import VexilControl

/// Reads: what every request does. They take no lock, wait for nobody and never fail: without a value they give the
/// caller's default, and their details say why.
extension VexilClient {
    /// Whether a flag is on; it is not where it is none, or is not known.
    public func isEnabled(_ key: String, for context: Context = .nobody) -> Bool {
        bool(key, for: context, default: false)
    }

    /// A flag or configuration that is `true` or `false`.
    public func bool(_ key: String, for context: Context = .nobody, default fallback: Bool) -> Bool {
        reading(context) { context in
            var value = fallback
            _ = key.lent { vexil_get_bool(native, $0, context, fallback ? 1 : 0, &value) }
            return value
        }
    }

    /// A flag or configuration that is an integer.
    public func int(_ key: String, for context: Context = .nobody, default fallback: Int) -> Int {
        reading(context) { context in
            var value = Int64(fallback)
            _ = key.lent { vexil_get_int(native, $0, context, value, &value) }
            return Int(exactly: value) ?? fallback
        }
    }

    /// A flag or configuration that is a float, or an integer that a float holds exactly.
    public func double(_ key: String, for context: Context = .nobody, default fallback: Double) -> Double {
        reading(context) { context in
            var value = fallback
            _ = key.lent { vexil_get_float(native, $0, context, fallback, &value) }
            return value
        }
    }

    /// A flag or configuration that is text.
    public func string(_ key: String, for context: Context = .nobody, default fallback: String) -> String {
        text(key, context) { vexil_get_string(native, $0, $1, $2) } ?? fallback
    }

    /// A flag or configuration that is JSON, as text; `nil` where there is none.
    public func json(_ key: String, for context: Context = .nobody) -> String? {
        let json = text(key, context) { vexil_get_json(native, $0, $1, $2) }
        return json.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A flag or configuration that is JSON, as a type of the program's own. Where the value is not of that type the
    /// default is given, and ``decodeDetails(_:_:for:default:)`` says so.
    public func decode<Value: Decodable & Sendable>(
        _ type: Value.Type = Value.self, _ key: String, for context: Context = .nobody, default fallback: Value
    ) -> Value {
        guard let text = json(key, for: context) else { return fallback }
        return (try? JSONDecoder().decode(type, from: Data(text.utf8))) ?? fallback
    }

    /// The id of the variant that an experiment gives; `nil` where the context takes no part.
    public func variant(_ experiment: String, for context: Context = .nobody) -> String? {
        let variant = text(experiment, context) { vexil_variant(native, $0, $1, $2) }
        return variant.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The configuration of that variant.
    public func variantConfig(_ experiment: String, for context: Context = .nobody) -> JSON? {
        variantText(experiment, context).flatMap { try? JSON(text: $0) }
    }

    /// The configuration of that variant, as a type of the program's own; `nil` also where it is not of that type.
    public func variantConfig<Value: Decodable>(
        _ type: Value.Type, _ experiment: String, for context: Context = .nobody
    ) -> Value? {
        variantText(experiment, context).flatMap { try? JSONDecoder().decode(type, from: Data($0.utf8)) }
    }

    private func variantText(_ experiment: String, _ context: Context) -> String? {
        let config = text(experiment, context) { vexil_variant_config(native, $0, $1, $2) }
        return config.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// The same reads, with all that there is to say of them.
extension VexilClient {
    /// Whatever it is; `nil` where there is no value.
    public func details(_ key: String, for context: Context = .nobody) -> Details<JSON?> {
        let details = evaluated(key, context, .any)
        return details.with(details.value.any)
    }

    /// As ``bool(_:for:default:)``.
    public func boolDetails(_ key: String, for context: Context = .nobody, default fallback: Bool) -> Details<Bool> {
        let details = evaluated(key, context, .bool)
        return details.with(details.value.bool ?? fallback)
    }

    /// As ``int(_:for:default:)``.
    public func intDetails(_ key: String, for context: Context = .nobody, default fallback: Int) -> Details<Int> {
        let details = evaluated(key, context, .int)
        return details.with(details.value.int ?? fallback)
    }

    /// As ``double(_:for:default:)``.
    public func doubleDetails(
        _ key: String, for context: Context = .nobody, default fallback: Double
    ) -> Details<Double> {
        let details = evaluated(key, context, .double)
        return details.with(details.value.double ?? fallback)
    }

    /// As ``string(_:for:default:)``.
    public func stringDetails(
        _ key: String, for context: Context = .nobody, default fallback: String
    ) -> Details<String> {
        let details = evaluated(key, context, .string)
        return details.with(details.value.string ?? fallback)
    }

    /// As ``json(_:for:)``.
    public func jsonDetails(_ key: String, for context: Context = .nobody) -> Details<String?> {
        let details = evaluated(key, context, .json)
        return details.with(details.value.json)
    }

    /// As ``decode(_:_:for:default:)``. A value that is not of the type is `TYPE_MISMATCH`.
    public func decodeDetails<Value: Decodable & Sendable>(
        _ type: Value.Type = Value.self, _ key: String, for context: Context = .nobody, default fallback: Value
    ) -> Details<Value> {
        let details = evaluated(key, context, .json)
        guard let text = details.value.json else { return details.with(fallback) }
        do {
            return details.with(try JSONDecoder().decode(type, from: Data(text.utf8)))
        } catch {
            return details.with(fallback, error: .evaluation(.typeMismatch, "this is no \(type): \(error)"))
        }
    }
}

extension VexilClient {
    /// The type that is asked for.
    enum Asked: Int32 {
        case any = 0
        case bool = 1
        case int = 2
        case double = 3
        case string = 4
        case json = 5
    }

    /// The client and the context last as long as the read does.
    @inline(__always)
    private func reading<Result>(_ context: Context, _ read: (vexil_context) -> Result) -> Result {
        withExtendedLifetime(self) { context.lent(read) }
    }

    private func text(
        _ key: String, _ context: Context,
        _ call: (vexil_text, vexil_context, UnsafeMutablePointer<vexil_buffer>) -> Int32
    ) -> String? {
        reading(context) { context in
            key.lent { key in
                let (code, text) = filled { call(key, context, $0) }
                return code == Code.ok.rawValue ? text : nil
            }
        }
    }

    func evaluated(_ key: String, _ context: Context, _ asked: Asked) -> Details<Told> {
        if let problem = context.problem { return Details(failed: problem) }
        return reading(context) { context in
            key.lent { key in
                var record = vexil_details()
                return filled(
                    { vexil_evaluate(native, key, asked.rawValue, context, &record, $0) },
                    then: { code, texts in
                        code == Code.ok.rawValue ? Details(record, texts) : Details(failed: .last(code))
                    })
            }
        }
    }
}
