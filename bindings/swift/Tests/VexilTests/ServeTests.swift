import Foundation
import Vexil
import XCTest

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// With a real control plane: `vexil serve`, which `VEXIL_TEST_BINARY` names.
final class ServeTests: XCTestCase {
    func testChangesArriveAndTheLastKnownGoodIsServedWithoutTheControlPlane() async throws {
        let folder = try temporaryFolder(self)
        let plane = try ControlPlane(folder)
        defer { plane.kill() }
        try plane.create(#"{"key": "checkout", "type": "feature_flag", "default": true}"#)
        var options = Options(source: .controlPlane(url: plane.url, key: SDKKey(try plane.key())))
        options.cacheFolder = folder.appending(path: "cache").path()
        options.startTimeout = .seconds(60)

        let first = try await VexilClient.start(options: options)
        XCTAssertTrue(first.isEnabled("checkout"))
        XCTAssertEqual(first.state.origin, .remote)
        let changes = Heard(try first.changes(of: "checkout"))
        try plane.toggle("checkout", false)
        await eventually("the change is told") { changes.all.map(\.new) == [false] }
        try await first.refresh()
        let version = first.state.version
        XCTAssertGreaterThan(version, 0)
        plane.kill()
        await first.close()

        options.startTimeout = .milliseconds(200)
        for offline in [false, true] {
            options.offline = offline
            let second = try await VexilClient.start(options: options)
            let details = second.boolDetails("checkout", default: true)
            XCTAssertEqual(details.value, false)
            XCTAssertEqual(details.origin, .cache)
            XCTAssertEqual(details.version, version)
            XCTAssertNotNil(details.staleFor)
            XCTAssertNotNil(second.state.staleSince)
        }
    }
}

/// Views answer from memory of the program, and a control plane is told of them all the same.
extension ServeTests {
    func testReadsOfAViewAreCounted() async throws {
        let plane = try ControlPlane(temporaryFolder(self))
        defer { plane.kill() }
        for key in ["asked", "unasked"] {
            try plane.create(#"{"key": "\#(key)", "type": "feature_flag", "default": true}"#)
        }
        var options = Options(source: .controlPlane(url: plane.url, key: SDKKey(try plane.key())))
        options.startTimeout = .seconds(60)
        let client = try await VexilClient.start(options: options)
        // Of one that is let go of, of one of another moment, and of one that is there when the client is closed.
        do {
            let view = try client.view()
            for _ in 0..<1_000 { XCTAssertTrue(view.isEnabled("asked")) }
            for _ in 0..<3 { XCTAssertEqual(view.int("asked", default: 7), 7) }
            XCTAssertEqual(try view.renewed()["asked"]?.value, true)
        }
        let views = (try client.pinned().view(), try client.view())
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<1_001 where !(views.0.isEnabled("asked") && views.1.isEnabled("asked")) {
                XCTFail("it is on")
            }
        }
        XCTAssertEqual(try client.evaluateAll()["unasked"]?.value, true)
        await client.close()
        let counted = 1_000 + 1 + 2 * 8 * 1_001
        try await eventually("they are counted") {
            try plane.evaluations("asked") == ["DEFAULT": counted, "ERROR": 3]
        }
        XCTAssertEqual(try plane.evaluations("unasked"), [:])
        withExtendedLifetime(views) {}
    }
}

/// `vexil serve` as a process, with its data in a folder.
private final class ControlPlane {
    private(set) var url = ""
    private let binary: String
    private let process = Process()
    private let administrator = "administrator-of-a-test-0123456789abcdef"

    init(_ folder: URL) throws {
        binary = try program(namedBy: "VEXIL_TEST_BINARY", else: "there is no `vexil` to serve")
        let log = folder.appending(path: "serve.log")
        try Data().write(to: log)
        process.executableURL = URL(filePath: binary)
        process.arguments = ["serve", "--listen", "127.0.0.1:0", "--data", folder.appending(path: "data").path()]
        process.environment = ["VEXIL_ADMIN_TOKEN": administrator]
        process.standardOutput = try FileHandle(forWritingTo: log)
        process.standardError = process.standardOutput
        try process.run()
        var found: String?
        try eventually("the control plane says where it is") {
            let said = String(decoding: try Data(contentsOf: log), as: UTF8.self)
            guard process.isRunning else { throw Refused(said) }
            found = said.firstMatch(of: /is at (http:[0-9.:\/]+),/).map { String($0.output.1) }
            return found != nil
        }
        url = try XCTUnwrap(found)
    }

    func kill() {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    func create(_ definition: String) throws {
        try ask("/api/v1/projects/default/entries", #"{"definition": \#(definition), "reason": "test"}"#)
    }

    func toggle(_ key: String, _ enabled: Bool) throws {
        try ask(
            "/api/v1/admin/featureflags/\(key)/toggle",
            #"{"enabled": \#(enabled), "environment": "production", "reason": "test"}"#)
    }

    /// A new key of a service, for production.
    func key() throws -> String {
        let command = Process()
        let output = Pipe()
        command.executableURL = URL(filePath: binary)
        command.arguments = ["keys", "create", "--environment", "production", "--kind", "server", "--name", "test"]
        command.environment = ["VEXIL_SERVER": url, "VEXIL_TOKEN": administrator]
        command.standardOutput = output
        try command.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        command.waitUntilExit()
        return try String(XCTUnwrap(said.firstMatch(of: /vx_srv_\w+/), said).output)
    }

    /// How often an entry was evaluated so far, by reason.
    func evaluations(_ key: String) throws -> [String: Int] {
        let said = try ask("/api/v1/projects/default/environments/production/entries/\(key)/evaluations")
        let totals = Raw(said)["totals"]?.elements ?? []
        return Dictionary(totals.map { ($0["reason"]?.string ?? "", $0["count"]?.int ?? 0) }, uniquingKeysWith: +)
    }

    /// One request of the administrator; a body makes it a POST.
    @discardableResult
    private func ask(_ path: String, _ body: String? = nil) throws -> Data {
        var request = URLRequest(url: try XCTUnwrap(URL(string: url + path)))
        request.setValue("Bearer \(administrator)", forHTTPHeaderField: "Authorization")
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        if let body { (request.httpMethod, request.httpBody) = ("POST", Data(body.utf8)) }
        let answer = Locked<Result<Data, Refused>?>(nil)
        let done = DispatchSemaphore(value: 0)
        URLSession.shared.dataTask(with: request) { data, response, error in
            let status = (response as? HTTPURLResponse)?.statusCode ?? 0
            let said = data.map { String(decoding: $0, as: UTF8.self) } ?? "\(String(describing: error))"
            answer.with {
                $0 = (200..<300).contains(status) ? .success(data ?? Data()) : .failure(Refused("\(status): \(said)"))
            }
            done.signal()
        }.resume()
        guard done.wait(timeout: .now() + 60) == .success else { throw Refused("no answer from \(path)") }
        return try XCTUnwrap(answer.now).get()
    }

    private struct Refused: Error {
        let why: String
        init(_ why: String) { self.why = why }
    }
}
