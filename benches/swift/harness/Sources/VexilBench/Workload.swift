import Foundation
import Vexil

/// What is asked: W1, W2 and W3 of benches/peers, one flag of a store of 1,000 again and again.
struct Workload: Sendable {
    let client: VexilClient
    let definitions: String
    /// Who passes only the fifth rule of W2.
    let full = Workload.context("2.3.1")
    /// Users that take turns in W3.
    let users = (0..<1_000).map { Context(["user.id": .string("user-\($0)")]) }

    init(definitions path: String) throws {
        definitions = try String(contentsOfFile: path, encoding: .utf8)
        client = try VexilClient(options: Options(source: .memory(definitions)))
    }

    /// A user with attributes, of a version of their app.
    @inline(never)
    static func context(_ version: String) -> Context {
        [
            "user.id": "user-7", "country": "DE", "email": "jane@example.org", "age": 42, "version": .string(version),
        ]
    }

    /// A fast wrong answer is worth nothing.
    func verify() throws {
        let share = users.filter { client.string("rollout_503", for: $0, default: "") == "A" }.count
        let view = try client.view(for: full)
        guard client.isEnabled("simple_501", for: full),
            client.string("rules_502", for: full, default: "") == "r5",
            client.string("rules_502", for: Workload.context("1.0.0"), default: "") != "r5",
            (200..<300).contains(share), view.isEnabled("simple_501")
        else { throw Wrong() }
    }

    struct Wrong: Error {}
}

/// Questions: each says how often it was answered as it must be, of so many times.
extension Workload {
    @inline(never)
    func w1(_ rounds: Int) -> Int {
        var right = 0
        for _ in 0..<rounds where client.isEnabled("simple_501", for: full) { right += 1 }
        return right
    }

    @inline(never)
    func w2(_ rounds: Int) -> Int {
        var right = 0
        for _ in 0..<rounds where client.string("rules_502", for: full, default: "") == "r5" { right += 1 }
        return right
    }

    /// W2 with a context made for each question.
    @inline(never)
    func w2Context(_ rounds: Int) -> Int {
        var right = 0
        for _ in 0..<rounds
        where client.string("rules_502", for: Workload.context("2.3.1"), default: "") == "r5" { right += 1 }
        return right
    }

    @inline(never)
    func w3(_ rounds: Int) -> Int {
        var right = 0
        for turn in 0..<rounds {
            let answer = client.string("rollout_503", for: users[turn % users.count], default: "")
            if answer == "A" || answer == "B" { right += 1 }
        }
        return right
    }

    @inline(never)
    func w1Details(_ rounds: Int) -> Int {
        var right = 0
        for _ in 0..<rounds where client.boolDetails("simple_501", for: full, default: false).value { right += 1 }
        return right
    }

    @inline(never)
    func viewed(_ view: FlagView, _ rounds: Int) -> Int {
        var right = 0
        for _ in 0..<rounds where view.isEnabled("simple_501") { right += 1 }
        return right
    }

    /// From setting an override until a listener has heard of it, and taking it back.
    @inline(never)
    func told(_ rounds: Int) throws -> Int {
        let heard = Heard()
        let subscription = try client.onChange(of: "simple_501") { _ in heard.add() }
        for _ in 0..<rounds {
            try client.setOverride("simple_501", to: false)
            try client.removeOverride("simple_501")
        }
        subscription.cancel()
        return heard.count / 2
    }
}

private final class Heard: @unchecked Sendable {
    private let lock = NSLock()
    private var times = 0

    func add() { lock.withLock { times += 1 } }
    var count: Int { lock.withLock { times } }
}
