internal import CVexil

/// A view as the library has it, for as long as somebody holds it.
final class NativeView: @unchecked Sendable {
    private let handle: vexil_view
    /// The client that it ends with.
    private let client: vexil_client
    /// For each entry a bit for each type that it was counted as. Only `vexil_set_first` writes there once it is filled.
    private var counted = UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)

    convenience init(of client: VexilClient, for context: Context, keys: [String]?) throws(VexilError) {
        if let problem = context.problem { throw problem }
        var handle = vexil_view(id: 0)
        let code = withExtendedLifetime(client) {
            context.lent { context in
                guard let keys else { return vexil_view_new(client.native, context, nil, 0, &handle) }
                return lent(keys) { vexil_view_new(client.native, context, $0.baseAddress, $0.count, &handle) }
            }
        }
        try check(code)
        self.init(handle, client.closing)
    }

    private init(_ handle: vexil_view, _ client: vexil_client) {
        (self.handle, self.client) = (handle, client)
    }

    deinit {
        vexil_view_free(handle)
        counted.deallocate()
    }

    var isCurrent: Bool {
        var (generation, current): (UInt64, Bool) = (0, false)
        return vexil_generation(client, &generation) == Code.ok.rawValue
            && vexil_view_is_current(handle, &current) == Code.ok.rawValue && current
    }

    /// Another one, made now. This one stays as it is.
    func renewed(for context: Context?) throws(VexilError) -> NativeView {
        if let problem = context?.problem { throw problem }
        var (generation, isAnother): (UInt64, Bool) = (0, false)
        try check(vexil_generation(client, &generation))
        var clone = vexil_view(id: 0)
        try check(vexil_view_clone(handle, &clone))
        let view = NativeView(clone, client)
        if let context {
            try check(context.lent { vexil_view_renew_with(clone, $0, &isAnother) })
        } else {
            try check(vexil_view_renew(clone, &isAnother))
        }
        return view
    }

    /// Has a read of an entry counted, if it is the first that asks for it as this type.
    @inline(__always)
    func count(_ key: String, at place: Int, _ asked: VexilClient.Asked) {
        guard let bits = counted.baseAddress, vexil_set_first(bits + place, 1 << UInt32(asked.rawValue)) else { return }
        _ = key.lent { vexil_view_count(handle, $0, asked.rawValue) }
    }

    /// Copies its entries out of the library, once.
    func copied<Result>(
        _ take: (UnsafeBufferPointer<vexil_entry>, UnsafeRawBufferPointer) -> Result
    ) throws(VexilError) -> Result {
        var room = 0
        // The first time it says how many entries there are. A view never changes, so it is right the second time.
        while true {
            let entries = UnsafeMutableBufferPointer<vexil_entry>.allocate(capacity: room)
            defer { entries.deallocate() }
            var count = 0
            let (code, result): (Int32, Result?) = filled(
                { vexil_view_read(handle, entries.baseAddress, room, &count, $0) },
                then: { code, texts in
                    guard code == Code.ok.rawValue else { return (code, nil) }
                    return (code, take(UnsafeBufferPointer(rebasing: entries[..<count]), texts))
                })
            if let result {
                counted = .allocate(capacity: count)
                counted.initialize(repeating: 0)
                return result
            }
            guard code == Code.bufferTooSmall.rawValue, count > room else { throw .last(code) }
            room = count
        }
    }
}

/// Lends texts, one after another in memory of their own.
private func lent<Result>(_ texts: [String], _ call: (UnsafeBufferPointer<vexil_text>) -> Result) -> Result {
    var bytes: [UInt8] = []
    var ends: [Int] = []
    for text in texts {
        bytes.append(contentsOf: text.utf8)
        ends.append(bytes.count)
    }
    return bytes.withUnsafeBufferPointer { bytes in
        let begins = [0] + ends
        let lent = zip(begins, ends).map { vexil_text(UnsafeBufferPointer(rebasing: bytes[$0..<$1])) }
        // A pointer that is null would ask for all keys.
        return lent.isEmpty
            ? withUnsafePointer(to: vexil_text()) { call(UnsafeBufferPointer(start: $0, count: 0)) }
            : lent.withUnsafeBufferPointer(call)
    }
}
