import Foundation
internal import VexilControl

/// Listeners are called on the thread that makes a change, or on one that is telling of another just then: one thing after
/// the other. What they throw harms neither the client nor other listeners. They should not take long. One that holds its
/// client keeps it, until its subscription is cancelled: let it be `weak` there.
///
/// Of a client that was closed nobody hears anything more.
extension VexilClient {
    /// Hears of every change of the state. Throws where the library is at fault.
    public func onState(_ listener: @escaping @Sendable (ClientState) throws -> Void) throws(VexilError) -> Subscription
    {
        try Subscription(translated { try control.onState(listener: Listener(listener)) }, in: listening)
    }

    /// Hears when the value of a key is another, evaluated for a context. Throws where the context is none.
    public func onChange(
        of key: String, in namespace: Namespace = .features, for context: Context = .nobody,
        _ listener: @escaping @Sendable (Change) throws -> Void
    ) throws(VexilError) -> Subscription {
        try Subscription(subscribed(key, namespace, context, listener), in: listening)
    }

    /// Hears whenever what a read may come to is another: ``generation``. Throws where the library is at fault.
    public func onGeneration(_ listener: @escaping @Sendable (UInt64) throws -> Void) throws(VexilError) -> Subscription
    {
        try Subscription(translated { try control.onGeneration(listener: Listener(listener)) }, in: listening)
    }

    private func subscribed(
        _ key: String, _ namespace: Namespace, _ context: Context,
        _ listener: @escaping @Sendable (Change) throws -> Void
    ) throws(VexilError) -> VexilControl.Subscription {
        let json = try context.json()
        return try translated {
            try control.onChangeFor(
                namespace: namespace.rawValue, key: key, contextJson: json, listener: Listener(listener))
        }
    }
}

/// How many changes of a key a stream holds for a task that does not come; then it goes on with the newest.
private let changesHeld = 64

/// Streams end with the task that reads them, and when the client is closed; that of a client of one moment also with the
/// client that it is a moment of.
extension VexilClient {
    /// The state as it is, and then each new one. A task that is slow misses those in between: the newest is kept for it.
    /// Of a client that was closed there is none.
    public var states: AsyncStream<ClientState> {
        let (stream, continuation) = AsyncStream.makeStream(of: ClientState.self, bufferingPolicy: .bufferingNewest(1))
        let states = States(continuation)
        guard let native = try? control.onState(listener: Listener(states.tell)) else {
            continuation.finish()
            return stream
        }
        keep(native, continuation)
        states.begin(with: state)
        return stream
    }

    /// Each change of the value of a key, evaluated for a context. For a task that is slow the newest 64 are kept. Throws
    /// where the context is none.
    public func changes(
        of key: String, in namespace: Namespace = .features, for context: Context = .nobody
    ) throws(VexilError) -> AsyncStream<Change> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Change.self, bufferingPolicy: .bufferingNewest(changesHeld))
        keep(try subscribed(key, namespace, context) { continuation.yield($0) }, continuation)
        return stream
    }

    /// Holds a subscription until the stream or the client ends.
    private func keep<Told>(_ native: VexilControl.Subscription, _ continuation: AsyncStream<Told>.Continuation) {
        let subscription = Subscription(native, in: listening) { continuation.finish() }
        continuation.onTermination = { _ in subscription.cancel() }
    }
}

/// States on their way to a task, in the order in which they come about.
private final class States: @unchecked Sendable {
    private let lock = NSLock()
    private let continuation: AsyncStream<ClientState>.Continuation
    private var last: ClientState?

    init(_ continuation: AsyncStream<ClientState>.Continuation) {
        self.continuation = continuation
    }

    func tell(_ state: ClientState) {
        lock.withLock { follow(state) }
    }

    /// One that was looked at. What was told meanwhile is newer.
    func begin(with state: ClientState) {
        lock.withLock { if last == nil { follow(state) } }
    }

    /// One that was both looked at and told of is one.
    private func follow(_ state: ClientState) {
        guard state != last else { return }
        last = state
        continuation.yield(state)
    }
}
