import Foundation
internal import VexilControl

/// Listens until it is cancelled or let go of, or its client is closed.
public final class Subscription: Sendable {
    private let native: VexilControl.Subscription

    init(_ native: VexilControl.Subscription) {
        self.native = native
    }

    deinit {
        native.cancel()
    }

    /// Listens no more. What is being told on another thread just now is still heard. May be called again.
    public func cancel() {
        native.cancel()
    }
}

/// Listeners are called on the thread that makes a change, or on one that is telling of another just then: one thing after
/// the other. What they throw harms neither the client nor other listeners. They should not take long. One that holds its
/// client keeps it, until its subscription is cancelled: let it be `weak` there.
extension VexilClient {
    /// Hears of every change of the state.
    public func onState(_ listener: @escaping @Sendable (ClientState) throws -> Void) -> Subscription {
        Subscription(control.onState(listener: Listener(listener)))
    }

    /// Hears when the value of a key is another, evaluated for a context. Throws where the context is none.
    public func onChange(
        of key: String, in namespace: Namespace = .features, for context: Context = .nobody,
        _ listener: @escaping @Sendable (Change) throws -> Void
    ) throws(VexilError) -> Subscription {
        let json = try context.json()
        return Subscription(
            try translated {
                try control.onChangeFor(
                    namespace: namespace.rawValue, key: key, contextJson: json, listener: Listener(listener))
            })
    }

    /// Hears whenever what a read may come to is another: ``generation``.
    public func onGeneration(_ listener: @escaping @Sendable (UInt64) throws -> Void) -> Subscription {
        Subscription(control.onGeneration(listener: Listener(listener)))
    }
}

/// How many changes of a key a stream holds for a task that does not come; then it goes on with the newest.
private let changesHeld = 64

/// Streams end with the task that reads them, and when the client is closed.
extension VexilClient {
    /// Each new state. A task that is slow misses those in between: the newest is kept for it.
    public var states: AsyncStream<ClientState> {
        let (stream, continuation) = AsyncStream.makeStream(of: ClientState.self, bufferingPolicy: .bufferingNewest(1))
        open.keep(onState { continuation.yield($0) }, continuation)
        return stream
    }

    /// Each change of the value of a key, evaluated for a context. For a task that is slow the newest 64 are kept. Throws
    /// where the context is none.
    public func changes(
        of key: String, in namespace: Namespace = .features, for context: Context = .nobody
    ) throws(VexilError) -> AsyncStream<Change> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Change.self, bufferingPolicy: .bufferingNewest(changesHeld))
        open.keep(try onChange(of: key, in: namespace, for: context) { continuation.yield($0) }, continuation)
        return stream
    }
}

/// The streams that somebody reads.
final class OpenStreams: @unchecked Sendable {
    /// Guards what follows, and nobody is called while it is held.
    private let lock = NSLock()
    private var isFinished = false
    private var last = 0
    private var finishing: [Int: @Sendable () -> Void] = [:]

    /// How many there are.
    var count: Int { lock.withLock { finishing.count } }

    /// Holds a subscription until the stream or the client ends.
    func keep<Element>(_ subscription: Subscription, _ continuation: AsyncStream<Element>.Continuation) {
        let place: Int? = lock.withLock {
            if isFinished { return nil }
            last += 1
            finishing[last] = {
                subscription.cancel()
                continuation.finish()
            }
            return last
        }
        guard let place else {
            subscription.cancel()
            continuation.finish()
            return
        }
        continuation.onTermination = { [weak self] _ in
            let finish = self?.lock.withLock { self?.finishing.removeValue(forKey: place) }
            finish?()
        }
    }

    func finish() {
        let all = lock.withLock {
            isFinished = true
            defer { finishing = [:] }
            return finishing.values.map { $0 }
        }
        for finish in all { finish() }
    }
}

/// A closure, as the library calls it. What it throws is passed on, and passed over there.
private final class Listener<Told: Sendable>: Sendable {
    private let listener: @Sendable (Told) throws -> Void

    init(_ listener: @escaping @Sendable (Told) throws -> Void) {
        self.listener = listener
    }

    func tell(_ told: Told) throws {
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
