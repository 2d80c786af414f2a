// Made from vexil-ffi by `cargo xtask bless`: not to be changed by hand.

// swiftlint:disable all
import Foundation

// Depending on the consumer's build setup, the low-level FFI code
// might be in a separate module, or it might be compiled inline into
// this module. This is a bit of light hackery to work with both.
#if canImport(CVexil)
import CVexil
#endif

fileprivate extension RustBuffer {
    // Allocate a new buffer, copying the contents of a `UInt8` array.
    init(bytes: [UInt8]) {
        let rbuf = bytes.withUnsafeBufferPointer { ptr in
            RustBuffer.from(ptr)
        }
        self.init(capacity: rbuf.capacity, len: rbuf.len, data: rbuf.data)
    }

    static func empty() -> RustBuffer {
        RustBuffer(capacity: 0, len:0, data: nil)
    }

    static func from(_ ptr: UnsafeBufferPointer<UInt8>) -> RustBuffer {
        try! rustCall { ffi_vexil_ffi_rustbuffer_from_bytes(ForeignBytes(bufferPointer: ptr), $0) }
    }

    // Frees the buffer in place.
    // The buffer must not be used after this is called.
    func deallocate() {
        try! rustCall { ffi_vexil_ffi_rustbuffer_free(self, $0) }
    }
}

fileprivate extension ForeignBytes {
    init(bufferPointer: UnsafeBufferPointer<UInt8>) {
        self.init(len: Int32(bufferPointer.count), data: bufferPointer.baseAddress)
    }

    init(rawBufferPointer: UnsafeRawBufferPointer) {
        self.init(
            len: Int32(rawBufferPointer.count),
            data: rawBufferPointer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        )
    }
}

// Converter for `&[u8]` / `[ByRef] bytes` arguments.
//
// Conforms to `FfiConverter` so the compiler enforces the full converter
// method set. Only the scope-bound `lower(_:_body:)` overload is sound —
// zero-copy byte buffers only flow foreign -> Rust, and only in argument
// position. The four protocol-witness methods (`lift`, `lower`, `read`,
// `write`) `fatalError` at runtime if anyone reaches them.
//
// The scope-bound `lower` takes a closure because the `ForeignBytes`
// pointer is only guaranteed valid for the duration of
// `Data.withUnsafeBytes`. Callers must run the full FFI call inside
// the closure body.
fileprivate enum FfiConverterByRefBytes: FfiConverter {
    typealias SwiftType = Data
    typealias FfiType = ForeignBytes

    static func lower<R>(_ value: Data, _ body: (ForeignBytes) throws -> R) rethrows -> R {
        return try value.withUnsafeBytes { rawBuf in
            try body(ForeignBytes(rawBufferPointer: rawBuf))
        }
    }

    static func lower(_ value: Data) -> ForeignBytes {
        fatalError("ByRef bytes cannot use the plain lower: returning ForeignBytes escapes the Data.withUnsafeBytes scope. Use the scope-bound lower(_:_body:) overload instead.")
    }

    static func lift(_ value: ForeignBytes) throws -> Data {
        fatalError("ByRef bytes cannot be lifted: zero-copy &[u8] only flows foreign->Rust")
    }

    static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> Data {
        fatalError("ByRef bytes cannot be read from a buffer: zero-copy &[u8] is only supported in argument position, not nested in records/options/etc.")
    }

    static func write(_ value: Data, into buf: inout [UInt8]) {
        fatalError("ByRef bytes cannot be written to a buffer: zero-copy &[u8] is only supported in argument position, not nested in records/options/etc.")
    }
}

// For every type used in the interface, we provide helper methods for conveniently
// lifting and lowering that type from C-compatible data, and for reading and writing
// values of that type in a buffer.

// Helper classes/extensions that don't change.
// Someday, this will be in a library of its own.

fileprivate extension Data {
    init(rustBuffer: RustBuffer) {
        self.init(
            bytesNoCopy: rustBuffer.data!,
            count: Int(rustBuffer.len),
            deallocator: .none
        )
    }
}

// Define reader functionality.  Normally this would be defined in a class or
// struct, but we use standalone functions instead in order to make external
// types work.
//
// With external types, one swift source file needs to be able to call the read
// method on another source file's FfiConverter, but then what visibility
// should Reader have?
// - If Reader is fileprivate, then this means the read() must also
//   be fileprivate, which doesn't work with external types.
// - If Reader is internal/public, we'll get compile errors since both source
//   files will try define the same type.
//
// Instead, the read() method and these helper functions input a tuple of data

fileprivate func createReader(data: Data) -> (data: Data, offset: Data.Index) {
    (data: data, offset: 0)
}

// Reads an integer at the current offset, in big-endian order, and advances
// the offset on success. Throws if reading the integer would move the
// offset past the end of the buffer.
fileprivate func readInt<T: FixedWidthInteger>(_ reader: inout (data: Data, offset: Data.Index)) throws -> T {
    let range = reader.offset..<reader.offset + MemoryLayout<T>.size
    guard reader.data.count >= range.upperBound else {
        throw UniffiInternalError.bufferOverflow
    }
    if T.self == UInt8.self {
        let value = reader.data[reader.offset]
        reader.offset += 1
        return value as! T
    }
    var value: T = 0
    let _ = withUnsafeMutableBytes(of: &value, { reader.data.copyBytes(to: $0, from: range)})
    reader.offset = range.upperBound
    return value.bigEndian
}

// Reads an arbitrary number of bytes, to be used to read
// raw bytes, this is useful when lifting strings
fileprivate func readBytes(_ reader: inout (data: Data, offset: Data.Index), count: Int) throws -> Array<UInt8> {
    let range = reader.offset..<(reader.offset+count)
    guard reader.data.count >= range.upperBound else {
        throw UniffiInternalError.bufferOverflow
    }
    var value = [UInt8](repeating: 0, count: count)
    value.withUnsafeMutableBufferPointer({ buffer in
        reader.data.copyBytes(to: buffer, from: range)
    })
    reader.offset = range.upperBound
    return value
}

// Reads a float at the current offset.
fileprivate func readFloat(_ reader: inout (data: Data, offset: Data.Index)) throws -> Float {
    return Float(bitPattern: try readInt(&reader))
}

// Reads a float at the current offset.
fileprivate func readDouble(_ reader: inout (data: Data, offset: Data.Index)) throws -> Double {
    return Double(bitPattern: try readInt(&reader))
}

// Indicates if the offset has reached the end of the buffer.
fileprivate func hasRemaining(_ reader: (data: Data, offset: Data.Index)) -> Bool {
    return reader.offset < reader.data.count
}

// Define writer functionality.  Normally this would be defined in a class or
// struct, but we use standalone functions instead in order to make external
// types work.  See the above discussion on Readers for details.

fileprivate func createWriter() -> [UInt8] {
    return []
}

fileprivate func writeBytes<S>(_ writer: inout [UInt8], _ byteArr: S) where S: Sequence, S.Element == UInt8 {
    writer.append(contentsOf: byteArr)
}

// Writes an integer in big-endian order.
//
// Warning: make sure what you are trying to write
// is in the correct type!
fileprivate func writeInt<T: FixedWidthInteger>(_ writer: inout [UInt8], _ value: T) {
    var value = value.bigEndian
    withUnsafeBytes(of: &value) { writer.append(contentsOf: $0) }
}

fileprivate func writeFloat(_ writer: inout [UInt8], _ value: Float) {
    writeInt(&writer, value.bitPattern)
}

fileprivate func writeDouble(_ writer: inout [UInt8], _ value: Double) {
    writeInt(&writer, value.bitPattern)
}

// Protocol for types that transfer other types across the FFI. This is
// analogous to the Rust trait of the same name.
fileprivate protocol FfiConverter {
    associatedtype FfiType
    associatedtype SwiftType

    static func lift(_ value: FfiType) throws -> SwiftType
    static func lower(_ value: SwiftType) -> FfiType
    static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> SwiftType
    static func write(_ value: SwiftType, into buf: inout [UInt8])
}

// Types conforming to `Primitive` pass themselves directly over the FFI.
fileprivate protocol FfiConverterPrimitive: FfiConverter where FfiType == SwiftType { }

extension FfiConverterPrimitive {
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public static func lift(_ value: FfiType) throws -> SwiftType {
        return value
    }

#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public static func lower(_ value: SwiftType) -> FfiType {
        return value
    }
}

// Types conforming to `FfiConverterRustBuffer` lift and lower into a `RustBuffer`.
// Used for complex types where it's hard to write a custom lift/lower.
fileprivate protocol FfiConverterRustBuffer: FfiConverter where FfiType == RustBuffer {}

extension FfiConverterRustBuffer {
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public static func lift(_ buf: RustBuffer) throws -> SwiftType {
        var reader = createReader(data: Data(rustBuffer: buf))
        let value = try read(from: &reader)
        if hasRemaining(reader) {
            throw UniffiInternalError.incompleteData
        }
        buf.deallocate()
        return value
    }

#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public static func lower(_ value: SwiftType) -> RustBuffer {
          var writer = createWriter()
          write(value, into: &writer)
          return RustBuffer(bytes: writer)
    }
}
// An error type for FFI errors. These errors occur at the UniFFI level, not
// the library level.
fileprivate enum UniffiInternalError: LocalizedError {
    case bufferOverflow
    case incompleteData
    case unexpectedOptionalTag
    case unexpectedEnumCase
    case unexpectedNullPointer
    case unexpectedRustCallStatusCode
    case unexpectedRustCallError
    case unexpectedStaleHandle
    case rustPanic(_ message: String)

    public var errorDescription: String? {
        switch self {
        case .bufferOverflow: return "Reading the requested value would read past the end of the buffer"
        case .incompleteData: return "The buffer still has data after lifting its containing value"
        case .unexpectedOptionalTag: return "Unexpected optional tag; should be 0 or 1"
        case .unexpectedEnumCase: return "Raw enum value doesn't match any cases"
        case .unexpectedNullPointer: return "Raw pointer value was null"
        case .unexpectedRustCallStatusCode: return "Unexpected RustCallStatus code"
        case .unexpectedRustCallError: return "CALL_ERROR but no errorClass specified"
        case .unexpectedStaleHandle: return "The object in the handle map has been dropped already"
        case let .rustPanic(message): return message
        }
    }
}

fileprivate extension NSLock {
    func withLock<T>(f: () throws -> T) rethrows -> T {
        self.lock()
        defer { self.unlock() }
        return try f()
    }
}

fileprivate let CALL_SUCCESS: Int8 = 0
fileprivate let CALL_ERROR: Int8 = 1
fileprivate let CALL_UNEXPECTED_ERROR: Int8 = 2
fileprivate let CALL_CANCELLED: Int8 = 3

fileprivate extension RustCallStatus {
    init() {
        self.init(
            code: CALL_SUCCESS,
            errorBuf: RustBuffer.init(
                capacity: 0,
                len: 0,
                data: nil
            )
        )
    }
}

private func rustCall<T>(_ callback: (UnsafeMutablePointer<RustCallStatus>) -> T) throws -> T {
    let neverThrow: ((RustBuffer) throws -> Never)? = nil
    return try makeRustCall(callback, errorHandler: neverThrow)
}

private func rustCallWithError<T, E: Swift.Error>(
    _ errorHandler: @escaping (RustBuffer) throws -> E,
    _ callback: (UnsafeMutablePointer<RustCallStatus>) -> T) throws -> T {
    try makeRustCall(callback, errorHandler: errorHandler)
}

private func makeRustCall<T, E: Swift.Error>(
    _ callback: (UnsafeMutablePointer<RustCallStatus>) -> T,
    errorHandler: ((RustBuffer) throws -> E)?
) throws -> T {
    uniffiEnsureVexilFfiInitialized()
    var callStatus = RustCallStatus.init()
    let returnedVal = callback(&callStatus)
    try uniffiCheckCallStatus(callStatus: callStatus, errorHandler: errorHandler)
    return returnedVal
}

private func uniffiCheckCallStatus<E: Swift.Error>(
    callStatus: RustCallStatus,
    errorHandler: ((RustBuffer) throws -> E)?
) throws {
    switch callStatus.code {
        case CALL_SUCCESS:
            return

        case CALL_ERROR:
            if let errorHandler = errorHandler {
                throw try errorHandler(callStatus.errorBuf)
            } else {
                callStatus.errorBuf.deallocate()
                throw UniffiInternalError.unexpectedRustCallError
            }

        case CALL_UNEXPECTED_ERROR:
            // When the rust code sees a panic, it tries to construct a RustBuffer
            // with the message.  But if that code panics, then it just sends back
            // an empty buffer.
            if callStatus.errorBuf.len > 0 {
                throw UniffiInternalError.rustPanic(try FfiConverterString.lift(callStatus.errorBuf))
            } else {
                callStatus.errorBuf.deallocate()
                throw UniffiInternalError.rustPanic("Rust panic")
            }

        case CALL_CANCELLED:
            fatalError("Cancellation not supported yet")

        default:
            throw UniffiInternalError.unexpectedRustCallStatusCode
    }
}

private func uniffiTraitInterfaceCall<T>(
    callStatus: UnsafeMutablePointer<RustCallStatus>,
    makeCall: () throws -> T,
    writeReturn: (T) -> ()
) {
    do {
        try writeReturn(makeCall())
    } catch let error {
        callStatus.pointee.code = CALL_UNEXPECTED_ERROR
        callStatus.pointee.errorBuf = FfiConverterString.lower(String(describing: error))
    }
}

private func uniffiTraitInterfaceCallWithError<T, E>(
    callStatus: UnsafeMutablePointer<RustCallStatus>,
    makeCall: () throws -> T,
    writeReturn: (T) -> (),
    lowerError: (E) -> RustBuffer
) {
    do {
        try writeReturn(makeCall())
    } catch let error as E {
        callStatus.pointee.code = CALL_ERROR
        callStatus.pointee.errorBuf = lowerError(error)
    } catch {
        callStatus.pointee.code = CALL_UNEXPECTED_ERROR
        callStatus.pointee.errorBuf = FfiConverterString.lower(String(describing: error))
    }
}
// Initial value and increment amount for handles.
// These ensure that SWIFT handles always have the lowest bit set
fileprivate let UNIFFI_HANDLEMAP_INITIAL: UInt64 = 1
fileprivate let UNIFFI_HANDLEMAP_DELTA: UInt64 = 2

fileprivate final class UniffiHandleMap<T>: @unchecked Sendable {
    // All mutation happens with this lock held, which is why we implement @unchecked Sendable.
    private let lock = NSLock()
    private var map: [UInt64: T] = [:]
    private var currentHandle: UInt64 = UNIFFI_HANDLEMAP_INITIAL

    func insert(obj: T) -> UInt64 {
        lock.withLock {
            return doInsert(obj)
        }
    }

    // Low-level insert function, this assumes `lock` is held.
    private func doInsert(_ obj: T) -> UInt64 {
        let handle = currentHandle
        currentHandle += UNIFFI_HANDLEMAP_DELTA
        map[handle] = obj
        return handle
    }

     func get(handle: UInt64) throws -> T {
        try lock.withLock {
            guard let obj = map[handle] else {
                throw UniffiInternalError.unexpectedStaleHandle
            }
            return obj
        }
    }

     func clone(handle: UInt64) throws -> UInt64 {
        try lock.withLock {
            guard let obj = map[handle] else {
                throw UniffiInternalError.unexpectedStaleHandle
            }
            return doInsert(obj)
        }
    }

    @discardableResult
    func remove(handle: UInt64) throws -> T {
        try lock.withLock {
            guard let obj = map.removeValue(forKey: handle) else {
                throw UniffiInternalError.unexpectedStaleHandle
            }
            return obj
        }
    }

    var count: Int {
        get {
            map.count
        }
    }
}


// Public interface members begin here.
// Magic number for the Rust proxy to call using the same mechanism as every other method,
// to free the callback once it's dropped by Rust.
private let IDX_CALLBACK_FREE: Int32 = 0
// Callback return codes
private let UNIFFI_CALLBACK_SUCCESS: Int32 = 0
private let UNIFFI_CALLBACK_ERROR: Int32 = 1
private let UNIFFI_CALLBACK_UNEXPECTED_ERROR: Int32 = 2

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterUInt32: FfiConverterPrimitive {
    typealias FfiType = UInt32
    typealias SwiftType = UInt32

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> UInt32 {
        return try lift(readInt(&buf))
    }

    public static func write(_ value: SwiftType, into buf: inout [UInt8]) {
        writeInt(&buf, lower(value))
    }
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterInt32: FfiConverterPrimitive {
    typealias FfiType = Int32
    typealias SwiftType = Int32

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> Int32 {
        return try lift(readInt(&buf))
    }

    public static func write(_ value: Int32, into buf: inout [UInt8]) {
        writeInt(&buf, lower(value))
    }
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterUInt64: FfiConverterPrimitive {
    typealias FfiType = UInt64
    typealias SwiftType = UInt64

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> UInt64 {
        return try lift(readInt(&buf))
    }

    public static func write(_ value: SwiftType, into buf: inout [UInt8]) {
        writeInt(&buf, lower(value))
    }
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterInt64: FfiConverterPrimitive {
    typealias FfiType = Int64
    typealias SwiftType = Int64

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> Int64 {
        return try lift(readInt(&buf))
    }

    public static func write(_ value: Int64, into buf: inout [UInt8]) {
        writeInt(&buf, lower(value))
    }
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterBool : FfiConverter {
    typealias FfiType = Int8
    typealias SwiftType = Bool

    public static func lift(_ value: Int8) throws -> Bool {
        return value != 0
    }

    public static func lower(_ value: Bool) -> Int8 {
        return value ? 1 : 0
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> Bool {
        return try lift(readInt(&buf))
    }

    public static func write(_ value: Bool, into buf: inout [UInt8]) {
        writeInt(&buf, lower(value))
    }
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterString: FfiConverter {
    typealias SwiftType = String
    typealias FfiType = RustBuffer

    public static func lift(_ value: RustBuffer) throws -> String {
        defer {
            value.deallocate()
        }
        if value.data == nil {
            return String()
        }
        let bytes = UnsafeBufferPointer<UInt8>(start: value.data!, count: Int(value.len))
        // Use Swift's native UTF-8 decoder; `String(bytes:encoding:.utf8)` goes
        // through Foundation's NSString and silently strips a leading U+FEFF BOM.
        // Invalid UTF-8 substitutes U+FFFD instead of trapping (unreachable
        // given Rust's `String` invariant).
        return String(decoding: bytes, as: UTF8.self)
    }

    public static func lower(_ value: String) -> RustBuffer {
        return value.utf8CString.withUnsafeBufferPointer { ptr in
            // The swift string gives us int8_t, we want uint8_t.
            ptr.withMemoryRebound(to: UInt8.self) { ptr in
                // The swift string gives us a trailing null byte, we don't want it.
                let buf = UnsafeBufferPointer(rebasing: ptr.prefix(upTo: ptr.count - 1))
                return RustBuffer.from(buf)
            }
        }
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> String {
        let len: Int32 = try readInt(&buf)
        // See `lift` above for why we avoid Foundation's NSString-backed decoder here.
        return String(decoding: try readBytes(&buf, count: Int(len)), as: UTF8.self)
    }

    public static func write(_ value: String, into buf: inout [UInt8]) {
        let len = Int32(value.utf8.count)
        writeInt(&buf, len)
        writeBytes(&buf, value.utf8)
    }
}




/**
 * Hears of a key whose value is another, likewise.
 */
public protocol ChangeListener: AnyObject, Sendable {

    /**
     * The value is another.
     */
    func onChange(change: ValueChange) throws

}
/**
 * Hears of a key whose value is another, likewise.
 */
open class ChangeListenerImpl: ChangeListener, @unchecked Sendable {
    fileprivate let handle: UInt64

    /// Used to instantiate a [FFIObject] without an actual handle, for fakes in tests, mostly.
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public struct NoHandle {
        public init() {}
    }

    // TODO: We'd like this to be `private` but for Swifty reasons,
    // we can't implement `FfiConverter` without making this `required` and we can't
    // make it `required` without making it `public`.
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    required public init(unsafeFromHandle handle: UInt64) {
        self.handle = handle
    }

    // This constructor can be used to instantiate a fake object.
    // - Parameter noHandle: Placeholder value so we can have a constructor separate from the default empty one that may be implemented for classes extending [FFIObject].
    //
    // - Warning:
    //     Any object instantiated with this constructor cannot be passed to an actual Rust-backed object. Since there isn't a backing handle the FFI lower functions will crash.
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public init(noHandle: NoHandle) {
        self.handle = 0
    }

#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public func uniffiCloneHandle() -> UInt64 {
        return try! rustCall { uniffi_vexil_ffi_fn_clone_changelistener(self.handle, $0) }
    }
    // No primary constructor declared for this class.

    deinit {
        if handle == 0 {
            // Mock objects have handle=0 don't try to free them
            return
        }

        try! rustCall { uniffi_vexil_ffi_fn_free_changelistener(handle, $0) }
    }




    /**
     * The value is another.
     */
open func onChange(change: ValueChange)throws   {try rustCallWithError(FfiConverterTypeListenerError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_changelistener_on_change(
            self.uniffiCloneHandle(),
        FfiConverterTypeValueChange_lower(change),uniffiCallStatus
    )
}
}



}



// Put the implementation in a struct so we don't pollute the top-level namespace
fileprivate struct UniffiCallbackInterfaceChangeListener {

    // Create the VTable using a series of closures.
    // Swift automatically converts these into C callback functions.
    //
    // Store the vtable directly.
    static let vtable: UniffiVTableCallbackInterfaceChangeListener = UniffiVTableCallbackInterfaceChangeListener(
        uniffiFree: { (uniffiHandle: UInt64) -> () in
            do {
                try FfiConverterTypeChangeListener.handleMap.remove(handle: uniffiHandle)
            } catch {
                print("Uniffi callback interface ChangeListener: handle missing in uniffiFree")
            }
        },
        uniffiClone: { (uniffiHandle: UInt64) -> UInt64 in
            do {
                return try FfiConverterTypeChangeListener.handleMap.clone(handle: uniffiHandle)
            } catch {
                fatalError("Uniffi callback interface ChangeListener: handle missing in uniffiClone")
            }
        },
        onChange: { (
            uniffiHandle: UInt64,
            change: RustBuffer,
            uniffiOutReturn: UnsafeMutableRawPointer,
            uniffiCallStatus: UnsafeMutablePointer<RustCallStatus>
        ) in
            let makeCall = {
                () throws -> () in
                guard let uniffiObj = try? FfiConverterTypeChangeListener.handleMap.get(handle: uniffiHandle) else {
                    throw UniffiInternalError.unexpectedStaleHandle
                }
                return try uniffiObj.onChange(
                     change: try FfiConverterTypeValueChange_lift(change)
                )
            }


            let writeReturn = { () }
            uniffiTraitInterfaceCallWithError(
                callStatus: uniffiCallStatus,
                makeCall: makeCall,
                writeReturn: writeReturn,
                lowerError: FfiConverterTypeListenerError_lower
            )
        }
    )

    // Rust stores this pointer for future callback invocations, so it must live
    // for the process lifetime (not just for the init function call).
    //
    // `nonisolated(unsafe)` is needed under Swift 6 strict concurrency.
    // This is safe because the pointee is initialized once during static init
    // and never mutated by either side of the FFI.  Its fields are C function pointers.
    nonisolated(unsafe) static let vtablePtr: UnsafePointer<UniffiVTableCallbackInterfaceChangeListener> = {
        let ptr = UnsafeMutablePointer<UniffiVTableCallbackInterfaceChangeListener>.allocate(capacity: 1)
        ptr.initialize(to: vtable)
        return UnsafePointer(ptr)
    }()
}

private func uniffiCallbackInitChangeListener() {
    uniffi_vexil_ffi_fn_init_callback_vtable_changelistener(UniffiCallbackInterfaceChangeListener.vtablePtr)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeChangeListener: FfiConverter {
    fileprivate static let handleMap = UniffiHandleMap<ChangeListener>()

    typealias FfiType = UInt64
    typealias SwiftType = ChangeListener

    public static func lift(_ handle: UInt64) throws -> ChangeListener {
        if ((handle & 1) == 0) {
            // Rust-generated handle, construct a new class that uses the handle to implement the
            // interface
            return ChangeListenerImpl(unsafeFromHandle: handle)
        } else {
            // Swift-generated handle, get the object from the handle map
            return try handleMap.remove(handle: handle)
        }
    }

    public static func lower(_ value: ChangeListener) -> UInt64 {
         if let rustImpl = value as? ChangeListenerImpl {
             // Rust-implemented object.  Clone the handle and return it
            return rustImpl.uniffiCloneHandle()
         } else {
            // Swift object, generate a new vtable handle and return that.
            return handleMap.insert(obj: value)
         }
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> ChangeListener {
        let handle: UInt64 = try readInt(&buf)
        return try lift(handle)
    }

    public static func write(_ value: ChangeListener, into buf: inout [UInt8]) {
        writeInt(&buf, lower(value))
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeChangeListener_lift(_ handle: UInt64) throws -> ChangeListener {
    return try FfiConverterTypeChangeListener.lift(handle)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeChangeListener_lower(_ value: ChangeListener) -> UInt64 {
    return FfiConverterTypeChangeListener.lower(value)
}






/**
 * Hears whenever what a read may come to is another, likewise.
 */
public protocol GenerationListener: AnyObject, Sendable {

    /**
     * It is another; the number is the new one's.
     */
    func onGeneration(generation: UInt64) throws

}
/**
 * Hears whenever what a read may come to is another, likewise.
 */
open class GenerationListenerImpl: GenerationListener, @unchecked Sendable {
    fileprivate let handle: UInt64

    /// Used to instantiate a [FFIObject] without an actual handle, for fakes in tests, mostly.
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public struct NoHandle {
        public init() {}
    }

    // TODO: We'd like this to be `private` but for Swifty reasons,
    // we can't implement `FfiConverter` without making this `required` and we can't
    // make it `required` without making it `public`.
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    required public init(unsafeFromHandle handle: UInt64) {
        self.handle = handle
    }

    // This constructor can be used to instantiate a fake object.
    // - Parameter noHandle: Placeholder value so we can have a constructor separate from the default empty one that may be implemented for classes extending [FFIObject].
    //
    // - Warning:
    //     Any object instantiated with this constructor cannot be passed to an actual Rust-backed object. Since there isn't a backing handle the FFI lower functions will crash.
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public init(noHandle: NoHandle) {
        self.handle = 0
    }

#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public func uniffiCloneHandle() -> UInt64 {
        return try! rustCall { uniffi_vexil_ffi_fn_clone_generationlistener(self.handle, $0) }
    }
    // No primary constructor declared for this class.

    deinit {
        if handle == 0 {
            // Mock objects have handle=0 don't try to free them
            return
        }

        try! rustCall { uniffi_vexil_ffi_fn_free_generationlistener(handle, $0) }
    }




    /**
     * It is another; the number is the new one's.
     */
open func onGeneration(generation: UInt64)throws   {try rustCallWithError(FfiConverterTypeListenerError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_generationlistener_on_generation(
            self.uniffiCloneHandle(),
        FfiConverterUInt64.lower(generation),uniffiCallStatus
    )
}
}



}



// Put the implementation in a struct so we don't pollute the top-level namespace
fileprivate struct UniffiCallbackInterfaceGenerationListener {

    // Create the VTable using a series of closures.
    // Swift automatically converts these into C callback functions.
    //
    // Store the vtable directly.
    static let vtable: UniffiVTableCallbackInterfaceGenerationListener = UniffiVTableCallbackInterfaceGenerationListener(
        uniffiFree: { (uniffiHandle: UInt64) -> () in
            do {
                try FfiConverterTypeGenerationListener.handleMap.remove(handle: uniffiHandle)
            } catch {
                print("Uniffi callback interface GenerationListener: handle missing in uniffiFree")
            }
        },
        uniffiClone: { (uniffiHandle: UInt64) -> UInt64 in
            do {
                return try FfiConverterTypeGenerationListener.handleMap.clone(handle: uniffiHandle)
            } catch {
                fatalError("Uniffi callback interface GenerationListener: handle missing in uniffiClone")
            }
        },
        onGeneration: { (
            uniffiHandle: UInt64,
            generation: UInt64,
            uniffiOutReturn: UnsafeMutableRawPointer,
            uniffiCallStatus: UnsafeMutablePointer<RustCallStatus>
        ) in
            let makeCall = {
                () throws -> () in
                guard let uniffiObj = try? FfiConverterTypeGenerationListener.handleMap.get(handle: uniffiHandle) else {
                    throw UniffiInternalError.unexpectedStaleHandle
                }
                return try uniffiObj.onGeneration(
                     generation: try FfiConverterUInt64.lift(generation)
                )
            }


            let writeReturn = { () }
            uniffiTraitInterfaceCallWithError(
                callStatus: uniffiCallStatus,
                makeCall: makeCall,
                writeReturn: writeReturn,
                lowerError: FfiConverterTypeListenerError_lower
            )
        }
    )

    // Rust stores this pointer for future callback invocations, so it must live
    // for the process lifetime (not just for the init function call).
    //
    // `nonisolated(unsafe)` is needed under Swift 6 strict concurrency.
    // This is safe because the pointee is initialized once during static init
    // and never mutated by either side of the FFI.  Its fields are C function pointers.
    nonisolated(unsafe) static let vtablePtr: UnsafePointer<UniffiVTableCallbackInterfaceGenerationListener> = {
        let ptr = UnsafeMutablePointer<UniffiVTableCallbackInterfaceGenerationListener>.allocate(capacity: 1)
        ptr.initialize(to: vtable)
        return UnsafePointer(ptr)
    }()
}

private func uniffiCallbackInitGenerationListener() {
    uniffi_vexil_ffi_fn_init_callback_vtable_generationlistener(UniffiCallbackInterfaceGenerationListener.vtablePtr)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeGenerationListener: FfiConverter {
    fileprivate static let handleMap = UniffiHandleMap<GenerationListener>()

    typealias FfiType = UInt64
    typealias SwiftType = GenerationListener

    public static func lift(_ handle: UInt64) throws -> GenerationListener {
        if ((handle & 1) == 0) {
            // Rust-generated handle, construct a new class that uses the handle to implement the
            // interface
            return GenerationListenerImpl(unsafeFromHandle: handle)
        } else {
            // Swift-generated handle, get the object from the handle map
            return try handleMap.remove(handle: handle)
        }
    }

    public static func lower(_ value: GenerationListener) -> UInt64 {
         if let rustImpl = value as? GenerationListenerImpl {
             // Rust-implemented object.  Clone the handle and return it
            return rustImpl.uniffiCloneHandle()
         } else {
            // Swift object, generate a new vtable handle and return that.
            return handleMap.insert(obj: value)
         }
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> GenerationListener {
        let handle: UInt64 = try readInt(&buf)
        return try lift(handle)
    }

    public static func write(_ value: GenerationListener, into buf: inout [UInt8]) {
        writeInt(&buf, lower(value))
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeGenerationListener_lift(_ handle: UInt64) throws -> GenerationListener {
    return try FfiConverterTypeGenerationListener.lift(handle)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeGenerationListener_lower(_ value: GenerationListener) -> UInt64 {
    return FfiConverterTypeGenerationListener.lower(value)
}






/**
 * Hears of every change of a client's state, on the thread that makes it or on one that is telling of another just then.
 */
public protocol StateListener: AnyObject, Sendable {

    /**
     * The state is another.
     */
    func onState(state: ClientState) throws

}
/**
 * Hears of every change of a client's state, on the thread that makes it or on one that is telling of another just then.
 */
open class StateListenerImpl: StateListener, @unchecked Sendable {
    fileprivate let handle: UInt64

    /// Used to instantiate a [FFIObject] without an actual handle, for fakes in tests, mostly.
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public struct NoHandle {
        public init() {}
    }

    // TODO: We'd like this to be `private` but for Swifty reasons,
    // we can't implement `FfiConverter` without making this `required` and we can't
    // make it `required` without making it `public`.
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    required public init(unsafeFromHandle handle: UInt64) {
        self.handle = handle
    }

    // This constructor can be used to instantiate a fake object.
    // - Parameter noHandle: Placeholder value so we can have a constructor separate from the default empty one that may be implemented for classes extending [FFIObject].
    //
    // - Warning:
    //     Any object instantiated with this constructor cannot be passed to an actual Rust-backed object. Since there isn't a backing handle the FFI lower functions will crash.
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public init(noHandle: NoHandle) {
        self.handle = 0
    }

#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public func uniffiCloneHandle() -> UInt64 {
        return try! rustCall { uniffi_vexil_ffi_fn_clone_statelistener(self.handle, $0) }
    }
    // No primary constructor declared for this class.

    deinit {
        if handle == 0 {
            // Mock objects have handle=0 don't try to free them
            return
        }

        try! rustCall { uniffi_vexil_ffi_fn_free_statelistener(handle, $0) }
    }




    /**
     * The state is another.
     */
open func onState(state: ClientState)throws   {try rustCallWithError(FfiConverterTypeListenerError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_statelistener_on_state(
            self.uniffiCloneHandle(),
        FfiConverterTypeClientState_lower(state),uniffiCallStatus
    )
}
}



}



// Put the implementation in a struct so we don't pollute the top-level namespace
fileprivate struct UniffiCallbackInterfaceStateListener {

    // Create the VTable using a series of closures.
    // Swift automatically converts these into C callback functions.
    //
    // Store the vtable directly.
    static let vtable: UniffiVTableCallbackInterfaceStateListener = UniffiVTableCallbackInterfaceStateListener(
        uniffiFree: { (uniffiHandle: UInt64) -> () in
            do {
                try FfiConverterTypeStateListener.handleMap.remove(handle: uniffiHandle)
            } catch {
                print("Uniffi callback interface StateListener: handle missing in uniffiFree")
            }
        },
        uniffiClone: { (uniffiHandle: UInt64) -> UInt64 in
            do {
                return try FfiConverterTypeStateListener.handleMap.clone(handle: uniffiHandle)
            } catch {
                fatalError("Uniffi callback interface StateListener: handle missing in uniffiClone")
            }
        },
        onState: { (
            uniffiHandle: UInt64,
            state: RustBuffer,
            uniffiOutReturn: UnsafeMutableRawPointer,
            uniffiCallStatus: UnsafeMutablePointer<RustCallStatus>
        ) in
            let makeCall = {
                () throws -> () in
                guard let uniffiObj = try? FfiConverterTypeStateListener.handleMap.get(handle: uniffiHandle) else {
                    throw UniffiInternalError.unexpectedStaleHandle
                }
                return try uniffiObj.onState(
                     state: try FfiConverterTypeClientState_lift(state)
                )
            }


            let writeReturn = { () }
            uniffiTraitInterfaceCallWithError(
                callStatus: uniffiCallStatus,
                makeCall: makeCall,
                writeReturn: writeReturn,
                lowerError: FfiConverterTypeListenerError_lower
            )
        }
    )

    // Rust stores this pointer for future callback invocations, so it must live
    // for the process lifetime (not just for the init function call).
    //
    // `nonisolated(unsafe)` is needed under Swift 6 strict concurrency.
    // This is safe because the pointee is initialized once during static init
    // and never mutated by either side of the FFI.  Its fields are C function pointers.
    nonisolated(unsafe) static let vtablePtr: UnsafePointer<UniffiVTableCallbackInterfaceStateListener> = {
        let ptr = UnsafeMutablePointer<UniffiVTableCallbackInterfaceStateListener>.allocate(capacity: 1)
        ptr.initialize(to: vtable)
        return UnsafePointer(ptr)
    }()
}

private func uniffiCallbackInitStateListener() {
    uniffi_vexil_ffi_fn_init_callback_vtable_statelistener(UniffiCallbackInterfaceStateListener.vtablePtr)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeStateListener: FfiConverter {
    fileprivate static let handleMap = UniffiHandleMap<StateListener>()

    typealias FfiType = UInt64
    typealias SwiftType = StateListener

    public static func lift(_ handle: UInt64) throws -> StateListener {
        if ((handle & 1) == 0) {
            // Rust-generated handle, construct a new class that uses the handle to implement the
            // interface
            return StateListenerImpl(unsafeFromHandle: handle)
        } else {
            // Swift-generated handle, get the object from the handle map
            return try handleMap.remove(handle: handle)
        }
    }

    public static func lower(_ value: StateListener) -> UInt64 {
         if let rustImpl = value as? StateListenerImpl {
             // Rust-implemented object.  Clone the handle and return it
            return rustImpl.uniffiCloneHandle()
         } else {
            // Swift object, generate a new vtable handle and return that.
            return handleMap.insert(obj: value)
         }
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> StateListener {
        let handle: UInt64 = try readInt(&buf)
        return try lift(handle)
    }

    public static func write(_ value: StateListener, into buf: inout [UInt8]) {
        writeInt(&buf, lower(value))
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeStateListener_lift(_ handle: UInt64) throws -> StateListener {
    return try FfiConverterTypeStateListener.lift(handle)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeStateListener_lower(_ value: StateListener) -> UInt64 {
    return FfiConverterTypeStateListener.lower(value)
}






/**
 * Where variants are remembered that units were given in experiments that are `sticky`. It is asked by reads, in the
 * thread that reads; one that throws is taken for one that knows nothing.
 */
public protocol StickyStore: AnyObject, Sendable {

    /**
     * The id of the variant that a unit was given.
     */
    func get(experiment: String, unit: String) throws  -> String?

    /**
     * Remembers the variant that a unit was given.
     */
    func put(experiment: String, unit: String, variant: String) throws

}
/**
 * Where variants are remembered that units were given in experiments that are `sticky`. It is asked by reads, in the
 * thread that reads; one that throws is taken for one that knows nothing.
 */
open class StickyStoreImpl: StickyStore, @unchecked Sendable {
    fileprivate let handle: UInt64

    /// Used to instantiate a [FFIObject] without an actual handle, for fakes in tests, mostly.
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public struct NoHandle {
        public init() {}
    }

    // TODO: We'd like this to be `private` but for Swifty reasons,
    // we can't implement `FfiConverter` without making this `required` and we can't
    // make it `required` without making it `public`.
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    required public init(unsafeFromHandle handle: UInt64) {
        self.handle = handle
    }

    // This constructor can be used to instantiate a fake object.
    // - Parameter noHandle: Placeholder value so we can have a constructor separate from the default empty one that may be implemented for classes extending [FFIObject].
    //
    // - Warning:
    //     Any object instantiated with this constructor cannot be passed to an actual Rust-backed object. Since there isn't a backing handle the FFI lower functions will crash.
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public init(noHandle: NoHandle) {
        self.handle = 0
    }

#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public func uniffiCloneHandle() -> UInt64 {
        return try! rustCall { uniffi_vexil_ffi_fn_clone_stickystore(self.handle, $0) }
    }
    // No primary constructor declared for this class.

    deinit {
        if handle == 0 {
            // Mock objects have handle=0 don't try to free them
            return
        }

        try! rustCall { uniffi_vexil_ffi_fn_free_stickystore(handle, $0) }
    }




    /**
     * The id of the variant that a unit was given.
     */
open func get(experiment: String, unit: String)throws  -> String?  {
    return try  FfiConverterOptionString.lift(try rustCallWithError(FfiConverterTypeListenerError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_stickystore_get(
            self.uniffiCloneHandle(),
        FfiConverterString.lower(experiment),
        FfiConverterString.lower(unit),uniffiCallStatus
    )
})
}

    /**
     * Remembers the variant that a unit was given.
     */
open func put(experiment: String, unit: String, variant: String)throws   {try rustCallWithError(FfiConverterTypeListenerError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_stickystore_put(
            self.uniffiCloneHandle(),
        FfiConverterString.lower(experiment),
        FfiConverterString.lower(unit),
        FfiConverterString.lower(variant),uniffiCallStatus
    )
}
}



}



// Put the implementation in a struct so we don't pollute the top-level namespace
fileprivate struct UniffiCallbackInterfaceStickyStore {

    // Create the VTable using a series of closures.
    // Swift automatically converts these into C callback functions.
    //
    // Store the vtable directly.
    static let vtable: UniffiVTableCallbackInterfaceStickyStore = UniffiVTableCallbackInterfaceStickyStore(
        uniffiFree: { (uniffiHandle: UInt64) -> () in
            do {
                try FfiConverterTypeStickyStore.handleMap.remove(handle: uniffiHandle)
            } catch {
                print("Uniffi callback interface StickyStore: handle missing in uniffiFree")
            }
        },
        uniffiClone: { (uniffiHandle: UInt64) -> UInt64 in
            do {
                return try FfiConverterTypeStickyStore.handleMap.clone(handle: uniffiHandle)
            } catch {
                fatalError("Uniffi callback interface StickyStore: handle missing in uniffiClone")
            }
        },
        get: { (
            uniffiHandle: UInt64,
            experiment: RustBuffer,
            unit: RustBuffer,
            uniffiOutReturn: UnsafeMutablePointer<RustBuffer>,
            uniffiCallStatus: UnsafeMutablePointer<RustCallStatus>
        ) in
            let makeCall = {
                () throws -> String? in
                guard let uniffiObj = try? FfiConverterTypeStickyStore.handleMap.get(handle: uniffiHandle) else {
                    throw UniffiInternalError.unexpectedStaleHandle
                }
                return try uniffiObj.get(
                     experiment: try FfiConverterString.lift(experiment),
                     unit: try FfiConverterString.lift(unit)
                )
            }


            let writeReturn = { uniffiOutReturn.pointee = FfiConverterOptionString.lower($0) }
            uniffiTraitInterfaceCallWithError(
                callStatus: uniffiCallStatus,
                makeCall: makeCall,
                writeReturn: writeReturn,
                lowerError: FfiConverterTypeListenerError_lower
            )
        },
        put: { (
            uniffiHandle: UInt64,
            experiment: RustBuffer,
            unit: RustBuffer,
            variant: RustBuffer,
            uniffiOutReturn: UnsafeMutableRawPointer,
            uniffiCallStatus: UnsafeMutablePointer<RustCallStatus>
        ) in
            let makeCall = {
                () throws -> () in
                guard let uniffiObj = try? FfiConverterTypeStickyStore.handleMap.get(handle: uniffiHandle) else {
                    throw UniffiInternalError.unexpectedStaleHandle
                }
                return try uniffiObj.put(
                     experiment: try FfiConverterString.lift(experiment),
                     unit: try FfiConverterString.lift(unit),
                     variant: try FfiConverterString.lift(variant)
                )
            }


            let writeReturn = { () }
            uniffiTraitInterfaceCallWithError(
                callStatus: uniffiCallStatus,
                makeCall: makeCall,
                writeReturn: writeReturn,
                lowerError: FfiConverterTypeListenerError_lower
            )
        }
    )

    // Rust stores this pointer for future callback invocations, so it must live
    // for the process lifetime (not just for the init function call).
    //
    // `nonisolated(unsafe)` is needed under Swift 6 strict concurrency.
    // This is safe because the pointee is initialized once during static init
    // and never mutated by either side of the FFI.  Its fields are C function pointers.
    nonisolated(unsafe) static let vtablePtr: UnsafePointer<UniffiVTableCallbackInterfaceStickyStore> = {
        let ptr = UnsafeMutablePointer<UniffiVTableCallbackInterfaceStickyStore>.allocate(capacity: 1)
        ptr.initialize(to: vtable)
        return UnsafePointer(ptr)
    }()
}

private func uniffiCallbackInitStickyStore() {
    uniffi_vexil_ffi_fn_init_callback_vtable_stickystore(UniffiCallbackInterfaceStickyStore.vtablePtr)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeStickyStore: FfiConverter {
    fileprivate static let handleMap = UniffiHandleMap<StickyStore>()

    typealias FfiType = UInt64
    typealias SwiftType = StickyStore

    public static func lift(_ handle: UInt64) throws -> StickyStore {
        if ((handle & 1) == 0) {
            // Rust-generated handle, construct a new class that uses the handle to implement the
            // interface
            return StickyStoreImpl(unsafeFromHandle: handle)
        } else {
            // Swift-generated handle, get the object from the handle map
            return try handleMap.remove(handle: handle)
        }
    }

    public static func lower(_ value: StickyStore) -> UInt64 {
         if let rustImpl = value as? StickyStoreImpl {
             // Rust-implemented object.  Clone the handle and return it
            return rustImpl.uniffiCloneHandle()
         } else {
            // Swift object, generate a new vtable handle and return that.
            return handleMap.insert(obj: value)
         }
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> StickyStore {
        let handle: UInt64 = try readInt(&buf)
        return try lift(handle)
    }

    public static func write(_ value: StickyStore, into buf: inout [UInt8]) {
        writeInt(&buf, lower(value))
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeStickyStore_lift(_ handle: UInt64) throws -> StickyStore {
    return try FfiConverterTypeStickyStore.lift(handle)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeStickyStore_lower(_ value: StickyStore) -> UInt64 {
    return FfiConverterTypeStickyStore.lower(value)
}






/**
 * Listens until it is cancelled or dropped.
 */
public protocol SubscriptionProtocol: AnyObject, Sendable {

    /**
     * Listens no more. What is being told just now is still heard.
     */
    func cancel() throws

}
/**
 * Listens until it is cancelled or dropped.
 */
open class Subscription: SubscriptionProtocol, @unchecked Sendable {
    fileprivate let handle: UInt64

    /// Used to instantiate a [FFIObject] without an actual handle, for fakes in tests, mostly.
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public struct NoHandle {
        public init() {}
    }

    // TODO: We'd like this to be `private` but for Swifty reasons,
    // we can't implement `FfiConverter` without making this `required` and we can't
    // make it `required` without making it `public`.
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    required public init(unsafeFromHandle handle: UInt64) {
        self.handle = handle
    }

    // This constructor can be used to instantiate a fake object.
    // - Parameter noHandle: Placeholder value so we can have a constructor separate from the default empty one that may be implemented for classes extending [FFIObject].
    //
    // - Warning:
    //     Any object instantiated with this constructor cannot be passed to an actual Rust-backed object. Since there isn't a backing handle the FFI lower functions will crash.
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public init(noHandle: NoHandle) {
        self.handle = 0
    }

#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public func uniffiCloneHandle() -> UInt64 {
        return try! rustCall { uniffi_vexil_ffi_fn_clone_subscription(self.handle, $0) }
    }
    // No primary constructor declared for this class.

    deinit {
        if handle == 0 {
            // Mock objects have handle=0 don't try to free them
            return
        }

        try! rustCall { uniffi_vexil_ffi_fn_free_subscription(handle, $0) }
    }




    /**
     * Listens no more. What is being told just now is still heard.
     */
open func cancel()throws   {try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_subscription_cancel(
            self.uniffiCloneHandle(),uniffiCallStatus
    )
}
}



}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeSubscription: FfiConverter {
    typealias FfiType = UInt64
    typealias SwiftType = Subscription

    public static func lift(_ handle: UInt64) throws -> Subscription {
        return Subscription(unsafeFromHandle: handle)
    }

    public static func lower(_ value: Subscription) -> UInt64 {
        return value.uniffiCloneHandle()
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> Subscription {
        let handle: UInt64 = try readInt(&buf)
        return try lift(handle)
    }

    public static func write(_ value: Subscription, into buf: inout [UInt8]) {
        writeInt(&buf, lower(value))
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeSubscription_lift(_ handle: UInt64) throws -> Subscription {
    return try FfiConverterTypeSubscription.lift(handle)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeSubscription_lower(_ value: Subscription) -> UInt64 {
    return FfiConverterTypeSubscription.lower(value)
}






/**
 * A client of one environment.
 */
public protocol VexilClientProtocol: AnyObject, Sendable {

    /**
     * Stops: nobody is asked any more, and the C ABI knows the client no more. Whoever evaluates by this object is still
     * served what is held, which grows old.
     */
    func close() throws

    /**
     * The variant that an experiment gives a context, in JSON, with all that there is to say of it; none where it takes
     * no part.
     */
    func experiment(experiment: String, contextJson: String) throws  -> Assignment?

    /**
     * Evaluates, and tells how; the context in JSON.
     */
    func explain(key: String, contextJson: String) throws  -> Explanation

    /**
     * Asks the source now, and waits for the answer.
     */
    func forceRefresh() throws

    /**
     * The number of what a read may come to just now; it moves whenever that does.
     */
    func generation() throws  -> UInt64

    /**
     * The number by which the C ABI knows this client, until it is closed.
     */
    func number()  -> UInt64

    /**
     * The name of this process in telemetry, and in contexts as `instance.id`.
     */
    func instanceId() throws  -> String

    /**
     * Whether there are definitions to evaluate with, wherever they came from. A read without any gives the default, and
     * its details say `PROVIDER_NOT_READY`.
     */
    func isReady() throws  -> Bool

    /**
     * Hears when a key's value is another, evaluated for nobody in particular.
     */
    func onChange(namespace: String, key: String, listener: ChangeListener) throws  -> Subscription

    /**
     * As [`VexilClient::on_change`], evaluated for a context, in JSON.
     */
    func onChangeFor(namespace: String, key: String, contextJson: String, listener: ChangeListener) throws  -> Subscription

    /**
     * Hears whenever what a read may come to is another: [`VexilClient::generation`].
     */
    func onGeneration(listener: GenerationListener) throws  -> Subscription

    /**
     * Hears of every change of the state.
     */
    func onState(listener: StateListener) throws  -> Subscription

    /**
     * A client of one moment, for one request: all reads are by what is in force now, whatever comes meanwhile, and as
     * they are at a moment, as RFC 3339 has it; now, unless it is said. Everything else is the client's own, such as its
     * state. It holds on to those definitions until it is closed, which leaves this one open.
     *
     * `request_overrides_json` is an object of what the request says itself that keys are, below kills. Whether somebody
     * may ask for them is the host's matter.
     */
    func pinned(requestOverridesJson: String?, at: String?) throws  -> VexilClient

    /**
     * Puts other definitions in force, where the source is the program itself.
     */
    func put(definitions: String) throws

    /**
     * How the client stands.
     */
    func state() throws  -> ClientState

    /**
     * Removes all overrides.
     */
    func clearOverrides() throws

    /**
     * The override of a key.
     */
    func getOverride(key: String) throws  -> String?

    /**
     * The runtime value of a key: what was set, not what the key is without it.
     */
    func getRuntime(namespace: String, key: String) throws  -> String?

    /**
     * Every override.
     */
    func overrides() throws  -> [String: String]

    /**
     * Registers definitions, in JSON, for keys that the control plane may not know yet; each stands where what is in
     * force has no such key. All of them, or none where one is wrong.
     */
    func register(definitions: String) throws

    /**
     * Every key that is registered, ascending.
     */
    func registered() throws  -> [String]

    /**
     * Removes an override.
     */
    func removeOverride(key: String) throws

    /**
     * Removes a runtime value.
     */
    func removeRuntime(namespace: String, key: String) throws

    /**
     * Every runtime value of a namespace.
     */
    func runtimeValues(namespace: String) throws  -> [String: String]

    /**
     * Sets what a key is in this process, whatever is in force.
     */
    func setOverride(key: String, valueJson: String) throws

    /**
     * Sets a value while the program runs: in a namespace of the host's own for whoever asks or listens; in `features`,
     * `configs` and `experiments` it is an override of the key, under the same permission.
     */
    func setRuntime(namespace: String, key: String, valueJson: String) throws

    /**
     * Takes back what was registered for a key.
     */
    func unregister(key: String) throws

}
/**
 * A client of one environment.
 */
open class VexilClient: VexilClientProtocol, @unchecked Sendable {
    fileprivate let handle: UInt64

    /// Used to instantiate a [FFIObject] without an actual handle, for fakes in tests, mostly.
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public struct NoHandle {
        public init() {}
    }

    // TODO: We'd like this to be `private` but for Swifty reasons,
    // we can't implement `FfiConverter` without making this `required` and we can't
    // make it `required` without making it `public`.
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    required public init(unsafeFromHandle handle: UInt64) {
        self.handle = handle
    }

    // This constructor can be used to instantiate a fake object.
    // - Parameter noHandle: Placeholder value so we can have a constructor separate from the default empty one that may be implemented for classes extending [FFIObject].
    //
    // - Warning:
    //     Any object instantiated with this constructor cannot be passed to an actual Rust-backed object. Since there isn't a backing handle the FFI lower functions will crash.
#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public init(noHandle: NoHandle) {
        self.handle = 0
    }

#if swift(>=5.8)
    @_documentation(visibility: private)
#endif
    public func uniffiCloneHandle() -> UInt64 {
        return try! rustCall { uniffi_vexil_ffi_fn_clone_vexilclient(self.handle, $0) }
    }
    // No primary constructor declared for this class.

    deinit {
        if handle == 0 {
            // Mock objects have handle=0 don't try to free them
            return
        }

        try! rustCall { uniffi_vexil_ffi_fn_free_vexilclient(handle, $0) }
    }


    /**
     * As `start`, with the options that the environment variables of this process name (`docs/clients.md`). `sdk` is the
     * name and version of the package that calls this, such as `vexil-python/1.2.3`.
     */
public static func fromEnv(sdk: String? = nil)throws  -> VexilClient  {
    return try  FfiConverterTypeVexilClient_lift(try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_constructor_vexilclient_from_env(
        FfiConverterOptionString.lower(sdk),uniffiCallStatus
    )
})
}

    /**
     * Starts a client, and waits for the first definitions as long as the options say. `sticky` remembers which variants
     * units were given; it takes the place of the file that the options may name.
     */
public static func start(options: ClientOptions, sticky: StickyStore? = nil)throws  -> VexilClient  {
    return try  FfiConverterTypeVexilClient_lift(try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_constructor_vexilclient_start(
        FfiConverterTypeClientOptions_lower(options),
        FfiConverterOptionTypeStickyStore.lower(sticky),uniffiCallStatus
    )
})
}



    /**
     * Stops: nobody is asked any more, and the C ABI knows the client no more. Whoever evaluates by this object is still
     * served what is held, which grows old.
     */
open func close()throws   {try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_close(
            self.uniffiCloneHandle(),uniffiCallStatus
    )
}
}

    /**
     * The variant that an experiment gives a context, in JSON, with all that there is to say of it; none where it takes
     * no part.
     */
open func experiment(experiment: String, contextJson: String)throws  -> Assignment?  {
    return try  FfiConverterOptionTypeAssignment.lift(try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_experiment(
            self.uniffiCloneHandle(),
        FfiConverterString.lower(experiment),
        FfiConverterString.lower(contextJson),uniffiCallStatus
    )
})
}

    /**
     * Evaluates, and tells how; the context in JSON.
     */
open func explain(key: String, contextJson: String)throws  -> Explanation  {
    return try  FfiConverterTypeExplanation_lift(try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_explain(
            self.uniffiCloneHandle(),
        FfiConverterString.lower(key),
        FfiConverterString.lower(contextJson),uniffiCallStatus
    )
})
}

    /**
     * Asks the source now, and waits for the answer.
     */
open func forceRefresh()throws   {try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_force_refresh(
            self.uniffiCloneHandle(),uniffiCallStatus
    )
}
}

    /**
     * The number of what a read may come to just now; it moves whenever that does.
     */
open func generation()throws  -> UInt64  {
    return try  FfiConverterUInt64.lift(try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_generation(
            self.uniffiCloneHandle(),uniffiCallStatus
    )
})
}

    /**
     * The number by which the C ABI knows this client, until it is closed.
     */
open func number() -> UInt64  {
    return try!  FfiConverterUInt64.lift(try! rustCall() {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_handle(
            self.uniffiCloneHandle(),uniffiCallStatus
    )
})
}

    /**
     * The name of this process in telemetry, and in contexts as `instance.id`.
     */
open func instanceId()throws  -> String  {
    return try  FfiConverterString.lift(try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_instance_id(
            self.uniffiCloneHandle(),uniffiCallStatus
    )
})
}

    /**
     * Whether there are definitions to evaluate with, wherever they came from. A read without any gives the default, and
     * its details say `PROVIDER_NOT_READY`.
     */
open func isReady()throws  -> Bool  {
    return try  FfiConverterBool.lift(try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_is_ready(
            self.uniffiCloneHandle(),uniffiCallStatus
    )
})
}

    /**
     * Hears when a key's value is another, evaluated for nobody in particular.
     */
open func onChange(namespace: String, key: String, listener: ChangeListener)throws  -> Subscription  {
    return try  FfiConverterTypeSubscription_lift(try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_on_change(
            self.uniffiCloneHandle(),
        FfiConverterString.lower(namespace),
        FfiConverterString.lower(key),
        FfiConverterTypeChangeListener_lower(listener),uniffiCallStatus
    )
})
}

    /**
     * As [`VexilClient::on_change`], evaluated for a context, in JSON.
     */
open func onChangeFor(namespace: String, key: String, contextJson: String, listener: ChangeListener)throws  -> Subscription  {
    return try  FfiConverterTypeSubscription_lift(try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_on_change_for(
            self.uniffiCloneHandle(),
        FfiConverterString.lower(namespace),
        FfiConverterString.lower(key),
        FfiConverterString.lower(contextJson),
        FfiConverterTypeChangeListener_lower(listener),uniffiCallStatus
    )
})
}

    /**
     * Hears whenever what a read may come to is another: [`VexilClient::generation`].
     */
open func onGeneration(listener: GenerationListener)throws  -> Subscription  {
    return try  FfiConverterTypeSubscription_lift(try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_on_generation(
            self.uniffiCloneHandle(),
        FfiConverterTypeGenerationListener_lower(listener),uniffiCallStatus
    )
})
}

    /**
     * Hears of every change of the state.
     */
open func onState(listener: StateListener)throws  -> Subscription  {
    return try  FfiConverterTypeSubscription_lift(try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_on_state(
            self.uniffiCloneHandle(),
        FfiConverterTypeStateListener_lower(listener),uniffiCallStatus
    )
})
}

    /**
     * A client of one moment, for one request: all reads are by what is in force now, whatever comes meanwhile, and as
     * they are at a moment, as RFC 3339 has it; now, unless it is said. Everything else is the client's own, such as its
     * state. It holds on to those definitions until it is closed, which leaves this one open.
     *
     * `request_overrides_json` is an object of what the request says itself that keys are, below kills. Whether somebody
     * may ask for them is the host's matter.
     */
open func pinned(requestOverridesJson: String? = nil, at: String? = nil)throws  -> VexilClient  {
    return try  FfiConverterTypeVexilClient_lift(try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_pinned(
            self.uniffiCloneHandle(),
        FfiConverterOptionString.lower(requestOverridesJson),
        FfiConverterOptionString.lower(at),uniffiCallStatus
    )
})
}

    /**
     * Puts other definitions in force, where the source is the program itself.
     */
open func put(definitions: String)throws   {try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_put(
            self.uniffiCloneHandle(),
        FfiConverterString.lower(definitions),uniffiCallStatus
    )
}
}

    /**
     * How the client stands.
     */
open func state()throws  -> ClientState  {
    return try  FfiConverterTypeClientState_lift(try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_state(
            self.uniffiCloneHandle(),uniffiCallStatus
    )
})
}

    /**
     * Removes all overrides.
     */
open func clearOverrides()throws   {try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_clear_overrides(
            self.uniffiCloneHandle(),uniffiCallStatus
    )
}
}

    /**
     * The override of a key.
     */
open func getOverride(key: String)throws  -> String?  {
    return try  FfiConverterOptionString.lift(try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_get_override(
            self.uniffiCloneHandle(),
        FfiConverterString.lower(key),uniffiCallStatus
    )
})
}

    /**
     * The runtime value of a key: what was set, not what the key is without it.
     */
open func getRuntime(namespace: String, key: String)throws  -> String?  {
    return try  FfiConverterOptionString.lift(try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_get_runtime(
            self.uniffiCloneHandle(),
        FfiConverterString.lower(namespace),
        FfiConverterString.lower(key),uniffiCallStatus
    )
})
}

    /**
     * Every override.
     */
open func overrides()throws  -> [String: String]  {
    return try  FfiConverterDictionaryStringString.lift(try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_overrides(
            self.uniffiCloneHandle(),uniffiCallStatus
    )
})
}

    /**
     * Registers definitions, in JSON, for keys that the control plane may not know yet; each stands where what is in
     * force has no such key. All of them, or none where one is wrong.
     */
open func register(definitions: String)throws   {try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_register(
            self.uniffiCloneHandle(),
        FfiConverterString.lower(definitions),uniffiCallStatus
    )
}
}

    /**
     * Every key that is registered, ascending.
     */
open func registered()throws  -> [String]  {
    return try  FfiConverterSequenceString.lift(try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_registered(
            self.uniffiCloneHandle(),uniffiCallStatus
    )
})
}

    /**
     * Removes an override.
     */
open func removeOverride(key: String)throws   {try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_remove_override(
            self.uniffiCloneHandle(),
        FfiConverterString.lower(key),uniffiCallStatus
    )
}
}

    /**
     * Removes a runtime value.
     */
open func removeRuntime(namespace: String, key: String)throws   {try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_remove_runtime(
            self.uniffiCloneHandle(),
        FfiConverterString.lower(namespace),
        FfiConverterString.lower(key),uniffiCallStatus
    )
}
}

    /**
     * Every runtime value of a namespace.
     */
open func runtimeValues(namespace: String)throws  -> [String: String]  {
    return try  FfiConverterDictionaryStringString.lift(try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_runtime_values(
            self.uniffiCloneHandle(),
        FfiConverterString.lower(namespace),uniffiCallStatus
    )
})
}

    /**
     * Sets what a key is in this process, whatever is in force.
     */
open func setOverride(key: String, valueJson: String)throws   {try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_set_override(
            self.uniffiCloneHandle(),
        FfiConverterString.lower(key),
        FfiConverterString.lower(valueJson),uniffiCallStatus
    )
}
}

    /**
     * Sets a value while the program runs: in a namespace of the host's own for whoever asks or listens; in `features`,
     * `configs` and `experiments` it is an override of the key, under the same permission.
     */
open func setRuntime(namespace: String, key: String, valueJson: String)throws   {try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_set_runtime(
            self.uniffiCloneHandle(),
        FfiConverterString.lower(namespace),
        FfiConverterString.lower(key),
        FfiConverterString.lower(valueJson),uniffiCallStatus
    )
}
}

    /**
     * Takes back what was registered for a key.
     */
open func unregister(key: String)throws   {try rustCallWithError(FfiConverterTypeVexilError_lift) {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_method_vexilclient_unregister(
            self.uniffiCloneHandle(),
        FfiConverterString.lower(key),uniffiCallStatus
    )
}
}



}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeVexilClient: FfiConverter {
    typealias FfiType = UInt64
    typealias SwiftType = VexilClient

    public static func lift(_ handle: UInt64) throws -> VexilClient {
        return VexilClient(unsafeFromHandle: handle)
    }

    public static func lower(_ value: VexilClient) -> UInt64 {
        return value.uniffiCloneHandle()
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> VexilClient {
        let handle: UInt64 = try readInt(&buf)
        return try lift(handle)
    }

    public static func write(_ value: VexilClient, into buf: inout [UInt8]) {
        writeInt(&buf, lower(value))
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeVexilClient_lift(_ handle: UInt64) throws -> VexilClient {
    return try FfiConverterTypeVexilClient.lift(handle)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeVexilClient_lower(_ value: VexilClient) -> UInt64 {
    return FfiConverterTypeVexilClient.lower(value)
}




/**
 * The variant that an experiment gives.
 */
public struct Assignment: Equatable, Hashable {
    /**
     * The experiment's key.
     */
    public var experiment: String
    /**
     * The variant's id.
     */
    public var variant: String
    /**
     * The variant's name for people, where the definitions say it.
     */
    public var name: String?
    /**
     * Whether it is the variant that the others are compared with.
     */
    public var isControl: Bool
    /**
     * The variant's configuration, in JSON; `null` where it has none.
     */
    public var configJson: String
    /**
     * The unit that was assigned, such as the user's id; none where an override stands for it.
     */
    public var unit: String?
    /**
     * The attribute that names the unit: `user.id`.
     */
    public var unitAttribute: String
    /**
     * `EXPERIMENT` or `OVERRIDE`.
     */
    public var reason: String
    /**
     * The version of the definitions.
     */
    public var version: UInt64
    /**
     * Where they came from.
     */
    public var origin: String
    /**
     * How long nobody has said that they are the newest, in milliseconds; none while somebody does.
     */
    public var staleMs: UInt64?

    // Default memberwise initializers are never public by default, so we
    // declare one manually.
    public init(
        /**
         * The experiment's key.
         */experiment: String,
        /**
         * The variant's id.
         */variant: String,
        /**
         * The variant's name for people, where the definitions say it.
         */name: String?,
        /**
         * Whether it is the variant that the others are compared with.
         */isControl: Bool,
        /**
         * The variant's configuration, in JSON; `null` where it has none.
         */configJson: String,
        /**
         * The unit that was assigned, such as the user's id; none where an override stands for it.
         */unit: String?,
        /**
         * The attribute that names the unit: `user.id`.
         */unitAttribute: String,
        /**
         * `EXPERIMENT` or `OVERRIDE`.
         */reason: String,
        /**
         * The version of the definitions.
         */version: UInt64,
        /**
         * Where they came from.
         */origin: String,
        /**
         * How long nobody has said that they are the newest, in milliseconds; none while somebody does.
         */staleMs: UInt64?) {
        self.experiment = experiment
        self.variant = variant
        self.name = name
        self.isControl = isControl
        self.configJson = configJson
        self.unit = unit
        self.unitAttribute = unitAttribute
        self.reason = reason
        self.version = version
        self.origin = origin
        self.staleMs = staleMs
    }




}

#if compiler(>=6)
extension Assignment: Sendable {}
#endif

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeAssignment: FfiConverterRustBuffer {
    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> Assignment {
        return
            try Assignment(
                experiment: FfiConverterString.read(from: &buf),
                variant: FfiConverterString.read(from: &buf),
                name: FfiConverterOptionString.read(from: &buf),
                isControl: FfiConverterBool.read(from: &buf),
                configJson: FfiConverterString.read(from: &buf),
                unit: FfiConverterOptionString.read(from: &buf),
                unitAttribute: FfiConverterString.read(from: &buf),
                reason: FfiConverterString.read(from: &buf),
                version: FfiConverterUInt64.read(from: &buf),
                origin: FfiConverterString.read(from: &buf),
                staleMs: FfiConverterOptionUInt64.read(from: &buf)
        )
    }

    public static func write(_ value: Assignment, into buf: inout [UInt8]) {
        FfiConverterString.write(value.experiment, into: &buf)
        FfiConverterString.write(value.variant, into: &buf)
        FfiConverterOptionString.write(value.name, into: &buf)
        FfiConverterBool.write(value.isControl, into: &buf)
        FfiConverterString.write(value.configJson, into: &buf)
        FfiConverterOptionString.write(value.unit, into: &buf)
        FfiConverterString.write(value.unitAttribute, into: &buf)
        FfiConverterString.write(value.reason, into: &buf)
        FfiConverterUInt64.write(value.version, into: &buf)
        FfiConverterString.write(value.origin, into: &buf)
        FfiConverterOptionUInt64.write(value.staleMs, into: &buf)
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeAssignment_lift(_ buf: RustBuffer) throws -> Assignment {
    return try FfiConverterTypeAssignment.lift(buf)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeAssignment_lower(_ value: Assignment) -> RustBuffer {
    return FfiConverterTypeAssignment.lower(value)
}


/**
 * All options. Times are in milliseconds.
 */
public struct ClientOptions: Equatable, Hashable {
    /**
     * Where definitions come from.
     */
    public var source: SourceOptions
    /**
     * The environment. A control plane knows it by the key; another one than this is refused.
     */
    public var environment: String?
    /**
     * Definitions to begin with, until the source has answered, in JSON.
     */
    public var bootstrap: String?
    /**
     * How often the source is asked. 60,000.
     */
    public var pollingIntervalMs: UInt64?
    /**
     * How a control plane tells of changes. By server-sent events.
     */
    public var streaming: Streaming?
    /**
     * A stream from which nothing has come for so long is dead. 45,000.
     */
    public var silenceMs: UInt64?
    /**
     * How long one request may take. 10,000.
     */
    public var requestTimeoutMs: UInt64?
    /**
     * How long the start waits for the first definitions; it goes on without them. 5,000.
     */
    public var startTimeoutMs: UInt64?
    /**
     * The folder of the last known good; none is kept without one.
     */
    public var cacheFolder: String?
    /**
     * A last known good that is older is not taken; without it none is too old.
     */
    public var cacheMaxAgeMs: UInt64?
    /**
     * So many failures in a row make the connection's status an error. 3.
     */
    public var retryAttempts: UInt32?
    /**
     * The bound of the first wait before another try. 1,000.
     */
    public var retryBaseMs: UInt64?
    /**
     * The bound of all waits. 30,000.
     */
    public var retryMaxMs: UInt64?
    /**
     * What a read comes to without definitions.
     */
    public var fallback: Fallback?
    /**
     * Asks nobody.
     */
    public var offline: Bool
    /**
     * Starts no thread: a read that finds the polling interval over refreshes first.
     */
    public var threadless: Bool
    /**
     * The keys that snapshots must be signed with; without any, those that the control plane publishes.
     */
    public var trustedKeys: [TrustedKeyOptions]
    /**
     * Who vouches for the control plane by TLS, in place of the public authorities: certificates, in PEM.
     */
    public var certificates: String?
    /**
     * Whether overrides may be set. Where the source is no control plane.
     */
    public var allowOverrides: Bool?
    /**
     * The file where it is remembered which variants units were given in experiments that are `sticky`; without it they
     * are evaluated like all others.
     */
    public var stickyFile: String?
    /**
     * For how many pairs of an experiment and a unit there is room in that file. 100,000.
     */
    public var stickyCapacity: UInt32?
    /**
     * Whether the control plane is told what entries were evaluated to, how often, and which version is applied. True.
     */
    public var telemetry: Bool?
    /**
     * How often it is told. 30,000, a tenth more or less.
     */
    public var telemetryIntervalMs: UInt64?
    /**
     * Whether it is told which units met which variant of an experiment. True.
     */
    public var telemetryExposures: Bool?
    /**
     * The name and version of the package that hands these options over, such as `vexil-python/1.2.3`.
     */
    public var sdk: String?
    /**
     * `instance.id`: a name of its own for this process; a random one when absent.
     */
    public var instanceId: String?
    /**
     * `service.name`
     */
    public var serviceName: String?
    /**
     * `app.version`
     */
    public var appVersion: String?

    // Default memberwise initializers are never public by default, so we
    // declare one manually.
    public init(
        /**
         * Where definitions come from.
         */source: SourceOptions,
        /**
         * The environment. A control plane knows it by the key; another one than this is refused.
         */environment: String? = nil,
        /**
         * Definitions to begin with, until the source has answered, in JSON.
         */bootstrap: String? = nil,
        /**
         * How often the source is asked. 60,000.
         */pollingIntervalMs: UInt64? = nil,
        /**
         * How a control plane tells of changes. By server-sent events.
         */streaming: Streaming? = nil,
        /**
         * A stream from which nothing has come for so long is dead. 45,000.
         */silenceMs: UInt64? = nil,
        /**
         * How long one request may take. 10,000.
         */requestTimeoutMs: UInt64? = nil,
        /**
         * How long the start waits for the first definitions; it goes on without them. 5,000.
         */startTimeoutMs: UInt64? = nil,
        /**
         * The folder of the last known good; none is kept without one.
         */cacheFolder: String? = nil,
        /**
         * A last known good that is older is not taken; without it none is too old.
         */cacheMaxAgeMs: UInt64? = nil,
        /**
         * So many failures in a row make the connection's status an error. 3.
         */retryAttempts: UInt32? = nil,
        /**
         * The bound of the first wait before another try. 1,000.
         */retryBaseMs: UInt64? = nil,
        /**
         * The bound of all waits. 30,000.
         */retryMaxMs: UInt64? = nil,
        /**
         * What a read comes to without definitions.
         */fallback: Fallback? = nil,
        /**
         * Asks nobody.
         */offline: Bool = false,
        /**
         * Starts no thread: a read that finds the polling interval over refreshes first.
         */threadless: Bool = false,
        /**
         * The keys that snapshots must be signed with; without any, those that the control plane publishes.
         */trustedKeys: [TrustedKeyOptions] = [],
        /**
         * Who vouches for the control plane by TLS, in place of the public authorities: certificates, in PEM.
         */certificates: String? = nil,
        /**
         * Whether overrides may be set. Where the source is no control plane.
         */allowOverrides: Bool? = nil,
        /**
         * The file where it is remembered which variants units were given in experiments that are `sticky`; without it they
         * are evaluated like all others.
         */stickyFile: String? = nil,
        /**
         * For how many pairs of an experiment and a unit there is room in that file. 100,000.
         */stickyCapacity: UInt32? = nil,
        /**
         * Whether the control plane is told what entries were evaluated to, how often, and which version is applied. True.
         */telemetry: Bool? = nil,
        /**
         * How often it is told. 30,000, a tenth more or less.
         */telemetryIntervalMs: UInt64? = nil,
        /**
         * Whether it is told which units met which variant of an experiment. True.
         */telemetryExposures: Bool? = nil,
        /**
         * The name and version of the package that hands these options over, such as `vexil-python/1.2.3`.
         */sdk: String? = nil,
        /**
         * `instance.id`: a name of its own for this process; a random one when absent.
         */instanceId: String? = nil,
        /**
         * `service.name`
         */serviceName: String? = nil,
        /**
         * `app.version`
         */appVersion: String? = nil) {
        self.source = source
        self.environment = environment
        self.bootstrap = bootstrap
        self.pollingIntervalMs = pollingIntervalMs
        self.streaming = streaming
        self.silenceMs = silenceMs
        self.requestTimeoutMs = requestTimeoutMs
        self.startTimeoutMs = startTimeoutMs
        self.cacheFolder = cacheFolder
        self.cacheMaxAgeMs = cacheMaxAgeMs
        self.retryAttempts = retryAttempts
        self.retryBaseMs = retryBaseMs
        self.retryMaxMs = retryMaxMs
        self.fallback = fallback
        self.offline = offline
        self.threadless = threadless
        self.trustedKeys = trustedKeys
        self.certificates = certificates
        self.allowOverrides = allowOverrides
        self.stickyFile = stickyFile
        self.stickyCapacity = stickyCapacity
        self.telemetry = telemetry
        self.telemetryIntervalMs = telemetryIntervalMs
        self.telemetryExposures = telemetryExposures
        self.sdk = sdk
        self.instanceId = instanceId
        self.serviceName = serviceName
        self.appVersion = appVersion
    }




}

#if compiler(>=6)
extension ClientOptions: Sendable {}
#endif

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeClientOptions: FfiConverterRustBuffer {
    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> ClientOptions {
        return
            try ClientOptions(
                source: FfiConverterTypeSourceOptions.read(from: &buf),
                environment: FfiConverterOptionString.read(from: &buf),
                bootstrap: FfiConverterOptionString.read(from: &buf),
                pollingIntervalMs: FfiConverterOptionUInt64.read(from: &buf),
                streaming: FfiConverterOptionTypeStreaming.read(from: &buf),
                silenceMs: FfiConverterOptionUInt64.read(from: &buf),
                requestTimeoutMs: FfiConverterOptionUInt64.read(from: &buf),
                startTimeoutMs: FfiConverterOptionUInt64.read(from: &buf),
                cacheFolder: FfiConverterOptionString.read(from: &buf),
                cacheMaxAgeMs: FfiConverterOptionUInt64.read(from: &buf),
                retryAttempts: FfiConverterOptionUInt32.read(from: &buf),
                retryBaseMs: FfiConverterOptionUInt64.read(from: &buf),
                retryMaxMs: FfiConverterOptionUInt64.read(from: &buf),
                fallback: FfiConverterOptionTypeFallback.read(from: &buf),
                offline: FfiConverterBool.read(from: &buf),
                threadless: FfiConverterBool.read(from: &buf),
                trustedKeys: FfiConverterSequenceTypeTrustedKeyOptions.read(from: &buf),
                certificates: FfiConverterOptionString.read(from: &buf),
                allowOverrides: FfiConverterOptionBool.read(from: &buf),
                stickyFile: FfiConverterOptionString.read(from: &buf),
                stickyCapacity: FfiConverterOptionUInt32.read(from: &buf),
                telemetry: FfiConverterOptionBool.read(from: &buf),
                telemetryIntervalMs: FfiConverterOptionUInt64.read(from: &buf),
                telemetryExposures: FfiConverterOptionBool.read(from: &buf),
                sdk: FfiConverterOptionString.read(from: &buf),
                instanceId: FfiConverterOptionString.read(from: &buf),
                serviceName: FfiConverterOptionString.read(from: &buf),
                appVersion: FfiConverterOptionString.read(from: &buf)
        )
    }

    public static func write(_ value: ClientOptions, into buf: inout [UInt8]) {
        FfiConverterTypeSourceOptions.write(value.source, into: &buf)
        FfiConverterOptionString.write(value.environment, into: &buf)
        FfiConverterOptionString.write(value.bootstrap, into: &buf)
        FfiConverterOptionUInt64.write(value.pollingIntervalMs, into: &buf)
        FfiConverterOptionTypeStreaming.write(value.streaming, into: &buf)
        FfiConverterOptionUInt64.write(value.silenceMs, into: &buf)
        FfiConverterOptionUInt64.write(value.requestTimeoutMs, into: &buf)
        FfiConverterOptionUInt64.write(value.startTimeoutMs, into: &buf)
        FfiConverterOptionString.write(value.cacheFolder, into: &buf)
        FfiConverterOptionUInt64.write(value.cacheMaxAgeMs, into: &buf)
        FfiConverterOptionUInt32.write(value.retryAttempts, into: &buf)
        FfiConverterOptionUInt64.write(value.retryBaseMs, into: &buf)
        FfiConverterOptionUInt64.write(value.retryMaxMs, into: &buf)
        FfiConverterOptionTypeFallback.write(value.fallback, into: &buf)
        FfiConverterBool.write(value.offline, into: &buf)
        FfiConverterBool.write(value.threadless, into: &buf)
        FfiConverterSequenceTypeTrustedKeyOptions.write(value.trustedKeys, into: &buf)
        FfiConverterOptionString.write(value.certificates, into: &buf)
        FfiConverterOptionBool.write(value.allowOverrides, into: &buf)
        FfiConverterOptionString.write(value.stickyFile, into: &buf)
        FfiConverterOptionUInt32.write(value.stickyCapacity, into: &buf)
        FfiConverterOptionBool.write(value.telemetry, into: &buf)
        FfiConverterOptionUInt64.write(value.telemetryIntervalMs, into: &buf)
        FfiConverterOptionBool.write(value.telemetryExposures, into: &buf)
        FfiConverterOptionString.write(value.sdk, into: &buf)
        FfiConverterOptionString.write(value.instanceId, into: &buf)
        FfiConverterOptionString.write(value.serviceName, into: &buf)
        FfiConverterOptionString.write(value.appVersion, into: &buf)
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeClientOptions_lift(_ buf: RustBuffer) throws -> ClientOptions {
    return try FfiConverterTypeClientOptions.lift(buf)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeClientOptions_lower(_ value: ClientOptions) -> RustBuffer {
    return FfiConverterTypeClientOptions.lower(value)
}


/**
 * How a client stands. Moments are in milliseconds since the epoch.
 */
public struct ClientState: Equatable, Hashable {
    /**
     * Whether there are definitions to evaluate with, wherever they came from.
     */
    public var initialized: Bool
    /**
     * Whether the source is being asked just now.
     */
    public var syncing: Bool
    /**
     * How it stands with the source.
     */
    public var connection: ConnectionStatus
    /**
     * When the source last said what is in force.
     */
    public var lastSyncMs: Int64?
    /**
     * What last went wrong; it stays when things are well again.
     */
    public var lastError: SourceFailure?
    /**
     * The version that is evaluated with; 0 when there is none, and of sources that do not number.
     */
    public var version: UInt64
    /**
     * Where it came from: `none`, `bootstrap`, `cache`, `file`, `memory`, `remote`.
     */
    public var origin: String
    /**
     * Since when nobody has confirmed that it is the newest; none while somebody does.
     */
    public var staleSinceMs: Int64?
    /**
     * Static keys that have changed since the process booted with them.
     */
    public var restartRequired: [String]
    /**
     * How many overrides are set.
     */
    public var overrides: UInt64

    // Default memberwise initializers are never public by default, so we
    // declare one manually.
    public init(
        /**
         * Whether there are definitions to evaluate with, wherever they came from.
         */initialized: Bool,
        /**
         * Whether the source is being asked just now.
         */syncing: Bool,
        /**
         * How it stands with the source.
         */connection: ConnectionStatus,
        /**
         * When the source last said what is in force.
         */lastSyncMs: Int64?,
        /**
         * What last went wrong; it stays when things are well again.
         */lastError: SourceFailure?,
        /**
         * The version that is evaluated with; 0 when there is none, and of sources that do not number.
         */version: UInt64,
        /**
         * Where it came from: `none`, `bootstrap`, `cache`, `file`, `memory`, `remote`.
         */origin: String,
        /**
         * Since when nobody has confirmed that it is the newest; none while somebody does.
         */staleSinceMs: Int64?,
        /**
         * Static keys that have changed since the process booted with them.
         */restartRequired: [String],
        /**
         * How many overrides are set.
         */overrides: UInt64) {
        self.initialized = initialized
        self.syncing = syncing
        self.connection = connection
        self.lastSyncMs = lastSyncMs
        self.lastError = lastError
        self.version = version
        self.origin = origin
        self.staleSinceMs = staleSinceMs
        self.restartRequired = restartRequired
        self.overrides = overrides
    }




}

#if compiler(>=6)
extension ClientState: Sendable {}
#endif

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeClientState: FfiConverterRustBuffer {
    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> ClientState {
        return
            try ClientState(
                initialized: FfiConverterBool.read(from: &buf),
                syncing: FfiConverterBool.read(from: &buf),
                connection: FfiConverterTypeConnectionStatus.read(from: &buf),
                lastSyncMs: FfiConverterOptionInt64.read(from: &buf),
                lastError: FfiConverterOptionTypeSourceFailure.read(from: &buf),
                version: FfiConverterUInt64.read(from: &buf),
                origin: FfiConverterString.read(from: &buf),
                staleSinceMs: FfiConverterOptionInt64.read(from: &buf),
                restartRequired: FfiConverterSequenceString.read(from: &buf),
                overrides: FfiConverterUInt64.read(from: &buf)
        )
    }

    public static func write(_ value: ClientState, into buf: inout [UInt8]) {
        FfiConverterBool.write(value.initialized, into: &buf)
        FfiConverterBool.write(value.syncing, into: &buf)
        FfiConverterTypeConnectionStatus.write(value.connection, into: &buf)
        FfiConverterOptionInt64.write(value.lastSyncMs, into: &buf)
        FfiConverterOptionTypeSourceFailure.write(value.lastError, into: &buf)
        FfiConverterUInt64.write(value.version, into: &buf)
        FfiConverterString.write(value.origin, into: &buf)
        FfiConverterOptionInt64.write(value.staleSinceMs, into: &buf)
        FfiConverterSequenceString.write(value.restartRequired, into: &buf)
        FfiConverterUInt64.write(value.overrides, into: &buf)
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeClientState_lift(_ buf: RustBuffer) throws -> ClientState {
    return try FfiConverterTypeClientState.lift(buf)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeClientState_lower(_ value: ClientState) -> RustBuffer {
    return FfiConverterTypeClientState.lower(value)
}


/**
 * A row of the table of codes, for hosts that hold their list against it.
 */
public struct CodeRow: Equatable, Hashable {
    /**
     * The number, as it crosses.
     */
    public var number: Int32
    /**
     * The stable name.
     */
    public var name: String
    /**
     * What it means, for a person.
     */
    public var meaning: String

    // Default memberwise initializers are never public by default, so we
    // declare one manually.
    public init(
        /**
         * The number, as it crosses.
         */number: Int32,
        /**
         * The stable name.
         */name: String,
        /**
         * What it means, for a person.
         */meaning: String) {
        self.number = number
        self.name = name
        self.meaning = meaning
    }




}

#if compiler(>=6)
extension CodeRow: Sendable {}
#endif

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeCodeRow: FfiConverterRustBuffer {
    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> CodeRow {
        return
            try CodeRow(
                number: FfiConverterInt32.read(from: &buf),
                name: FfiConverterString.read(from: &buf),
                meaning: FfiConverterString.read(from: &buf)
        )
    }

    public static func write(_ value: CodeRow, into buf: inout [UInt8]) {
        FfiConverterInt32.write(value.number, into: &buf)
        FfiConverterString.write(value.name, into: &buf)
        FfiConverterString.write(value.meaning, into: &buf)
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeCodeRow_lift(_ buf: RustBuffer) throws -> CodeRow {
    return try FfiConverterTypeCodeRow.lift(buf)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeCodeRow_lower(_ value: CodeRow) -> RustBuffer {
    return FfiConverterTypeCodeRow.lower(value)
}


/**
 * How an evaluation came about.
 */
public struct Explanation: Equatable, Hashable {
    /**
     * For a person to read.
     */
    public var text: String
    /**
     * The same steps, in JSON.
     */
    public var json: String

    // Default memberwise initializers are never public by default, so we
    // declare one manually.
    public init(
        /**
         * For a person to read.
         */text: String,
        /**
         * The same steps, in JSON.
         */json: String) {
        self.text = text
        self.json = json
    }




}

#if compiler(>=6)
extension Explanation: Sendable {}
#endif

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeExplanation: FfiConverterRustBuffer {
    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> Explanation {
        return
            try Explanation(
                text: FfiConverterString.read(from: &buf),
                json: FfiConverterString.read(from: &buf)
        )
    }

    public static func write(_ value: Explanation, into buf: inout [UInt8]) {
        FfiConverterString.write(value.text, into: &buf)
        FfiConverterString.write(value.json, into: &buf)
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeExplanation_lift(_ buf: RustBuffer) throws -> Explanation {
    return try FfiConverterTypeExplanation.lift(buf)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeExplanation_lower(_ value: Explanation) -> RustBuffer {
    return FfiConverterTypeExplanation.lower(value)
}


/**
 * Something that went wrong, and when.
 */
public struct SourceFailure: Equatable, Hashable {
    /**
     * A number of the table of codes.
     */
    public var code: Int32
    /**
     * Its stable name.
     */
    public var name: String
    /**
     * What exactly, for a person.
     */
    public var message: String
    /**
     * When, in milliseconds since the epoch.
     */
    public var atMs: Int64

    // Default memberwise initializers are never public by default, so we
    // declare one manually.
    public init(
        /**
         * A number of the table of codes.
         */code: Int32,
        /**
         * Its stable name.
         */name: String,
        /**
         * What exactly, for a person.
         */message: String,
        /**
         * When, in milliseconds since the epoch.
         */atMs: Int64) {
        self.code = code
        self.name = name
        self.message = message
        self.atMs = atMs
    }




}

#if compiler(>=6)
extension SourceFailure: Sendable {}
#endif

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeSourceFailure: FfiConverterRustBuffer {
    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> SourceFailure {
        return
            try SourceFailure(
                code: FfiConverterInt32.read(from: &buf),
                name: FfiConverterString.read(from: &buf),
                message: FfiConverterString.read(from: &buf),
                atMs: FfiConverterInt64.read(from: &buf)
        )
    }

    public static func write(_ value: SourceFailure, into buf: inout [UInt8]) {
        FfiConverterInt32.write(value.code, into: &buf)
        FfiConverterString.write(value.name, into: &buf)
        FfiConverterString.write(value.message, into: &buf)
        FfiConverterInt64.write(value.atMs, into: &buf)
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeSourceFailure_lift(_ buf: RustBuffer) throws -> SourceFailure {
    return try FfiConverterTypeSourceFailure.lift(buf)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeSourceFailure_lower(_ value: SourceFailure) -> RustBuffer {
    return FfiConverterTypeSourceFailure.lower(value)
}


/**
 * A key that snapshots must be signed with.
 */
public struct TrustedKeyOptions: Equatable, Hashable {
    /**
     * Its id.
     */
    public var id: String
    /**
     * 32 bytes of Ed25519, in base64url without padding.
     */
    public var `public`: String

    // Default memberwise initializers are never public by default, so we
    // declare one manually.
    public init(
        /**
         * Its id.
         */id: String,
        /**
         * 32 bytes of Ed25519, in base64url without padding.
         */`public`: String) {
        self.id = id
        self.`public` = `public`
    }




}

#if compiler(>=6)
extension TrustedKeyOptions: Sendable {}
#endif

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeTrustedKeyOptions: FfiConverterRustBuffer {
    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> TrustedKeyOptions {
        return
            try TrustedKeyOptions(
                id: FfiConverterString.read(from: &buf),
                public: FfiConverterString.read(from: &buf)
        )
    }

    public static func write(_ value: TrustedKeyOptions, into buf: inout [UInt8]) {
        FfiConverterString.write(value.id, into: &buf)
        FfiConverterString.write(value.`public`, into: &buf)
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeTrustedKeyOptions_lift(_ buf: RustBuffer) throws -> TrustedKeyOptions {
    return try FfiConverterTypeTrustedKeyOptions.lift(buf)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeTrustedKeyOptions_lower(_ value: TrustedKeyOptions) -> RustBuffer {
    return FfiConverterTypeTrustedKeyOptions.lower(value)
}


/**
 * A key whose value is another.
 */
public struct ValueChange: Equatable, Hashable {
    /**
     * `features`, `configs`, `experiments`, or what the host has named.
     */
    public var namespace: String
    /**
     * The key.
     */
    public var key: String
    /**
     * What it was, in JSON; none where there was nothing.
     */
    public var oldJson: String?
    /**
     * What it is, in JSON.
     */
    public var newJson: String?
    /**
     * Where the new one came from.
     */
    public var origin: String

    // Default memberwise initializers are never public by default, so we
    // declare one manually.
    public init(
        /**
         * `features`, `configs`, `experiments`, or what the host has named.
         */namespace: String,
        /**
         * The key.
         */key: String,
        /**
         * What it was, in JSON; none where there was nothing.
         */oldJson: String?,
        /**
         * What it is, in JSON.
         */newJson: String?,
        /**
         * Where the new one came from.
         */origin: String) {
        self.namespace = namespace
        self.key = key
        self.oldJson = oldJson
        self.newJson = newJson
        self.origin = origin
    }




}

#if compiler(>=6)
extension ValueChange: Sendable {}
#endif

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeValueChange: FfiConverterRustBuffer {
    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> ValueChange {
        return
            try ValueChange(
                namespace: FfiConverterString.read(from: &buf),
                key: FfiConverterString.read(from: &buf),
                oldJson: FfiConverterOptionString.read(from: &buf),
                newJson: FfiConverterOptionString.read(from: &buf),
                origin: FfiConverterString.read(from: &buf)
        )
    }

    public static func write(_ value: ValueChange, into buf: inout [UInt8]) {
        FfiConverterString.write(value.namespace, into: &buf)
        FfiConverterString.write(value.key, into: &buf)
        FfiConverterOptionString.write(value.oldJson, into: &buf)
        FfiConverterOptionString.write(value.newJson, into: &buf)
        FfiConverterString.write(value.origin, into: &buf)
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeValueChange_lift(_ buf: RustBuffer) throws -> ValueChange {
    return try FfiConverterTypeValueChange.lift(buf)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeValueChange_lower(_ value: ValueChange) -> RustBuffer {
    return FfiConverterTypeValueChange.lower(value)
}


/**
 * How it stands with the source.
 */

public enum ConnectionStatus: Equatable, Hashable {

    /**
     * Nobody is asked: before the start, offline, after the end; and between two tries.
     */
    case disconnected
    /**
     * The first answer is waited for.
     */
    case connecting
    /**
     * The last answer was a good one; of a stream, it is open.
     */
    case connected
    /**
     * As many tries in a row failed as the options name. It is tried again all the same.
     */
    case error





}

#if compiler(>=6)
extension ConnectionStatus: Sendable {}
#endif

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeConnectionStatus: FfiConverterRustBuffer {
    typealias SwiftType = ConnectionStatus

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> ConnectionStatus {
        let variant: Int32 = try readInt(&buf)
        switch variant {

        case 1: return .disconnected

        case 2: return .connecting

        case 3: return .connected

        case 4: return .error

        default: throw UniffiInternalError.unexpectedEnumCase
        }
    }

    public static func write(_ value: ConnectionStatus, into buf: inout [UInt8]) {
        switch value {


        case .disconnected:
            writeInt(&buf, Int32(1))


        case .connecting:
            writeInt(&buf, Int32(2))


        case .connected:
            writeInt(&buf, Int32(3))


        case .error:
            writeInt(&buf, Int32(4))

        }
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeConnectionStatus_lift(_ buf: RustBuffer) throws -> ConnectionStatus {
    return try FfiConverterTypeConnectionStatus.lift(buf)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeConnectionStatus_lower(_ value: ConnectionStatus) -> RustBuffer {
    return FfiConverterTypeConnectionStatus.lower(value)
}



/**
 * What a read comes to without definitions.
 */

public enum Fallback: Equatable, Hashable {

    /**
     * The last known good, and without one the caller's default.
     */
    case cache
    /**
     * The caller's default; nothing is read from disk.
     */
    case `default`
    /**
     * As `cache`; a client that finds none, nor an answer in time, does not start. No read is an error.
     */
    case `throw`





}

#if compiler(>=6)
extension Fallback: Sendable {}
#endif

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeFallback: FfiConverterRustBuffer {
    typealias SwiftType = Fallback

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> Fallback {
        let variant: Int32 = try readInt(&buf)
        switch variant {

        case 1: return .cache

        case 2: return .`default`

        case 3: return .`throw`

        default: throw UniffiInternalError.unexpectedEnumCase
        }
    }

    public static func write(_ value: Fallback, into buf: inout [UInt8]) {
        switch value {


        case .cache:
            writeInt(&buf, Int32(1))


        case .`default`:
            writeInt(&buf, Int32(2))


        case .`throw`:
            writeInt(&buf, Int32(3))

        }
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeFallback_lift(_ buf: RustBuffer) throws -> Fallback {
    return try FfiConverterTypeFallback.lift(buf)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeFallback_lower(_ value: Fallback) -> RustBuffer {
    return FfiConverterTypeFallback.lower(value)
}



/**
 * What a listener of a host failed with. Nobody here can do anything about it.
 */
public
enum ListenerError: Swift.Error, Equatable, Hashable, Foundation.LocalizedError {



    /**
     * It threw.
     */
    case Threw(
        /**
         * What the host says of it.
         */reason: String
    )






    public var errorDescription: String? {
        String(reflecting: self)
    }

}

#if compiler(>=6)
extension ListenerError: Sendable {}
#endif

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeListenerError: FfiConverterRustBuffer {
    typealias SwiftType = ListenerError

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> ListenerError {
        let variant: Int32 = try readInt(&buf)
        switch variant {




        case 1: return .Threw(
            reason: try FfiConverterString.read(from: &buf)
            )

         default: throw UniffiInternalError.unexpectedEnumCase
        }
    }

    public static func write(_ value: ListenerError, into buf: inout [UInt8]) {
        switch value {





        case let .Threw(reason):
            writeInt(&buf, Int32(1))
            FfiConverterString.write(reason, into: &buf)

        }
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeListenerError_lift(_ buf: RustBuffer) throws -> ListenerError {
    return try FfiConverterTypeListenerError.lift(buf)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeListenerError_lower(_ value: ListenerError) -> RustBuffer {
    return FfiConverterTypeListenerError.lower(value)
}


/**
 * Where definitions come from.
 */

public enum SourceOptions: Equatable, Hashable {

    /**
     * A control plane, asked over HTTP.
     */
    case http(
        /**
         * Its address: `https://flags.example.com`.
         */url: String,
        /**
         * An SDK key, of one environment.
         */key: String
    )
    /**
     * A file with definitions, in JSON; watched.
     */
    case file(
        /**
         * Where it is.
         */path: String
    )
    /**
     * The definitions themselves, in JSON.
     */
    case memory(
        /**
         * A bundle, a list, or one definition.
         */definitions: String
    )





}

#if compiler(>=6)
extension SourceOptions: Sendable {}
#endif

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeSourceOptions: FfiConverterRustBuffer {
    typealias SwiftType = SourceOptions

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> SourceOptions {
        let variant: Int32 = try readInt(&buf)
        switch variant {

        case 1: return .http(url: try FfiConverterString.read(from: &buf), key: try FfiConverterString.read(from: &buf)
        )

        case 2: return .file(path: try FfiConverterString.read(from: &buf)
        )

        case 3: return .memory(definitions: try FfiConverterString.read(from: &buf)
        )

        default: throw UniffiInternalError.unexpectedEnumCase
        }
    }

    public static func write(_ value: SourceOptions, into buf: inout [UInt8]) {
        switch value {


        case let .http(url,key):
            writeInt(&buf, Int32(1))
            FfiConverterString.write(url, into: &buf)
            FfiConverterString.write(key, into: &buf)


        case let .file(path):
            writeInt(&buf, Int32(2))
            FfiConverterString.write(path, into: &buf)


        case let .memory(definitions):
            writeInt(&buf, Int32(3))
            FfiConverterString.write(definitions, into: &buf)

        }
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeSourceOptions_lift(_ buf: RustBuffer) throws -> SourceOptions {
    return try FfiConverterTypeSourceOptions.lift(buf)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeSourceOptions_lower(_ value: SourceOptions) -> RustBuffer {
    return FfiConverterTypeSourceOptions.lower(value)
}



/**
 * How a control plane tells of changes.
 */

public enum Streaming: Equatable, Hashable {

    /**
     * It is asked every now and then.
     */
    case off
    /**
     * Server-sent events; asked every now and then while they are away.
     */
    case events
    /**
     * A WebSocket; likewise.
     */
    case webSocket





}

#if compiler(>=6)
extension Streaming: Sendable {}
#endif

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeStreaming: FfiConverterRustBuffer {
    typealias SwiftType = Streaming

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> Streaming {
        let variant: Int32 = try readInt(&buf)
        switch variant {

        case 1: return .off

        case 2: return .events

        case 3: return .webSocket

        default: throw UniffiInternalError.unexpectedEnumCase
        }
    }

    public static func write(_ value: Streaming, into buf: inout [UInt8]) {
        switch value {


        case .off:
            writeInt(&buf, Int32(1))


        case .events:
            writeInt(&buf, Int32(2))


        case .webSocket:
            writeInt(&buf, Int32(3))

        }
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeStreaming_lift(_ buf: RustBuffer) throws -> Streaming {
    return try FfiConverterTypeStreaming.lift(buf)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeStreaming_lower(_ value: Streaming) -> RustBuffer {
    return FfiConverterTypeStreaming.lower(value)
}



/**
 * Why a call failed. `code` is a number of the table of codes.
 */
public
enum VexilError: Swift.Error, Equatable, Hashable, Foundation.LocalizedError {



    /**
     * The options are none, or contradict each other.
     */
    case Options(
        /**
         * Its number.
         */code: Int32,
        /**
         * What exactly, for a person.
         */reason: String
    )
    /**
     * There are no definitions, and the options say that this is an error.
     */
    case NotReady(
        /**
         * Its number: of what kept them away.
         */code: Int32,
        /**
         * What exactly, for a person.
         */reason: String
    )
    /**
     * The source, or the last known good on disk, could not be read.
     */
    case Source(
        /**
         * Its number.
         */code: Int32,
        /**
         * What exactly, for a person.
         */reason: String
    )
    /**
     * An argument is not what is asked for.
     */
    case Argument(
        /**
         * Its number.
         */code: Int32,
        /**
         * What exactly, for a person.
         */reason: String
    )
    /**
     * A fault of this library or of the system below it.
     */
    case Internal(
        /**
         * Its number.
         */code: Int32,
        /**
         * What exactly, for a person.
         */reason: String
    )






    public var errorDescription: String? {
        String(reflecting: self)
    }

}

#if compiler(>=6)
extension VexilError: Sendable {}
#endif

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct FfiConverterTypeVexilError: FfiConverterRustBuffer {
    typealias SwiftType = VexilError

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> VexilError {
        let variant: Int32 = try readInt(&buf)
        switch variant {




        case 1: return .Options(
            code: try FfiConverterInt32.read(from: &buf),
            reason: try FfiConverterString.read(from: &buf)
            )
        case 2: return .NotReady(
            code: try FfiConverterInt32.read(from: &buf),
            reason: try FfiConverterString.read(from: &buf)
            )
        case 3: return .Source(
            code: try FfiConverterInt32.read(from: &buf),
            reason: try FfiConverterString.read(from: &buf)
            )
        case 4: return .Argument(
            code: try FfiConverterInt32.read(from: &buf),
            reason: try FfiConverterString.read(from: &buf)
            )
        case 5: return .Internal(
            code: try FfiConverterInt32.read(from: &buf),
            reason: try FfiConverterString.read(from: &buf)
            )

         default: throw UniffiInternalError.unexpectedEnumCase
        }
    }

    public static func write(_ value: VexilError, into buf: inout [UInt8]) {
        switch value {





        case let .Options(code,reason):
            writeInt(&buf, Int32(1))
            FfiConverterInt32.write(code, into: &buf)
            FfiConverterString.write(reason, into: &buf)


        case let .NotReady(code,reason):
            writeInt(&buf, Int32(2))
            FfiConverterInt32.write(code, into: &buf)
            FfiConverterString.write(reason, into: &buf)


        case let .Source(code,reason):
            writeInt(&buf, Int32(3))
            FfiConverterInt32.write(code, into: &buf)
            FfiConverterString.write(reason, into: &buf)


        case let .Argument(code,reason):
            writeInt(&buf, Int32(4))
            FfiConverterInt32.write(code, into: &buf)
            FfiConverterString.write(reason, into: &buf)


        case let .Internal(code,reason):
            writeInt(&buf, Int32(5))
            FfiConverterInt32.write(code, into: &buf)
            FfiConverterString.write(reason, into: &buf)

        }
    }
}


#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeVexilError_lift(_ buf: RustBuffer) throws -> VexilError {
    return try FfiConverterTypeVexilError.lift(buf)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public func FfiConverterTypeVexilError_lower(_ value: VexilError) -> RustBuffer {
    return FfiConverterTypeVexilError.lower(value)
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterOptionUInt32: FfiConverterRustBuffer {
    typealias SwiftType = UInt32?

    public static func write(_ value: SwiftType, into buf: inout [UInt8]) {
        guard let value = value else {
            writeInt(&buf, Int8(0))
            return
        }
        writeInt(&buf, Int8(1))
        FfiConverterUInt32.write(value, into: &buf)
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> SwiftType {
        switch try readInt(&buf) as Int8 {
        case 0: return nil
        case 1: return try FfiConverterUInt32.read(from: &buf)
        default: throw UniffiInternalError.unexpectedOptionalTag
        }
    }
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterOptionUInt64: FfiConverterRustBuffer {
    typealias SwiftType = UInt64?

    public static func write(_ value: SwiftType, into buf: inout [UInt8]) {
        guard let value = value else {
            writeInt(&buf, Int8(0))
            return
        }
        writeInt(&buf, Int8(1))
        FfiConverterUInt64.write(value, into: &buf)
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> SwiftType {
        switch try readInt(&buf) as Int8 {
        case 0: return nil
        case 1: return try FfiConverterUInt64.read(from: &buf)
        default: throw UniffiInternalError.unexpectedOptionalTag
        }
    }
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterOptionInt64: FfiConverterRustBuffer {
    typealias SwiftType = Int64?

    public static func write(_ value: SwiftType, into buf: inout [UInt8]) {
        guard let value = value else {
            writeInt(&buf, Int8(0))
            return
        }
        writeInt(&buf, Int8(1))
        FfiConverterInt64.write(value, into: &buf)
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> SwiftType {
        switch try readInt(&buf) as Int8 {
        case 0: return nil
        case 1: return try FfiConverterInt64.read(from: &buf)
        default: throw UniffiInternalError.unexpectedOptionalTag
        }
    }
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterOptionBool: FfiConverterRustBuffer {
    typealias SwiftType = Bool?

    public static func write(_ value: SwiftType, into buf: inout [UInt8]) {
        guard let value = value else {
            writeInt(&buf, Int8(0))
            return
        }
        writeInt(&buf, Int8(1))
        FfiConverterBool.write(value, into: &buf)
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> SwiftType {
        switch try readInt(&buf) as Int8 {
        case 0: return nil
        case 1: return try FfiConverterBool.read(from: &buf)
        default: throw UniffiInternalError.unexpectedOptionalTag
        }
    }
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterOptionString: FfiConverterRustBuffer {
    typealias SwiftType = String?

    public static func write(_ value: SwiftType, into buf: inout [UInt8]) {
        guard let value = value else {
            writeInt(&buf, Int8(0))
            return
        }
        writeInt(&buf, Int8(1))
        FfiConverterString.write(value, into: &buf)
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> SwiftType {
        switch try readInt(&buf) as Int8 {
        case 0: return nil
        case 1: return try FfiConverterString.read(from: &buf)
        default: throw UniffiInternalError.unexpectedOptionalTag
        }
    }
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterOptionTypeStickyStore: FfiConverterRustBuffer {
    typealias SwiftType = StickyStore?

    public static func write(_ value: SwiftType, into buf: inout [UInt8]) {
        guard let value = value else {
            writeInt(&buf, Int8(0))
            return
        }
        writeInt(&buf, Int8(1))
        FfiConverterTypeStickyStore.write(value, into: &buf)
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> SwiftType {
        switch try readInt(&buf) as Int8 {
        case 0: return nil
        case 1: return try FfiConverterTypeStickyStore.read(from: &buf)
        default: throw UniffiInternalError.unexpectedOptionalTag
        }
    }
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterOptionTypeAssignment: FfiConverterRustBuffer {
    typealias SwiftType = Assignment?

    public static func write(_ value: SwiftType, into buf: inout [UInt8]) {
        guard let value = value else {
            writeInt(&buf, Int8(0))
            return
        }
        writeInt(&buf, Int8(1))
        FfiConverterTypeAssignment.write(value, into: &buf)
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> SwiftType {
        switch try readInt(&buf) as Int8 {
        case 0: return nil
        case 1: return try FfiConverterTypeAssignment.read(from: &buf)
        default: throw UniffiInternalError.unexpectedOptionalTag
        }
    }
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterOptionTypeSourceFailure: FfiConverterRustBuffer {
    typealias SwiftType = SourceFailure?

    public static func write(_ value: SwiftType, into buf: inout [UInt8]) {
        guard let value = value else {
            writeInt(&buf, Int8(0))
            return
        }
        writeInt(&buf, Int8(1))
        FfiConverterTypeSourceFailure.write(value, into: &buf)
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> SwiftType {
        switch try readInt(&buf) as Int8 {
        case 0: return nil
        case 1: return try FfiConverterTypeSourceFailure.read(from: &buf)
        default: throw UniffiInternalError.unexpectedOptionalTag
        }
    }
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterOptionTypeFallback: FfiConverterRustBuffer {
    typealias SwiftType = Fallback?

    public static func write(_ value: SwiftType, into buf: inout [UInt8]) {
        guard let value = value else {
            writeInt(&buf, Int8(0))
            return
        }
        writeInt(&buf, Int8(1))
        FfiConverterTypeFallback.write(value, into: &buf)
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> SwiftType {
        switch try readInt(&buf) as Int8 {
        case 0: return nil
        case 1: return try FfiConverterTypeFallback.read(from: &buf)
        default: throw UniffiInternalError.unexpectedOptionalTag
        }
    }
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterOptionTypeStreaming: FfiConverterRustBuffer {
    typealias SwiftType = Streaming?

    public static func write(_ value: SwiftType, into buf: inout [UInt8]) {
        guard let value = value else {
            writeInt(&buf, Int8(0))
            return
        }
        writeInt(&buf, Int8(1))
        FfiConverterTypeStreaming.write(value, into: &buf)
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> SwiftType {
        switch try readInt(&buf) as Int8 {
        case 0: return nil
        case 1: return try FfiConverterTypeStreaming.read(from: &buf)
        default: throw UniffiInternalError.unexpectedOptionalTag
        }
    }
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterSequenceString: FfiConverterRustBuffer {
    typealias SwiftType = [String]

    public static func write(_ value: [String], into buf: inout [UInt8]) {
        let len = Int32(value.count)
        writeInt(&buf, len)
        for item in value {
            FfiConverterString.write(item, into: &buf)
        }
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> [String] {
        let len: Int32 = try readInt(&buf)
        var seq = [String]()
        seq.reserveCapacity(Int(len))
        for _ in 0 ..< len {
            seq.append(try FfiConverterString.read(from: &buf))
        }
        return seq
    }
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterSequenceTypeCodeRow: FfiConverterRustBuffer {
    typealias SwiftType = [CodeRow]

    public static func write(_ value: [CodeRow], into buf: inout [UInt8]) {
        let len = Int32(value.count)
        writeInt(&buf, len)
        for item in value {
            FfiConverterTypeCodeRow.write(item, into: &buf)
        }
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> [CodeRow] {
        let len: Int32 = try readInt(&buf)
        var seq = [CodeRow]()
        seq.reserveCapacity(Int(len))
        for _ in 0 ..< len {
            seq.append(try FfiConverterTypeCodeRow.read(from: &buf))
        }
        return seq
    }
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterSequenceTypeTrustedKeyOptions: FfiConverterRustBuffer {
    typealias SwiftType = [TrustedKeyOptions]

    public static func write(_ value: [TrustedKeyOptions], into buf: inout [UInt8]) {
        let len = Int32(value.count)
        writeInt(&buf, len)
        for item in value {
            FfiConverterTypeTrustedKeyOptions.write(item, into: &buf)
        }
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> [TrustedKeyOptions] {
        let len: Int32 = try readInt(&buf)
        var seq = [TrustedKeyOptions]()
        seq.reserveCapacity(Int(len))
        for _ in 0 ..< len {
            seq.append(try FfiConverterTypeTrustedKeyOptions.read(from: &buf))
        }
        return seq
    }
}

#if swift(>=5.8)
@_documentation(visibility: private)
#endif
fileprivate struct FfiConverterDictionaryStringString: FfiConverterRustBuffer {
    public static func write(_ value: [String: String], into buf: inout [UInt8]) {
        let len = Int32(value.count)
        writeInt(&buf, len)
        for (key, value) in value {
            FfiConverterString.write(key, into: &buf)
            FfiConverterString.write(value, into: &buf)
        }
    }

    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> [String: String] {
        let len: Int32 = try readInt(&buf)
        var dict = [String: String]()
        dict.reserveCapacity(Int(len))
        for _ in 0..<len {
            let key = try FfiConverterString.read(from: &buf)
            let value = try FfiConverterString.read(from: &buf)
            dict[key] = value
        }
        return dict
    }
}
/**
 * Every code there is.
 */
public func codes() -> [CodeRow]  {
    return try!  FfiConverterSequenceTypeCodeRow.lift(try! rustCall() {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_func_codes(uniffiCallStatus
    )
})
}
/**
 * The version of this library.
 */
public func version() -> String  {
    return try!  FfiConverterString.lift(try! rustCall() {
        uniffiCallStatus in
    uniffi_vexil_ffi_fn_func_version(uniffiCallStatus
    )
})
}

private enum InitializationResult {
    case ok
    case contractVersionMismatch
    case apiChecksumMismatch
}
// Use a global variable to perform the versioning checks. Swift ensures that
// the code inside is only computed once.
private let initializationResult: InitializationResult = {
    // Get the bindings contract version from our ComponentInterface
    let bindings_contract_version = 30
    // Get the scaffolding contract version by calling the into the dylib
    let scaffolding_contract_version = ffi_vexil_ffi_uniffi_contract_version()
    if bindings_contract_version != scaffolding_contract_version {
        return InitializationResult.contractVersionMismatch
    }
    if (uniffi_vexil_ffi_checksum_func_codes() != 35642) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_func_version() != 43513) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_close() != 39520) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_experiment() != 44363) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_explain() != 35920) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_force_refresh() != 17621) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_generation() != 24284) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_handle() != 44108) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_instance_id() != 41862) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_is_ready() != 37309) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_on_change() != 35633) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_on_change_for() != 18583) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_on_generation() != 3122) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_on_state() != 39630) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_pinned() != 15278) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_put() != 42663) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_state() != 42985) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_clear_overrides() != 25853) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_get_override() != 56945) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_get_runtime() != 56632) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_overrides() != 10914) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_register() != 41083) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_registered() != 56177) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_remove_override() != 31893) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_remove_runtime() != 18211) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_runtime_values() != 11125) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_set_override() != 16578) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_set_runtime() != 2275) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_vexilclient_unregister() != 52549) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_changelistener_on_change() != 31144) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_generationlistener_on_generation() != 26510) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_statelistener_on_state() != 41625) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_stickystore_get() != 33678) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_stickystore_put() != 32107) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_method_subscription_cancel() != 47912) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_constructor_vexilclient_from_env() != 41761) {
        return InitializationResult.apiChecksumMismatch
    }
    if (uniffi_vexil_ffi_checksum_constructor_vexilclient_start() != 25204) {
        return InitializationResult.apiChecksumMismatch
    }

    uniffiCallbackInitChangeListener()
    uniffiCallbackInitGenerationListener()
    uniffiCallbackInitStateListener()
    uniffiCallbackInitStickyStore()
    return InitializationResult.ok
}()

// Make the ensure init function public so that other modules which have external type references to
// our types can call it.
public func uniffiEnsureVexilFfiInitialized() {
    switch initializationResult {
    case .ok:
        break
    case .contractVersionMismatch:
        fatalError("UniFFI contract version mismatch: try cleaning and rebuilding your project")
    case .apiChecksumMismatch:
        fatalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
}

// swiftlint:enable all
