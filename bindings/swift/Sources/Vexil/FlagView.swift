internal import CVexil
import Foundation

/// What keys are for one context, all by what was in force at one moment: evaluated once and then read from the program's
/// own memory, as often as one likes and by any thread. It never changes; ``renewed(for:)`` makes another one.
///
/// Telemetry and exposures count the first read of each key as each type. Later ones do not leave the program's memory,
/// and are not counted.
public struct FlagView: Sendable {
    private let told: [String: Entry]
    private let native: NativeView

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
    public subscript(key: String) -> Details<JSON?>? { entry(key, .any)?.any }

    /// The keys, in no order.
    public var keys: some Collection<String> & Sendable { Array(told.keys) }

    /// Whether one that is made now would say the same, as far as can be told without making it: nothing else is in force,
    /// it is younger than the polling interval, and the client was not closed.
    public var isCurrent: Bool { native.isCurrent }

    /// A view of the same keys that is made now, for the same context or another one. It is of what is in force now, also
    /// where this one is of a client of one moment. Throws where the context is none, or the client was closed.
    public func renewed(for context: Context? = nil) throws(VexilError) -> FlagView {
        try FlagView(native.renewed(for: context))
    }

    /// What a key came to, if it answers who asks for this type: whether it does is the library's to say.
    private func answer(_ key: String, _ asked: VexilClient.Asked) -> Told? {
        guard let entry = entry(key, asked), entry.answers & (1 << UInt32(asked.rawValue)) != 0 else { return nil }
        return entry.details.value
    }

    /// What an experiment gave; a flag that leads to one names that one, and not itself.
    private func assigned(_ experiment: String) -> Details<Told>? {
        entry(experiment, .any).flatMap { $0.details.experiment == experiment ? $0.details : nil }
    }

    /// What somebody asks for is counted.
    private func entry(_ key: String, _ asked: VexilClient.Asked) -> Entry? {
        guard let entry = told[key] else { return nil }
        native.count(key, at: entry.place, asked)
        return entry
    }
}

/// What a key came to. A class, so that a look-up copies none of it.
private final class Entry: Sendable {
    let place: Int
    let details: Details<Told>
    /// A bit for each type that it answers.
    let answers: UInt32

    init(_ entry: vexil_entry, _ texts: UnsafeRawBufferPointer, at place: Int) {
        (self.place, details, answers) = (place, Details(entry.details, texts), entry.answers)
    }

    var any: Details<JSON?> { details.with(details.value.any) }
}

extension VexilClient {
    /// Evaluates all keys for a context, or those that are named, to be read from then on without asking again. Throws
    /// where the context is none, or the client was closed.
    public func view(for context: Context = .nobody, keys: [String]? = nil) throws(VexilError) -> FlagView {
        try FlagView(NativeView(of: self, for: context, keys: keys))
    }

    /// Evaluates all keys for a context. Throws where the context is none, or the client was closed.
    public func evaluateAll(for context: Context = .nobody) throws(VexilError) -> [String: Details<JSON?>] {
        try view(for: context).all
    }
}

extension FlagView {
    /// Nobody has asked for one of them, and none is counted.
    fileprivate var all: [String: Details<JSON?>] { told.mapValues(\.any) }

    fileprivate init(_ view: NativeView) throws(VexilError) {
        told = try view.copied { entries, texts in
            var told: [String: Entry] = [:]
            told.reserveCapacity(entries.count)
            for (place, entry) in entries.enumerated() {
                let bytes = texts[entry.key.offset..<entry.key.offset + entry.key.length]
                told[String(decoding: bytes, as: UTF8.self)] = Entry(entry, texts, at: place)
            }
            return told
        }
        native = view
    }
}
