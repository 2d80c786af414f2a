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
            let subscription = try client.onGeneration { _ in heard.with { $0 += 1 } }
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

    func testListenersHearNothingMoreOfAClientThatWasClosed() throws {
        let client = try newClient()
        let heard = Locked(0)
        let subscriptions = try [
            client.onChange(of: "on") { _ in heard.with { $0 += 1 } },
            client.onGeneration { _ in heard.with { $0 += 1 } },
        ]
        try client.put(off)
        XCTAssertEqual(heard.now, 2)
        client.close()
        try client.setOverride("on", to: true)
        let late = try client.onChange(of: "on") { _ in heard.with { $0 += 1 } }
        try client.clearOverrides()
        XCTAssertEqual(heard.now, 2)
        XCTAssertEqual(client.listening.count, 0)
        withExtendedLifetime((subscriptions, late)) {}
    }

    func testStreamsOfChanges() async throws {
        let client = try newClient()
        let heard = Heard(try client.changes(of: "on"))
        try client.put(off)
        try client.put(definitions)
        await eventually("both changes are heard") { heard.all.map(\.new) == [false, true] }
        await client.close()
        await eventually("the stream ends") { heard.isOver }
    }

    func testStreamsOfStatesBeginWithThePresentOne() async throws {
        let client = try newClient()
        try client.setOverride("on", to: false)
        let heard = Heard(client.states)
        await eventually("the present state is told") { heard.all.map(\.overrides) == [1] }
        try client.setOverride("limit", to: 5)
        await eventually("the next one is told") { heard.all.map(\.overrides) == [1, 2] }
        await client.close()
        await eventually("the stream ends") { heard.isOver }
        let late = Heard(client.states)
        await eventually("of a client that is closed the stream ends") { late.isOver }
        XCTAssertEqual(late.all, [])
    }

    func testStreamsOfAClientOfOneMomentEndWithEither() async throws {
        let client = try newClient()
        let (one, other) = (try client.pinned(), try client.pinned())
        let ofOne = Heard(try one.changes(of: "on"))
        let ofOther = (Heard(try other.changes(of: "on")), Heard(other.states))
        let own = Heard(try client.changes(of: "on"))
        await one.close()
        await eventually("it ends with its own") { ofOne.isOver }
        try client.put(off)
        await eventually("the others go on") { own.all.count == 1 && ofOther.0.all.count == 1 }
        XCTAssertEqual(ofOne.all, [])
        await client.close()
        await eventually("they end with the whole one") { own.isOver && ofOther.0.isOver && ofOther.1.isOver }
        XCTAssertEqual(other.listening.count, 0)
    }

    func testAStreamEndsWithItsTask() async throws {
        let client = try newClient()
        let began = Locked(0)
        let task = Task {
            for await _ in try client.changes(of: "on") { began.with { $0 += 1 } }
            return Task.isCancelled
        }
        try await eventually("the task listens") {
            try client.put(off)
            try client.put(definitions)
            return began.now > 0
        }
        XCTAssertEqual(client.listening.count, 1)
        task.cancel()
        await eventually("the stream ends") { client.listening.count == 0 }
        let wasCancelled = try await task.value
        XCTAssertTrue(wasCancelled)
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
        eventually("it is closed") { vexil_generation(native, &generation) == Code.closed.rawValue }
    }

    /// Whoever lets go of the last one may be anybody, such as a task of an app's main thread.
    func testLettingGoOfAClientWaitsForNobody() throws {
        let file = try temporaryFolder(self).appending(path: "flags.json")
        try Data(definitions.utf8).write(to: file)
        var options = Options(source: .file(file.path()))
        options.pollingInterval = .milliseconds(20)
        let isWithin = Locked(false)
        let (mayGo, isGone) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        do {
            let client = try VexilClient(options: options)
            let subscription = try client.onChange(of: "on") { _ in
                isWithin.with { $0 = true }
                // A bound, for the test that fails; else it goes when it may.
                _ = mayGo.wait(timeout: .now() + 60)
                isWithin.with { $0 = false }
                isGone.signal()
            }
            try Data(off.utf8).write(to: file)
            eventually("a listener keeps the client's own thread") { isWithin.now }
            withExtendedLifetime(subscription) {}
        }
        XCTAssertTrue(isWithin.now)
        mayGo.signal()
        XCTAssertEqual(isGone.wait(timeout: .now() + 60), .success)
    }

    func testAClientOfOneMomentKeepsItsClient() throws {
        var client: VexilClient? = try newClient()
        weak var whole = client
        var pinned = try client?.pinned()
        client = nil
        XCTAssertEqual(pinned?.isEnabled("on"), true)
        XCTAssertNotNil(whole)
        pinned = nil
        XCTAssertNil(whole)
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
