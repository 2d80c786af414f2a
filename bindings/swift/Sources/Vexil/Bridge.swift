// How text and results cross: lent inward without a copy where that is possible, copied out of a buffer outward.

internal import CVexil

extension String {
    /// Lends the text for the time of a call: its own bytes, unless it is one that Foundation keeps in another encoding.
    @inline(__always)
    func lent<Result>(_ call: (vexil_text) -> Result) -> Result {
        if let result = utf8.withContiguousStorageIfAvailable({ call(vexil_text($0)) }) {
            return result
        }
        var copy = self
        return copy.withUTF8 { call(vexil_text($0)) }
    }
}

extension vexil_text {
    @inline(__always)
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.init(
            data: UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self),
            length: bytes.count)
    }
}

/// Bytes that are enough for most texts; where they are not, the library says how many are.
private let usualBytes = 512

/// Has a call fill a buffer, again with a larger one where it says so, and takes what is in it. What the definitions come
/// to may be longer by the second time, but not for ever.
func filled<Result>(
    _ call: (UnsafeMutablePointer<vexil_buffer>) -> Int32, then take: (Int32, UnsafeRawBufferPointer) -> Result
) -> Result {
    var capacity = usualBytes
    while true {
        let result: Result? = withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 1) { memory in
            var buffer = vexil_buffer(
                data: memory.baseAddress?.assumingMemoryBound(to: CChar.self), capacity: memory.count, length: 0)
            let code = call(&buffer)
            if code == Code.bufferTooSmall.rawValue && buffer.length > memory.count {
                capacity = buffer.length
                return nil
            }
            return take(code, UnsafeRawBufferPointer(rebasing: memory[..<min(buffer.length, memory.count)]))
        }
        if let result { return result }
    }
}

/// The text that a call fills a buffer with, and the call's code. Bytes that are no UTF-8, which the library never gives,
/// become U+FFFD.
func filled(_ call: (UnsafeMutablePointer<vexil_buffer>) -> Int32) -> (code: Int32, text: String) {
    filled(call, then: { ($0, String(decoding: $1, as: UTF8.self)) })
}

/// Throws what a call failed with.
func check(_ code: Int32) throws(VexilError) {
    if code != Code.ok.rawValue { throw .last(code) }
}
