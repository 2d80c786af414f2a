import XCTest

@testable import Vexil

final class OptionsTests: XCTestCase {
    func testEveryOptionArrives() throws {
        var options = Options(source: .controlPlane(url: "https://flags.example.com", key: "k"))
        options.environment = "staging"
        options.bootstrap = "{}"
        options.pollingInterval = .milliseconds(1_500)
        options.streaming = .webSocket
        options.silence = .seconds(1)
        options.requestTimeout = .seconds(2)
        options.startTimeout = .zero
        options.cacheFolder = "/cache"
        options.cacheMaxAge = .seconds(4)
        options.retryAttempts = 5
        options.retryBase = .seconds(6)
        options.retryMax = .seconds(7)
        options.fallback = .throw
        options.offline = true
        options.threadless = true
        options.trustedKeys = [.init(id: "a", publicKey: "b")]
        options.certificates = "pem"
        options.allowOverrides = true
        options.stickyFile = "/sticky"
        options.stickyCapacity = 8
        options.telemetry = false
        options.telemetryInterval = .seconds(9)
        options.telemetryExposures = false
        options.instanceId = "i"
        options.serviceName = "s"
        options.appVersion = "v"
        let native = try options.native()
        XCTAssertEqual(native.source, .http(url: "https://flags.example.com", key: "k"))
        XCTAssertEqual(native.pollingIntervalMs, 1_500)
        XCTAssertEqual(native.startTimeoutMs, 0)
        XCTAssertEqual(native.fallback, .throw)
        XCTAssertEqual(native.streaming, .webSocket)
        XCTAssertEqual(native.sdk, "vexil-swift/\(VexilClient.libraryVersion)")
        // None was forgotten: all of them are others than those that nobody has set.
        let set = Mirror(reflecting: native).children
        let usual = Mirror(reflecting: try Options(source: .file("")).native()).children
        for (one, other) in zip(set, usual) where one.label != "sdk" {
            XCTAssertNotEqual("\(one.value)", "\(other.value)", "\(one.label ?? "")")
        }
    }

    func testAFileIsReadAndWatched() throws {
        let file = try temporaryFolder(self).appending(path: "flags.json")
        try Data(definitions.utf8).write(to: file)
        var options = Options(source: .file(file.path()))
        options.pollingInterval = .milliseconds(20)
        let client = try VexilClient(options: options)
        XCTAssertTrue(client.isEnabled("on"))
        XCTAssertEqual(client.state.origin, .file)
        try Data(#"{"entries": []}"#.utf8).write(to: file)
        eventually("the file is read again") { !client.isEnabled("on") }
    }

    func testOfflineNobodyIsAsked() throws {
        var options = Options(source: .controlPlane(url: "http://127.0.0.1:1", key: "k"))
        options.offline = true
        let client = try VexilClient(options: options)
        XCTAssertEqual(client.boolDetails("on", default: true).error?.code, .providerNotReady)
        XCTAssertTrue(client.bool("on", default: true))
        XCTAssertFalse(client.state.initialized)
        XCTAssertEqual(client.state.connection, .disconnected)
        options.bootstrap = definitions
        XCTAssertEqual(try VexilClient(options: options).details("on").origin, .bootstrap)
    }

    func testASourceThatDoesNotAnswerIsNoErrorUnlessOneAsksForIt() async throws {
        var options = Options(source: .controlPlane(url: "http://127.0.0.1:1", key: "k"))
        options.startTimeout = .seconds(30)
        options.retryAttempts = 1
        let client = try await VexilClient.start(options: options)
        do {
            try await client.refresh()
            XCTFail("nobody is there")
        } catch {
            XCTAssertEqual(error.code, .unreachable)
        }
        XCTAssertEqual(client.state.lastError?.code, .unreachable)
        XCTAssertEqual(client.state.lastError?.name, "UNREACHABLE")
        await client.close()
        options.fallback = .throw
        do {
            _ = try await VexilClient.start(options: options)
            XCTFail("there are no definitions")
        } catch {
            guard case .notReady = error else { return XCTFail("\(error)") }
        }
    }

    func testOptionsFromTheEnvironment() async throws {
        let file = try temporaryFolder(self).appending(path: "flags.json")
        try Data(definitions.utf8).write(to: file)
        let fromEnvironment = { () throws in try VexilClient.fromEnvironment() }
        assertFails(.invalidOptions) { _ = try fromEnvironment() }
        do {
            _ = try await VexilClient.fromEnvironment()
            XCTFail("there are no options")
        } catch {
            XCTAssertEqual(error.code, .invalidOptions)
        }
        setenv("VEXIL_FILE", file.path(), 1)
        defer { unsetenv("VEXIL_FILE") }
        XCTAssertTrue(try fromEnvironment().isEnabled("on"))
        let client = try await VexilClient.fromEnvironment()
        XCTAssertTrue(client.isEnabled("on"))
    }

    func testAClientHasANameAndAGeneration() throws {
        let client = try newClient { $0.instanceId = "pod-7" }
        XCTAssertEqual(client.instanceId, "pod-7")
        let before = client.generation
        try client.put(#"{"entries": []}"#)
        XCTAssertGreaterThan(client.generation, before)
    }
}
