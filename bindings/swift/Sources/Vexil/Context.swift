internal import CVexil

/// Who asks: attributes by path, such as `user.id` or `tenant.tier`.
///
///     let ada: Context = ["user.id": "ada", "tenant": ["tier": "pro"], "user.groups": ["beta", "staff"]]
///
/// Names with dots and nested objects say the same. A context is made once and then read as often as one likes, by any
/// thread: one that is kept for as long as its request or session lasts costs nothing more.
public struct Context: Sendable {
    let prepared: Prepared

    /// Nobody in particular: a context without attributes.
    public static let nobody = Context([])

    /// A context of these attributes. ``problem`` says what is wrong with it, if something is.
    public init(_ attributes: [String: JSON]) {
        self.init(attributes.map { ($0.key, $0.value) })
    }

    /// A context of a JSON object, as text.
    ///
    /// Throws a `VexilError` of `INVALID_CONTEXT` where it is none.
    public init(json text: String) throws(VexilError) {
        prepared = Prepared(text)
        if let problem = prepared.problem { throw problem }
    }

    /// Why this is no context: an attribute that is not finite, too many of them, too deep. Reads for it give the
    /// caller's default, and their details say `INVALID_CONTEXT`.
    public var problem: VexilError? { prepared.problem }

    init(_ attributes: [(String, JSON)]) {
        prepared = Prepared(attributes)
    }
}

extension Context: ExpressibleByDictionaryLiteral {
    /// Of two attributes with one path the last counts.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self.init(elements)
    }
}

extension Context {
    /// Lends the library's own form of it for the time of a call.
    @inline(__always)
    func lent<Result>(_ call: (vexil_context) -> Result) -> Result {
        // Not of `prepared`, which would be retained and released for it.
        withExtendedLifetime(self) { call(prepared.handle) }
    }

    /// The context as the calls that are rare take it.
    func json() throws(VexilError) -> String {
        if let problem { throw problem }
        switch prepared.source {
        case .json(let text): return text
        case .attributes(let attributes):
            // Of two members with one path the last counts, and JSON would be refused for it.
            var last: [[UInt8]: JSON] = [:]
            for (path, value) in attributes { last[Array(path.utf8)] = value }
            var text = "{"
            for (path, value) in last {
                if text.utf8.count > 1 { text += "," }
                JSON.write(String(decoding: path, as: UTF8.self), to: &text)
                text += ":" + (try value.text())
            }
            return text + "}"
        }
    }
}

/// A context as the library has it, for as long as somebody holds it.
final class Prepared: Sendable {
    enum Source: Sendable {
        case attributes([(String, JSON)])
        case json(String)
    }

    /// It names nothing where there is a problem, and nobody where it is 0.
    let handle: vexil_context
    let problem: VexilError?
    let source: Source

    init(_ attributes: [(String, JSON)]) {
        source = .attributes(attributes)
        if attributes.isEmpty {
            (handle, problem) = (vexil_context(id: 0), nil)
            return
        }
        (handle, problem) = Prepared.made { handle throws(VexilError) in try Attributes.lent(attributes, handle) }
    }

    init(_ text: String) {
        source = .json(text)
        (handle, problem) = Prepared.made { handle in
            text.lent { vexil_context_parse($0, handle) }
        }
    }

    deinit {
        if problem == nil { vexil_context_free(handle) }
    }

    private static func made(
        _ make: (UnsafeMutablePointer<vexil_context>) throws(VexilError) -> Int32
    ) -> (vexil_context, VexilError?) {
        var handle = vexil_context(id: 0)
        do throws(VexilError) {
            try check(try make(&handle))
            return (handle, nil)
        } catch {
            // What cannot be written as JSON is no attribute.
            let problem = error.code == .invalidValue ? .argument(.invalidContext, error.message) : error
            return (vexil_context(id: .max), problem)
        }
    }
}

/// Attributes on their way to the library: their texts one after another, and records that lead there.
private enum Attributes {
    static func lent(
        _ attributes: [(String, JSON)], _ context: UnsafeMutablePointer<vexil_context>
    ) throws(VexilError) -> Int32 {
        var bytes: [UInt8] = []
        var ends: [(path: Int, text: Int)] = []
        bytes.reserveCapacity(attributes.count * 32)
        ends.reserveCapacity(attributes.count)
        for (path, value) in attributes {
            bytes.append(contentsOf: path.utf8)
            let end = bytes.count
            switch value {
            case .string(let text): bytes.append(contentsOf: text.utf8)
            case .array, .object: bytes.append(contentsOf: try value.text().utf8)
            default: break
            }
            ends.append((end, bytes.count))
        }
        return bytes.withUnsafeBufferPointer { bytes in
            withUnsafeTemporaryAllocation(of: vexil_attribute.self, capacity: attributes.count) { records in
                var begin = 0
                for (place, end) in ends.enumerated() {
                    let record = record(
                        path: vexil_text(UnsafeBufferPointer(rebasing: bytes[begin..<end.path])),
                        value: attributes[place].1,
                        text: vexil_text(UnsafeBufferPointer(rebasing: bytes[end.path..<end.text])))
                    records.initializeElement(at: place, to: record)
                    begin = end.text
                }
                return vexil_context_new(records.baseAddress, records.count, context)
            }
        }
    }

    private static func record(path: vexil_text, value: JSON, text: vexil_text) -> vexil_attribute {
        var record = vexil_attribute()
        record.path = path
        record.text = text
        switch value {
        case .null: record.kind = Kind.null
        case .bool(let value): (record.kind, record.boolean) = (Kind.boolean, value ? 1 : 0)
        case .int(let value): (record.kind, record.integer) = (Kind.integer, value)
        case .double(let value): (record.kind, record.number) = (Kind.float, value)
        case .string: record.kind = Kind.string
        case .array, .object: record.kind = Kind.json
        }
        return record
    }

    private enum Kind {
        static let null = Int32(VEXIL_ATTRIBUTE_KIND_NULL.rawValue)
        static let boolean = Int32(VEXIL_ATTRIBUTE_KIND_BOOLEAN.rawValue)
        static let integer = Int32(VEXIL_ATTRIBUTE_KIND_INTEGER.rawValue)
        static let float = Int32(VEXIL_ATTRIBUTE_KIND_FLOAT.rawValue)
        static let string = Int32(VEXIL_ATTRIBUTE_KIND_STRING.rawValue)
        static let json = Int32(VEXIL_ATTRIBUTE_KIND_JSON.rawValue)
    }
}
