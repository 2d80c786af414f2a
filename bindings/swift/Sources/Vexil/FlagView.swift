internal import CVexil
import Foundation

/// What keys are for one context, all by what was in force at one moment: evaluated once and then read from the program's
/// own memory, as often as one likes and by any thread. It never changes.
public struct FlagView: Sendable {
    private let told: [String: Entry]
    private let native: NativeView

    /// Whether a flag is on.
    public func isEnabled(_ key: String) -> Bool { bool(key, default: false) }

    /// A flag or configuration that is `true` or `false`.
    public func bool(_ key: String, default fallback: Bool) -> Bool { told[key]?.bool ?? fallback }

    /// A flag or configuration that is an integer.
    public func int(_ key: String, default fallback: Int) -> Int { told[key]?.int ?? fallback }

    /// A flag or configuration that is a float.
    public func double(_ key: String, default fallback: Double) -> Double { told[key]?.double ?? fallback }

    /// A flag or configuration that is text.
    public func string(_ key: String, default fallback: String) -> String { told[key]?.string ?? fallback }

    /// A flag or configuration that is JSON, as text.
    public func json(_ key: String) -> String? { told[key]?.json }

    /// What a key is, whatever it is, and why; `nil` where the view has no such key.
    public subscript(key: String) -> Details<JSON?>? { told[key]?.any }

    /// The keys, in no order.
    public var keys: some Collection<String> & Sendable { Array(told.keys) }

    /// Whether one that is made now would say the same, as far as can be told without making it. No longer when the client
    /// was closed.
    public var isCurrent: Bool {
        var current = false
        return withExtendedLifetime(native) {
            vexil_view_is_current(native.handle, &current) == Code.ok.rawValue && current
        }
    }
}

/// What a key came to. A class, so that a look-up copies none of it.
private final class Entry: Sendable {
    let details: Details<Told>
    /// A bit for each type that it answers.
    private let answers: UInt32

    init(_ details: Details<Told>, answers: UInt32) {
        self.details = details
        self.answers = answers
    }

    var bool: Bool? { answer(VEXIL_ASKED_BOOLEAN.rawValue)?.bool }
    var int: Int? { answer(VEXIL_ASKED_INTEGER.rawValue)?.int }
    var double: Double? { answer(VEXIL_ASKED_FLOAT.rawValue)?.asDouble }
    var string: String? { answer(VEXIL_ASKED_STRING.rawValue)?.string }
    var json: String? { answer(VEXIL_ASKED_JSON.rawValue)?.json }
    var any: Details<JSON?> { details.with(details.value.any) }

    /// The value, if it answers who asks for this type: whether it does is the library's to say.
    private func answer(_ asked: UInt32) -> Told? { answers & (1 << asked) != 0 ? details.value : nil }
}

/// A view as the library has it, for as long as somebody holds it.
private final class NativeView: Sendable {
    let handle: vexil_view

    init(_ handle: vexil_view) {
        self.handle = handle
    }

    deinit {
        vexil_view_free(handle)
    }
}

extension VexilClient {
    /// Evaluates all keys for a context, or those that are named, to be read from then on without asking again. Throws
    /// where the context is none, or the client was closed.
    public func view(for context: Context = .nobody, keys: [String]? = nil) throws(VexilError) -> FlagView {
        if let problem = context.problem { throw problem }
        var handle = vexil_view(id: 0)
        let code = withExtendedLifetime(self) {
            context.lent { context in
                guard let keys else { return vexil_view_new(native, context, nil, 0, &handle) }
                return lent(keys) { vexil_view_new(native, context, $0.baseAddress, $0.count, &handle) }
            }
        }
        try check(code)
        return try FlagView(NativeView(handle))
    }

    /// Evaluates all keys for a context. Throws where the context is none, or the client was closed.
    public func evaluateAll(for context: Context = .nobody) throws(VexilError) -> [String: Details<JSON?>] {
        try view(for: context).all
    }
}

extension FlagView {
    var all: [String: Details<JSON?>] { told.mapValues(\.any) }

    /// Copies a view out of the library.
    fileprivate init(_ view: NativeView) throws(VexilError) {
        var told: [String: Entry] = [:]
        var code = Code.ok.rawValue
        var room = 0
        var known = false
        // The first time it says how many entries there are. A view never changes, so it is right the second time.
        while !known {
            let entries = UnsafeMutableBufferPointer<vexil_entry>.allocate(capacity: room)
            defer { entries.deallocate() }
            var count = 0
            let copied = filled(
                { vexil_view_read(view.handle, entries.baseAddress, room, &count, $0) },
                then: { code, texts in
                    (code, code == Code.ok.rawValue ? FlagView.read(entries[..<count], texts) : [:])
                })
            known = !(copied.0 == Code.bufferTooSmall.rawValue && count > room)
            (code, told) = copied
            room = count
        }
        try check(code)
        (self.told, native) = (told, view)
    }

    private static func read(
        _ entries: Slice<UnsafeMutableBufferPointer<vexil_entry>>, _ texts: UnsafeRawBufferPointer
    ) -> [String: Entry] {
        var told: [String: Entry] = [:]
        told.reserveCapacity(entries.count)
        for entry in entries {
            let bytes = texts[entry.key.offset..<entry.key.offset + entry.key.length]
            told[String(decoding: bytes, as: UTF8.self)] = Entry(
                Details(entry.details, texts), answers: entry.answers)
        }
        return told
    }
}

/// Lends texts, one after another in memory of their own.
private func lent<Result>(_ texts: [String], _ call: (UnsafeBufferPointer<vexil_text>) -> Result) -> Result {
    var bytes: [UInt8] = []
    var ends: [Int] = []
    for text in texts {
        bytes.append(contentsOf: text.utf8)
        ends.append(bytes.count)
    }
    return bytes.withUnsafeBufferPointer { bytes in
        let begins = [0] + ends
        let lent = zip(begins, ends).map { vexil_text(UnsafeBufferPointer(rebasing: bytes[$0..<$1])) }
        // A pointer that is null would ask for all keys.
        return lent.isEmpty
            ? withUnsafePointer(to: vexil_text()) { call(UnsafeBufferPointer(start: $0, count: 0)) }
            : lent.withUnsafeBufferPointer(call)
    }
}
