internal import CVexil
import Foundation
internal import VexilControl

/// A client of one environment: it has the definitions in this process, and keeps them as new as its source does.
///
///     let client = try VexilClient(options: Options(source: .controlPlane(url: url, key: key)))
///     defer { client.close() }
///     if client.isEnabled("checkout.v2", for: ["user.id": "ada"]) { ... }
///
/// It serves all threads and tasks of a process. Closed, it asks its source no more and knows nothing: reads give the
/// caller's default then, and their details say `CLOSED`. One that is let go of is closed, too, by another thread that need
/// not come to it before the process ends.
public final class VexilClient: Sendable {
    let control: VexilControl.VexilClient
    /// By which the functions of the C ABI know it.
    let native: vexil_client
    /// What ends with it.
    let listening: Listening
    /// Of a client of one moment, the client that it is a moment of.
    private let whole: VexilClient?

    /// The name of this process in telemetry, and in contexts as `instance.id`.
    public let instanceId: String

    /// Starts a client, and waits for the first definitions as long as `startTimeout` says. A source that does not answer
    /// is no error, unless `fallback` is `.throw`: ``state`` says so, and it is tried again.
    ///
    /// It keeps the thread that waits: ``start(options:)`` does not. Throws where the options are none.
    public convenience init(options: Options) throws(VexilError) {
        try self.init {
            try VexilControl.VexilClient.start(options: options.native(), sticky: options.sticky.map(HostStore.init))
        }
    }

    /// As ``init(options:)``, without keeping a thread of the task's pool while it waits.
    public static func start(options: Options) async throws(VexilError) -> VexilClient {
        try await elsewhere { () throws(VexilError) in try VexilClient(options: options) }
    }

    /// A client with the options that environment variables name: `VEXIL_URL` and `VEXIL_SDK_KEY`, or `VEXIL_FILE`, and
    /// one for each further option; docs/clients.md lists them. As ``init(options:)`` it keeps the thread that waits.
    public static func fromEnvironment() throws(VexilError) -> VexilClient {
        try VexilClient { try VexilControl.VexilClient.fromEnv(sdk: Options.sdk) }
    }

    /// Likewise, without keeping a thread of the task's pool while it waits.
    public static func fromEnvironment() async throws(VexilError) -> VexilClient {
        try await elsewhere { () throws(VexilError) in try fromEnvironment() }
    }

    private init(of whole: VexilClient? = nil, _ make: () throws -> VexilControl.VexilClient) throws(VexilError) {
        (control, instanceId) = try translated {
            let control = try make()
            return (control, try control.instanceId())
        }
        native = vexil_client(id: control.number())
        listening = Listening(within: whole?.listening)
        self.whole = whole
    }

    deinit {
        listening.end()
        if whole == nil {
            // Whoever lets go of the last one need not wait for what is still to be told.
            DispatchQueue.global().async { [control] in try? control.close() }
        } else {
            try? control.close()
        }
    }

    /// Asks the source no more, and ends all subscriptions and streams. Reads that are under way on other threads end as
    /// they would have. It waits for a listener that is being told just now, and two seconds at most for what is still to
    /// be told to the control plane. May be called again.
    public func close() {
        listening.end()
        // What fails is a fault of the library; it knows the client no more in any case.
        try? control.close()
    }

    /// Likewise, and waits without keeping a thread of the task's pool.
    public func close() async {
        await elsewhere { [self] in close() }
    }

    /// How the client stands just now. Where the library is at fault it says so as `lastError`, and nothing else.
    public var state: ClientState {
        do {
            return ClientState(try translated { try control.state() })
        } catch {
            return ClientState(unknown: error)
        }
    }

    /// The number of what a read may come to just now. As long as it stays the same, time alone can change that. 0 where
    /// the client was closed.
    public var generation: UInt64 {
        var generation: UInt64 = 0
        return vexil_generation(native, &generation) == Code.ok.rawValue ? generation : 0
    }

    /// Asks the source now, and keeps the thread until it has answered. Throws where the answer was no good one; what is
    /// in force stays then.
    public func refresh() throws(VexilError) {
        try translated { try control.forceRefresh() }
    }

    /// Asks the source now, and waits for the answer without keeping a thread of the task's pool.
    public func refresh() async throws(VexilError) {
        try await elsewhere { [control] () throws(VexilError) in try translated { try control.forceRefresh() } }
    }

    /// Puts other definitions in force, in JSON, where the source is the program itself. What cannot be read changes
    /// nothing, and is thrown.
    public func put(_ definitions: String) throws(VexilError) {
        try translated { try control.put(definitions: definitions) }
    }

    /// A client of one moment, for one request: all that it reads is by what is in force now, whatever comes meanwhile.
    /// Everything else is this client's own. It holds on to those definitions until it is closed or let go of, which
    /// leaves this one open.
    ///
    /// `overrides` say what some keys are for this request alone; they stand below kills. Whether somebody may ask for
    /// them is yours to decide, and must be. `at` is another moment than now: what will be once something begins or ends.
    ///
    /// What listens to it ends with it, and with this one. It keeps this one from being let go of.
    public func pinned(overrides: [String: JSON] = [:], at moment: Date? = nil) throws(VexilError) -> VexilClient {
        let json = overrides.isEmpty ? nil : try JSON.object(overrides).text()
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return try pinned(overridesJSON: json, at: moment.map(style.format))
    }

    /// Likewise, by a moment as RFC 3339 has it.
    func pinned(overridesJSON: String?, at moment: String?) throws(VexilError) -> VexilClient {
        try VexilClient(of: closing) { try control.pinned(requestOverridesJson: overridesJSON, at: moment) }
    }

    /// The client whose end is the end of this one.
    var closing: VexilClient { whole ?? self }

    /// The version of the native library.
    public static var libraryVersion: String { VexilControl.version() }
}

/// Does what waits on a thread that may wait, and not on one of those that all tasks share.
func elsewhere<Result: Sendable, Failure: Error>(
    _ work: @escaping @Sendable () throws(Failure) -> Result
) async throws(Failure) -> Result {
    let done = await withCheckedContinuation {
        (continuation: CheckedContinuation<Swift.Result<Result, Failure>, Never>) in
        DispatchQueue.global().async {
            continuation.resume(returning: Swift.Result { () throws(Failure) in try work() })
        }
    }
    return try done.get()
}
