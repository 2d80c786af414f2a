import XCTest

@testable import Vexil

/// The corpus of vectors, through the client. It compares, and decides nothing.
final class VectorsTests: XCTestCase {
    /// That of the repository, or one with new files among it, as `cargo xtask test` names.
    private static let folder =
        ProcessInfo.processInfo.environment["VEXIL_TEST_VECTORS"].map { URL(filePath: $0) }
        ?? URL(filePath: #filePath).appending(path: "../../../../../tests/vectors").standardized

    /// Kinds that are no matter of a client.
    private let otherKinds = [
        "bucketing": "asked again as evaluations: a client tells the bucket of no other salt and unit",
        "siphash": "likewise: what is hashed is the core's matter",
        "validation": "what authors write is checked by `vexil validate` and the control plane",
    ]

    func testEveryKindIsRunOrIsNoMatterOfAClient() throws {
        XCTAssertEqual(Set(try index().compactMap { $0["kind"]?.string }), Set(["evaluation"] + otherKinds.keys))
    }

    func testEvaluations() throws {
        var files: [String: Any] = [:]
        var passed = 0
        var skipped = 0
        // What no host has a word for, and why.
        let skips = try XCTUnwrap(read("index.json")["skips"]).elements
        for file in try index() where file["kind"]?.string == "evaluation" {
            let path = try XCTUnwrap(file["path"]?.string)
            let content = try read(path)
            let cases = try XCTUnwrap(content["cases"]).elements
            XCTAssertEqual(cases.count, file["cases"]?.int, path)
            let run = try Run(XCTUnwrap(content["definitions_text"]?.string ?? content["definitions"]?.text))
            var counts = (passed: 0, skipped: 0)
            for each in cases {
                if skips.contains(where: { each[$0["member"]?.string ?? ""] != nil }) {
                    counts.skipped += 1
                    continue
                }
                let failures = try run.failures(each)
                XCTAssertEqual(failures, [], "\(path): \(each["name"]?.text ?? "")")
                if failures.isEmpty { counts.passed += 1 }
            }
            files[path] = ["passed": counts.passed, "skipped": counts.skipped]
            passed += counts.passed
            skipped += counts.skipped
        }
        XCTAssertGreaterThan(passed, 2_000)
        XCTAssertEqual(skipped, skips.compactMap { $0["cases"]?.int }.reduce(0, +))
        if let folder = ProcessInfo.processInfo.environment["VEXIL_CONFORMANCE"], !folder.isEmpty {
            let told = try JSONSerialization.data(
                withJSONObject: ["host": "swift", "files": files], options: [.sortedKeys, .withoutEscapingSlashes])
            try told.write(to: URL(filePath: folder).appending(path: "swift.json"))
        }
    }

    private func index() throws -> [Raw] {
        try XCTUnwrap(read("index.json")["files"]).elements
    }

    private func read(_ path: String) throws -> Raw {
        Raw(try Data(contentsOf: VectorsTests.folder.appending(path: path)))
    }
}

/// One file's definitions, by a client for each environment that its cases name.
private final class Run {
    private let definitions: String
    private let store = Store()
    private var clients: [String?: VexilClient] = [:]

    init(_ definitions: String) {
        self.definitions = definitions
    }

    func failures(_ each: Raw) throws -> [String] {
        let client = try client(each["environment"]?.string)
        try client.clearOverrides()
        for (key, value) in each["overrides"]?.members ?? [] { try client.setOverride(key, to: value.json) }
        let expected = try XCTUnwrap(each["expect"])
        let contexts = contexts(each)
        if contexts.isEmpty && expected["error"]?.string != "INVALID_CONTEXT" { return ["the context is refused"] }
        let now = each["now"]?.string ?? "2026-01-01T00:00:00Z"
        let pinned = try client.pinned(overridesJSON: each["request_overrides"]?.text, at: now)
        var failures: [String] = []
        for (way, context) in contexts {
            store.begin(each["sticky"])
            let told = told(pinned, each, context)
            for (name, wanted) in expected.members {
                let got = name == "store" ? store.put : told[name]
                if got?.isSame(as: wanted.json) != true {
                    failures.append("\(way): \(name) is \(String(describing: got)), not \(wanted.text)")
                }
            }
        }
        return failures
    }

    private func client(_ environment: String?) throws -> VexilClient {
        if let client = clients[environment] { return client }
        var options = Options(source: .memory(definitions))
        options.environment = environment
        options.sticky = store
        let client = try VexilClient(options: options)
        clients[environment] = client
        return client
    }

    /// The context of a case, of text and of attributes; those that are no contexts are left out.
    private func contexts(_ each: Raw) -> [(String, Context)] {
        var contexts: [(String, Context)] = []
        let text = each["context_text"]?.string ?? each["context"]?.text ?? "{}"
        if let context = try? Context(json: text) { contexts.append(("text", context)) }
        if each["context_text"] == nil, each["context"]?.isObject != false {
            let context = Context((each["context"]?.members ?? []).map { ($0.name, $0.value.json) })
            if context.problem == nil { contexts.append(("attributes", context)) }
        }
        return contexts
    }

    /// What a read tells, by the names that the vectors have for it.
    private func told(_ client: VexilClient, _ each: Raw, _ context: Context) -> [String: JSON] {
        let asked: VexilClient.Asked =
            switch each["type"]?.string {
            case "boolean": .bool
            case "integer": .int
            case "float": .double
            case "string": .string
            case "json": .json
            default: .any
            }
        let details = client.evaluated(each["key"]?.string ?? "", context, asked)
        func text(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }
        return [
            "value": details.value.any ?? .null,
            "variation": text(details.variation),
            "reason": .string(details.reason.rawValue),
            "scope": text(details.scope),
            "rule": text(details.rule),
            "error": text(details.error?.name),
            "bucket": details.bucket.map { .int(Int64($0)) } ?? .null,
            "version": .int(Int64(details.version)),
            "overdue": .bool(details.isOverdue),
        ]
    }
}

/// Knows what a case says, and keeps what is put.
private final class Store: StickyStore, @unchecked Sendable {
    private var known: Raw?
    private(set) var put: JSON = .null

    func begin(_ known: Raw?) {
        (self.known, put) = (known, .null)
    }

    func variant(of experiment: String, for unit: String) -> String? {
        known?[experiment]?[unit]?.string
    }

    func remember(_ variant: String, of experiment: String, for unit: String) {
        put = ["experiment": .string(experiment), "unit": .string(unit), "variant": .string(variant)]
    }
}
