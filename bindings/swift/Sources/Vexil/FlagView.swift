import Foundation

/// What keys are for one context, all by what was in force at one moment: evaluated once and then read from the program's
/// own memory, as often as one likes and by any thread. It never changes; ``renewed(for:)`` makes another one.
///
/// A read counts as one of the client does: the first of a key at once, others later, when there are some hundred of them,
/// when the view is renewed or let go of, or when the client is closed.
public struct FlagView: Sendable {
    fileprivate let held: HeldView

    /// Whether a flag is on.
    public func isEnabled(_ key: String) -> Bool { bool(key, default: false) }

    /// A flag or configuration that is `true` or `false`.
    public func bool(_ key: String, default fallback: Bool) -> Bool { answer(key, .bool)?.bool ?? fallback }

    /// A flag or configuration that is an integer.
    public func int(_ key: String, default fallback: Int) -> Int { answer(key, .int)?.int ?? fallback }

    /// A flag or configuration that is a float, or an integer that a float holds exactly.
    public func double(_ key: String, default fallback: Double) -> Double { answer(key, .double)?.asDouble ?? fallback }

    /// A flag or configuration that is text.
    public func string(_ key: String, default fallback: String) -> String { answer(key, .string)?.string ?? fallback }

    /// A flag or configuration that is JSON, as text.
    public func json(_ key: String) -> String? { answer(key, .json)?.json }

    /// The id of the variant that an experiment gave; `nil` where the context took no part.
    public func variant(_ experiment: String) -> String? { assigned(experiment)?.variation }

    /// The configuration of that variant.
    public func variantConfig(_ experiment: String) -> JSON? { assigned(experiment)?.value.any }

    /// What a key is, whatever it is, and why; `nil` where the view has no such key.
    public subscript(key: String) -> Details<JSON?>? { read(key)?.any }

    /// The keys, in no order.
    public var keys: some Collection<String> & Sendable { Array(held.entries.keys) }

    /// Whether one that is made now would say the same, as far as can be told without making it: nothing else is in force,
    /// it is younger than the polling interval, and the client was not closed.
    public var isCurrent: Bool { held.isCurrent }

    /// A view of the same keys that is made now, for the same context or another one. It is of what is in force now, also
    /// where this one is of a client of one moment. Throws where the context is none, or the client was closed.
    public func renewed(for context: Context? = nil) throws(VexilError) -> FlagView {
        FlagView(held: try held.renewed(for: context))
    }

    /// What a key came to, if it answers who asks for this type.
    private func answer(_ key: String, _ asked: VexilClient.Asked) -> Told? {
        guard let entry = held.entries[key] else { return nil }
        guard entry.answers(asked) else {
            held.count(entry, asked: asked)
            return nil
        }
        held.count(entry)
        return entry.details.value
    }

    private func read(_ key: String) -> Details<Told>? {
        guard let entry = held.entries[key] else { return nil }
        held.count(entry)
        return entry.details
    }

    /// What an experiment gave; a flag that leads to one names that one, and not itself.
    private func assigned(_ experiment: String) -> Details<Told>? {
        read(experiment).flatMap { $0.experiment == experiment ? $0 : nil }
    }
}

extension Details<Told> {
    fileprivate var any: Details<JSON?> { with(value.any) }
}

extension VexilClient {
    /// Evaluates all keys for a context, or those that are named, to be read from then on without asking again. Throws
    /// where the context is none, or the client was closed.
    public func view(for context: Context = .nobody, keys: [String]? = nil) throws(VexilError) -> FlagView {
        FlagView(held: try HeldView(of: self, for: context, keys: keys))
    }

    /// Evaluates all keys for a context. Throws where the context is none, or the client was closed. Nobody has asked for
    /// one of them, and none is counted.
    public func evaluateAll(for context: Context = .nobody) throws(VexilError) -> [String: Details<JSON?>] {
        try HeldView(of: self, for: context, keys: nil).entries.mapValues(\.details.any)
    }
}
