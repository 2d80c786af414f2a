import XCTest

@testable import Vexil

/// Definitions for tests: one of each type, a rule, a split by user, and an experiment.
let definitions = """
    {"schema": 1, "entries": [
      {"key": "on", "type": "feature_flag", "default": true},
      {"key": "pro", "type": "feature_flag", "default": false,
       "rules": [{"id": "tier", "condition": {"tenant.tier": {"eq": "pro"}}, "action": {"value": true}}]},
      {"key": "limit", "type": "config", "value_type": "integer", "default": 600},
      {"key": "ratio", "type": "config", "value_type": "float", "default": 0.25},
      {"key": "greeting", "type": "config", "value_type": "string", "default": "Grüße, 👋"},
      {"key": "theme", "type": "config", "value_type": "json", "default": {"color": "blue", "sizes": [1, 2]}},
      {"key": "broken", "type": "config", "value_type": "integer", "default": "none"},
      {"key": "button", "type": "experiment", "status": "running",
       "variants": [{"id": "control", "is_control": true, "config": {"color": "grey"}},
                    {"id": "blue", "config": {"color": "blue"}}],
       "allocation": {"control": 0, "blue": 100}}
    ]}
    """

/// A client of definitions, which are closed with the test that made it.
func newClient(_ definitions: String = definitions, _ change: (inout Options) -> Void = { _ in }) throws -> VexilClient
{
    var options = Options(source: .memory(definitions))
    change(&options)
    return try VexilClient(options: options)
}

/// Waits for a condition, which is a bound and not a measure.
func eventually(
    _ what: String, within seconds: TimeInterval = 60, file: StaticString = #filePath, line: UInt = #line,
    _ condition: () throws -> Bool
) rethrows {
    let end = Date().addingTimeInterval(seconds)
    while try !condition() {
        guard Date() < end else {
            XCTFail("not within \(seconds) s: \(what)", file: file, line: line)
            return
        }
        usleep(2_000)
    }
}

/// Likewise, without keeping one of the threads that all tasks share.
func eventually(
    _ what: String, within seconds: TimeInterval = 60, file: StaticString = #filePath, line: UInt = #line,
    _ condition: () throws -> Bool
) async rethrows {
    let end = Date().addingTimeInterval(seconds)
    while try !condition() {
        guard Date() < end else {
            XCTFail("not within \(seconds) s: \(what)", file: file, line: line)
            return
        }
        try? await Task.sleep(for: .milliseconds(2))
    }
}

/// What a stream tells, as it comes.
final class Heard<Element: Sendable>: Sendable {
    private let heard = Locked<[Element]>([])
    private let over = Locked(false)

    init(_ stream: AsyncStream<Element>) {
        Task { [heard, over] in
            for await element in stream { heard.with { $0.append(element) } }
            over.with { $0 = true }
        }
    }

    var all: [Element] { heard.now }
    var isOver: Bool { over.now }
}

/// The program that a variable names. Where there is none the test is passed over, but not in CI.
func program(namedBy variable: String, else what: String) throws -> String {
    let variables = ProcessInfo.processInfo.environment
    if let path = variables[variable], FileManager.default.isExecutableFile(atPath: path) { return path }
    guard variables["CI"] != "true" else { throw Missing(why: "\(what): \(variable) names none") }
    throw XCTSkip("\(what): name one in \(variable)")
}

struct Missing: Error {
    let why: String
}

/// Asserts that something fails with a code.
func assertFails(
    _ code: Code, file: StaticString = #filePath, line: UInt = #line, _ call: () throws -> Void
) {
    XCTAssertThrowsError(try call(), file: file, line: line) { error in
        XCTAssertEqual((error as? VexilError)?.code, code, "\(error)", file: file, line: line)
    }
}

/// Asserts that something fails as what a closed client does.
func assertClosed(file: StaticString = #filePath, line: UInt = #line, _ call: () throws -> Void) {
    XCTAssertThrowsError(try call(), file: file, line: line) { error in
        guard let error = error as? VexilError, case .closed = error else {
            return XCTFail("\(error)", file: file, line: line)
        }
    }
}

/// What several threads write to.
final class Locked<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    init(_ value: Value) { self.value = value }

    func with<Result>(_ use: (inout Value) throws -> Result) rethrows -> Result {
        try lock.withLock { try use(&value) }
    }

    var now: Value { with { $0 } }
}

/// A folder that is gone with the test.
func temporaryFolder(_ test: XCTestCase) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "vexil-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    test.addTeardownBlock { try? FileManager.default.removeItem(at: folder) }
    return folder
}
