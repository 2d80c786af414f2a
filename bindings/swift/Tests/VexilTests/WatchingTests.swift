import CVexil
import XCTest

@testable import Vexil

final class WatchingTests: XCTestCase {
    private struct Mishap: Error {}

    private let off = #"{"key": "on", "type": "feature_flag", "default": false}"#

    func testAListenerHearsOfChangesUntilItIsCancelled() throws {
        let client = try newClient()
        let heard = Locked<[Change]>([])
        let subscription = try client.onChange(of: "on") { change in heard.with { $0.append(change) } }
        try client.put(off)
        try client.put(definitions)
        XCTAssertEqual(heard.now.map(\.new), [false, true])
        XCTAssertEqual(heard.now.map(\.old), [true, false])
        XCTAssertEqual(heard.now.first?.namespace, .features)
        XCTAssertEqual(heard.now.first?.key, "on")
        XCTAssertEqual(heard.now.first?.origin, .memory)
        subscription.cancel()
        subscription.cancel()
        try client.put(off)
        XCTAssertEqual(heard.now.count, 2)
    }

    func testAListenerIsForgottenWithItsSubscription() throws {
        let client = try newClient()
        let heard = Locked(0)
        do {
            let subscription = client.onGeneration { _ in heard.with { $0 += 1 } }
            try client.put(off)
            withExtendedLifetime(subscription) {}
        }
        XCTAssertEqual(heard.now, 1)
        try client.put(definitions)
        XCTAssertEqual(heard.now, 1)
    }

    func testAChangeIsOfAContext() throws {
        let client = try newClient()
        let heard = Locked<[Change]>([])
        let pro: Context = ["tenant.tier": "pro"]
        let one = try client.onChange(of: "pro", for: pro) { change in heard.with { $0.append(change) } }
        let other = try client.onChange(of: "pro") { change in heard.with { $0.append(change) } }
        try client.put(#"{"key": "pro", "type": "feature_flag", "default": false}"#)
        XCTAssertEqual(heard.now.map(\.old), [true])
        withExtendedLifetime((one, other)) {}
    }

    func testAListenerThatThrowsHarmsNobody() throws {
        let client = try newClient()
        let heard = Locked<[String]>([])
        let subscriptions = try [
            client.onChange(of: "on") { _ in throw Mishap() },
            client.onChange(of: "on") { change in heard.with { $0.append("change") } },
            client.onGeneration { _ in throw VexilError.argument(.invalidValue, "mine") },
            client.onGeneration { _ in heard.with { $0.append("generation") } },
            client.onState { _ in throw Mishap() },
            client.onState { _ in heard.with { $0.append("state") } },
        ]
        try client.put(off)
        try client.put(definitions)
        try client.setOverride("limit", to: 5)
        XCTAssertTrue(client.isEnabled("on"))
        XCTAssertEqual(heard.now.filter { $0 == "change" }.count, 2)
        XCTAssertEqual(heard.now.filter { $0 == "generation" }.count, 3)
        XCTAssertTrue(heard.now.contains("state"))
        for subscription in subscriptions { subscription.cancel() }
    }

    func testAListenerMayAskAndCloseItsClient() throws {
        let client = try newClient()
        let answers = Locked<[Bool]>([])
        let subscription = try client.onChange(of: "on") { [weak client] _ in
            answers.with { $0.append(client?.isEnabled("limit") ?? true) }
            client?.close()
        }
        try client.put(off)
        XCTAssertEqual(answers.now, [false])
        XCTAssertEqual(client.boolDetails("on", default: true).error?.code, .closed)
        subscription.cancel()
    }

    func testStreamsOfChanges() async throws {
        let client = try newClient()
        let changes = try client.changes(of: "on")
        var heard = changes.makeAsyncIterator()
        try client.put(off)
        let first = await heard.next()
        XCTAssertEqual(first?.new, false)
        try client.put(definitions)
        let second = await heard.next()
        XCTAssertEqual(second?.new, true)
        client.close()
        let end = await heard.next()
        XCTAssertNil(end)
    }

    func testStreamsOfStates() async throws {
        let client = try newClient()
        let states = client.states
        try client.setOverride("on", to: false)
        var heard = states.makeAsyncIterator()
        let state = await heard.next()
        XCTAssertEqual(state?.overrides, 1)
        client.close()
        while await heard.next() != nil {}
        for await _ in client.states { XCTFail("a client that is closed has no more states") }
    }

    func testAStreamEndsWithItsTask() async throws {
        let client = try newClient()
        let began = Locked(0)
        let task = Task {
            for await _ in try client.changes(of: "on") { began.with { $0 += 1 } }
            return Task.isCancelled
        }
        try eventually("the task listens") {
            try client.put(off)
            try client.put(definitions)
            return began.now > 0
        }
        XCTAssertEqual(client.open.count, 1)
        task.cancel()
        let wasCancelled = try await task.value
        XCTAssertTrue(wasCancelled)
        XCTAssertEqual(client.open.count, 0)
    }

    func testCloseWhileEightThreadsRead() throws {
        for _ in 0..<20 {
            let client = try newClient()
            let context: Context = ["tenant.tier": "pro"]
            let running = Locked(0)
            let isClosed = Locked(false)
            let done = DispatchGroup()
            let wrong = Locked(0)
            for _ in 0..<8 {
                Thread.detachNewThread(within: done) {
                    running.with { $0 += 1 }
                    while true {
                        let wasClosed = isClosed.now
                        let details = client.boolDetails("pro", for: context, default: false)
                        // Either it answers, or it says that it is closed.
                        if !(details.error == nil && details.value) && details.error?.code != .closed {
                            wrong.with { $0 += 1 }
                        }
                        if wasClosed {
                            if client.isEnabled("pro", for: context) { wrong.with { $0 += 1 } }
                            return
                        }
                    }
                }
            }
            eventually("all threads read") { running.now == 8 }
            client.close()
            isClosed.with { $0 = true }
            XCTAssertEqual(done.wait(timeout: .now() + 60), .success)
            XCTAssertEqual(wrong.now, 0)
        }
    }

    func testAClientThatIsLetGoOfIsClosed() throws {
        weak var gone: VexilClient?
        var native = vexil_client(id: 0)
        var generation: UInt64 = 0
        do {
            let client = try newClient()
            (gone, native) = (client, client.native)
            try check(vexil_generation(native, &generation))
        }
        XCTAssertNil(gone)
        assertFails(.closed) { try check(vexil_generation(native, &generation)) }
    }
}

extension Thread {
    /// Starts a thread that a group waits for.
    fileprivate static func detachNewThread(within group: DispatchGroup, _ work: @escaping @Sendable () -> Void) {
        group.enter()
        detachNewThread {
            work()
            group.leave()
        }
    }
}
