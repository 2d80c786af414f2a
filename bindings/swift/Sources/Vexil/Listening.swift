import Foundation
internal import VexilControl

/// Listens until it is cancelled or let go of, or its client is closed.
public final class Subscription: Sendable {
    private let listening: Listening
    private let place: Int

    /// `finish` is called once, when it ends, however that is.
    init(_ native: VexilControl.Subscription, in listening: Listening, finish: @escaping @Sendable () -> Void = {}) {
        self.listening = listening
        place = listening.add {
            // It fails by a fault of the library alone, and what is told then is told to nobody.
            try? native.cancel()
            finish()
        }
    }

    deinit {
        cancel()
    }

    /// Listens no more. What is being told on another thread just now is still heard. May be called again.
    public func cancel() {
        listening.end(place)
    }
}

/// What ends with a client, whoever holds it: what hears of it, and what views have counted.
final class Listening: @unchecked Sendable {
    /// Guards what follows, and nobody is called while it is held.
    private let lock = NSLock()
    private var isOver = false
    private var last = 0
    private var ends: [Int: @Sendable () -> Void] = [:]
    /// Of a client of one moment: what hears of the whole one, and its place there.
    private var outer: (Listening, place: Int)?

    /// What hears of a client of one moment ends with the whole one, too.
    init(within whole: Listening? = nil) {
        if let whole { outer = (whole, place: whole.add { [weak self] in self?.end() }) }
    }

    /// How many there are.
    var count: Int { lock.withLock { ends.count } }

    /// Has something end with the client; where that is over already, now.
    func add(_ end: @escaping @Sendable () -> Void) -> Int {
        let (place, isOver) = lock.withLock {
            last += 1
            if !self.isOver { ends[last] = end }
            return (last, self.isOver)
        }
        if isOver { end() }
        return place
    }

    /// Ends one of them, if it has not ended.
    func end(_ place: Int) {
        let end = lock.withLock { ends.removeValue(forKey: place) }
        end?()
    }

    /// Takes one back, which does not end by it.
    func forget(_ place: Int) {
        _ = lock.withLock { ends.removeValue(forKey: place) }
    }

    /// Ends all of them, and those that come later.
    func end() {
        let (all, outer) = lock.withLock {
            isOver = true
            defer { (ends, self.outer) = ([:], nil) }
            return (ends.values.map { $0 }, self.outer)
        }
        for end in all { end() }
        if let (whole, place) = outer { whole.end(place) }
    }
}

/// A closure, as the library calls it. What it throws is passed on, and passed over there.
final class Listener<Told: Sendable>: Sendable {
    private let listener: @Sendable (Told) throws -> Void

    init(_ listener: @escaping @Sendable (Told) throws -> Void) {
        self.listener = listener
    }

    fileprivate func tell(_ told: Told) throws {
        try listener(told)
    }
}

extension Listener: VexilControl.StateListener where Told == ClientState {
    func onState(state: VexilControl.ClientState) throws { try tell(ClientState(state)) }
}

extension Listener: VexilControl.ChangeListener where Told == Change {
    func onChange(change: VexilControl.ValueChange) throws { try tell(Change(change)) }
}

extension Listener: VexilControl.GenerationListener where Told == UInt64 {
    func onGeneration(generation: UInt64) throws { try tell(generation) }
}
