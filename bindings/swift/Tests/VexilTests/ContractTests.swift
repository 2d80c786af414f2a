import Foundation
import Vexil
import XCTest

/// The scenario that every host is held to, against a real control plane: `vexil-contract`, which `VEXIL_TEST_CONTRACT`
/// names, tells line by line what to do, and judges the answers (tests/contract/README.md).
final class ContractTests: XCTestCase {
    func testTheContractIsKept() throws {
        // The program may end before it has read an answer, and then it says why.
        signal(SIGPIPE, SIG_IGN)
        let path = try program(namedBy: "VEXIL_TEST_CONTRACT", else: "nobody says what to do")
        let contract = Process()
        contract.executableURL = URL(filePath: path)
        contract.arguments = ["swift"]
        let (requests, answers) = (Pipe(), Pipe())
        (contract.standardOutput, contract.standardInput) = (requests, answers)
        let said = try temporaryFolder(self).appending(path: "said")
        try Data().write(to: said)
        contract.standardError = try FileHandle(forWritingTo: said)
        try contract.run()
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            var driver = Driver()
            for line in Lines(of: requests.fileHandleForReading) {
                try? answers.fileHandleForWriting.write(contentsOf: Data(driver.answer(line).utf8) + [0x0A])
            }
            try? answers.fileHandleForWriting.close()
            contract.waitUntilExit()
            done.signal()
        }
        if done.wait(timeout: .now() + 300) == .timedOut {
            contract.terminate()
            XCTFail("the program does not end")
            return
        }
        let why = String(decoding: try Data(contentsOf: said), as: UTF8.self)
        XCTAssertEqual(contract.terminationStatus, 0, why)
    }
}

/// Does what it is told, through the package's public calls.
private struct Driver {
    private var client: VexilClient?
    private var subscriptions: [Subscription] = []
    private let heard = Locked<[Change]>([])

    mutating func answer(_ line: Data) -> String {
        do {
            return try does(Raw(line)).text()
        } catch {
            let why: JSON = ["failed": .string("\(error)")]
            return (try? why.text()) ?? ""
        }
    }

    private mutating func does(_ request: Raw) throws -> JSON {
        switch try text(request, "do") {
        case "open":
            do {
                client = try VexilClient(options: options(request["options"]))
            } catch let error as VexilError {
                return ["code": .string(error.name)]
            }
        case "read": return try read(request)
        case "variant":
            let (experiment, context) = (try text(request, "experiment"), try context(request))
            return [
                "variant": try opened().variant(experiment, for: context).map(JSON.string) ?? .null,
                "config": try opened().variantConfig(experiment, for: context) ?? .null,
            ]
        case "state": return told(try opened().state)
        case "watch":
            subscriptions.append(
                try opened().onChange(of: text(request, "key")) { [heard] change in heard.with { $0.append(change) } })
        case "heard":
            let changes = heard.with { changes in
                defer { changes = [] }
                return changes
            }
            return ["changes": .array(changes.map(told))]
        case "refresh":
            do {
                try opened().refresh()
            } catch let error as VexilError {
                return ["code": .string(error.name)]
            }
        case "close":
            try opened().close()
            subscriptions = []
        case let other: throw Unknown(what: other)
        }
        return ["code": .null]
    }

    private func options(_ raw: Raw?) throws -> Options {
        func milliseconds(_ value: Raw) throws -> Duration { .milliseconds(try XCTUnwrap(value.int)) }
        let raw = try XCTUnwrap(raw)
        let http = try XCTUnwrap(raw["source"]?["http"])
        var options = Options(source: .controlPlane(url: try text(http, "url"), key: SDKKey(try text(http, "key"))))
        for (name, value) in raw.members {
            switch name {
            case "source": break
            case "cache_folder": options.cacheFolder = value.string
            case "trusted_keys":
                options.trustedKeys = try value.elements.map {
                    Options.TrustedKey(id: try text($0, "id"), publicKey: try text($0, "public"))
                }
            case "start_timeout_ms": options.startTimeout = try milliseconds(value)
            case "retry_base_ms": options.retryBase = try milliseconds(value)
            case "retry_max_ms": options.retryMax = try milliseconds(value)
            case "polling_interval_ms": options.pollingInterval = try milliseconds(value)
            case "streaming":
                options.streaming = try one(["off": .off, "events": .events, "websocket": .webSocket], value)
            case "fallback":
                options.fallback = try one(["cache": .cache, "default": .default, "throw": .throw], value)
            default: throw Unknown(what: name)
            }
        }
        return options
    }

    private func read(_ request: Raw) throws -> JSON {
        let (client, key, context) = (try opened(), try text(request, "key"), try context(request))
        let fallback = request["default"]
        switch try text(request, "type") {
        case "boolean":
            return told(client.boolDetails(key, for: context, default: fallback?.json == true)) { .bool($0) }
        case "integer":
            let fallback = try XCTUnwrap(fallback?.int)
            return told(client.intDetails(key, for: context, default: fallback)) { .int(Int64($0)) }
        case "float":
            let fallback = try XCTUnwrap(fallback.flatMap { Double($0.text) })
            return told(client.doubleDetails(key, for: context, default: fallback)) { .double($0) }
        case "string":
            let fallback = try XCTUnwrap(fallback?.string)
            return told(client.stringDetails(key, for: context, default: fallback)) { .string($0) }
        case "json":
            let details = client.jsonDetails(key, for: context)
            return told(details) { text in text.flatMap { try? JSON(text: $0) } ?? fallback?.json ?? .null }
        case let other: throw Unknown(what: other)
        }
    }

    private func told<Value>(_ details: Details<Value>, _ json: (Value) -> JSON) -> JSON {
        [
            "value": json(details.value),
            "variation": details.variation.map(JSON.string) ?? .null,
            "reason": .string(details.reason.rawValue),
            "code": details.error.map { .string($0.name) } ?? .null,
            "origin": .string(details.origin.rawValue),
            "stale": .bool(details.staleFor != nil),
        ]
    }

    private func told(_ state: ClientState) -> JSON {
        [
            "initialized": .bool(state.initialized),
            "connection": .string("\(state.connection)"),
            "version": .int(Int64(state.version)),
            "origin": .string(state.origin.rawValue),
            "stale": .bool(state.staleSince != nil),
            "last_error": state.lastError.map { .string($0.name) } ?? .null,
        ]
    }

    private func told(_ change: Change) -> JSON {
        ["key": .string(change.key), "old": change.old ?? .null, "new": change.new ?? .null]
    }

    private func context(_ request: Raw) throws -> Context {
        try Context(json: request["context"]?.text ?? "{}")
    }

    private func opened() throws -> VexilClient { try XCTUnwrap(client, "there is no client") }

    private func text(_ raw: Raw, _ name: String) throws -> String {
        try XCTUnwrap(raw[name]?.string, "there is no `\(name)`")
    }

    private func one<Value>(_ all: [String: Value], _ raw: Raw) throws -> Value {
        guard let value = raw.string.flatMap({ all[$0] }) else { throw Unknown(what: raw.text) }
        return value
    }

    private struct Unknown: Error {
        let what: String
    }
}

/// Lines as they come, without their ends.
private struct Lines: Sequence, IteratorProtocol {
    private let file: FileHandle
    private var rest = Data()

    init(of file: FileHandle) {
        self.file = file
    }

    mutating func next() -> Data? {
        while true {
            if let end = rest.firstIndex(of: 0x0A) {
                let line = rest[..<end]
                rest = Data(rest[(end + 1)...])
                return Data(line)
            }
            let more = file.availableData
            if more.isEmpty { return nil }
            rest += more
        }
    }
}
