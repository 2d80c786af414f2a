internal import CVexil

/// A view as the library has it, a copy of what it says, and how often that was read.
final class HeldView: @unchecked Sendable {
    let entries: [String: Entry]
    private let handle: vexil_view
    /// For each entry, by its place, the reads that the library was not told of. Only functions of `reads.h` go there.
    private let reads: UnsafeMutablePointer<UInt32>
    /// The client that it is of, and what ends with that.
    private let client: vexil_client
    private let listening: Listening
    private var place: Int?

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
        try self.init(handle, client.closing.native, client.closing.listening)
    }

    /// Takes the handle over.
    private init(_ handle: vexil_view, _ client: vexil_client, _ listening: Listening) throws(VexilError) {
        (self.handle, self.client, self.listening) = (handle, client, listening)
        do throws(VexilError) {
            entries = try copied(handle)
        } catch {
            vexil_view_free(handle)
            throw error
        }
        reads = .allocate(capacity: entries.count)
        reads.initialize(repeating: 0, count: entries.count)
        // Once it is whole, and before anybody else has it.
        place = listening.add { [weak self] in self?.tell() }
    }

    deinit {
        if let place { listening.forget(place) }
        tell()
        vexil_view_free(handle)
        reads.deallocate()
    }

    var isCurrent: Bool {
        var (generation, current): (UInt64, Bool) = (0, false)
        return vexil_generation(client, &generation) == Code.ok.rawValue
            && vexil_view_is_current(handle, &current) == Code.ok.rawValue && current
    }

    /// Another one, made now. This one stays as it is.
    func renewed(for context: Context?) throws(VexilError) -> HeldView {
        if let problem = context?.problem { throw problem }
        var (generation, isAnother): (UInt64, Bool) = (0, false)
        try check(vexil_generation(client, &generation))
        tell()
        var clone = vexil_view(id: 0)
        try check(vexil_view_clone(handle, &clone))
        let code =
            if let context {
                context.lent { vexil_view_renew_with(clone, $0, &isAnother) }
            } else {
                vexil_view_renew(clone, &isAnother)
            }
        guard code == Code.ok.rawValue else {
            defer { vexil_view_free(clone) }
            throw .last(code)
        }
        return try HeldView(clone, client, listening)
    }

    /// Counts a read of an entry that answers. To tell of each would cost more than the read.
    @inline(__always)
    func count(_ entry: Entry) {
        if vexil_reads_add(reads + entry.place) { tell(entry) }
    }

    /// Counts a read of an entry that does not answer who asks for this type.
    func count(_ entry: Entry, asked: VexilClient.Asked) {
        _ = entry.key.lent { vexil_view_count(handle, $0, asked.rawValue, 1) }
    }

    private func tell() {
        for entry in entries.values { tell(entry) }
    }

    private func tell(_ entry: Entry) {
        let times = vexil_reads_take(reads + entry.place)
        if times > 0 { _ = entry.key.lent { vexil_view_count(handle, $0, VexilClient.Asked.any.rawValue, times) } }
    }
}

extension HeldView {
    /// What a key came to. A class, so that a look-up copies none of it.
    final class Entry: Sendable {
        let key: String
        let place: Int
        let details: Details<Told>
        /// A bit for each type that it answers: whether it does is the library's to say.
        private let answers: UInt32

        fileprivate init(_ entry: vexil_entry, _ texts: UnsafeRawBufferPointer, at place: Int) {
            let bytes = texts[entry.key.offset..<entry.key.offset + entry.key.length]
            key = String(decoding: bytes, as: UTF8.self)
            (self.place, details, answers) = (place, Details(entry.details, texts), entry.answers)
        }

        func answers(_ asked: VexilClient.Asked) -> Bool { answers & (1 << UInt32(asked.rawValue)) != 0 }
    }
}

/// Copies a view out of the library.
private func copied(_ view: vexil_view) throws(VexilError) -> [String: HeldView.Entry] {
    var room = 0
    // The first time it says how many entries there are. A view never changes, so it is right the second time.
    while true {
        let entries = UnsafeMutableBufferPointer<vexil_entry>.allocate(capacity: room)
        defer { entries.deallocate() }
        var count = 0
        let (code, copy): (Int32, [String: HeldView.Entry]) = filled(
            { vexil_view_read(view, entries.baseAddress, room, &count, $0) },
            then: { code, texts in
                guard code == Code.ok.rawValue else { return (code, [:]) }
                let all = entries[..<count].enumerated().map { HeldView.Entry($1, texts, at: $0) }
                return (code, Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) }))
            })
        if code == Code.ok.rawValue { return copy }
        guard code == Code.bufferTooSmall.rawValue, count > room else { throw .last(code) }
        room = count
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
