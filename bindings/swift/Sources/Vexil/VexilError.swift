internal import CVexil
import Foundation
internal import VexilControl

/// What a call can fail with. Reads never fail: they give the caller's default, and their details say why.
public enum VexilError: Error, Hashable, Sendable {
    /// The options are none, or contradict each other.
    case options(Code, String)
    /// There are no definitions: where the options say that this is an error, and of reads.
    case notReady(Code, String)
    /// The source, or the last known good on disk, could not be read.
    case source(Code, String)
    /// An argument is not what is asked for.
    case argument(Code, String)
    /// A read found no value: no such key, another type, or a definition that could not be loaded.
    case evaluation(Code, String)
    /// The client was closed.
    case closed(String)
    /// A fault of this library or of the system below it.
    case `internal`(Code, String)

    /// The number of the table of codes.
    public var code: Code {
        switch self {
        case .options(let code, _), .notReady(let code, _), .source(let code, _), .argument(let code, _),
            .evaluation(let code, _), .internal(let code, _):
            code
        case .closed: .closed
        }
    }

    /// The code's stable name, such as `UNREACHABLE`.
    public var name: String { code.name }

    /// What exactly, for a person.
    public var message: String {
        switch self {
        case .options(_, let message), .notReady(_, let message), .source(_, let message),
            .argument(_, let message), .evaluation(_, let message), .closed(let message),
            .internal(_, let message):
            message
        }
    }
}

extension VexilError: CustomStringConvertible, LocalizedError {
    public var description: String { message.hasSuffix("(\(name))") ? message : "\(message) (\(name))" }
    public var errorDescription: String? { description }
}

extension VexilError {
    static let wasClosed = VexilError.closed("the client was closed")

    /// Of what a call or a read says.
    init(number: Int32, message: String) {
        let code = Code(rawValue: number) ?? .internal
        self =
            switch code {
            case .flagNotFound, .typeMismatch, .parseError: .evaluation(code, message)
            case .providerNotReady: .notReady(code, message)
            case .closed: .closed(message)
            case .ok, .internal, .system, .bufferTooSmall: .internal(code, message)
            default: .argument(code, message)
            }
    }

    /// Of a call that has just failed on this thread.
    static func last(_ code: Int32) -> VexilError {
        VexilError(number: code, message: filled { vexil_last_error($0) }.text)
    }
}

/// Has the library do something, and throws what it fails with as an error of this package.
func translated<Result>(_ call: () throws -> Result) throws(VexilError) -> Result {
    do {
        return try call()
    } catch let error as VexilControl.VexilError {
        throw VexilError(error)
    } catch let error as VexilError {
        throw error
    } catch {
        throw .internal(.internal, "\(error)")
    }
}

extension VexilError {
    fileprivate init(_ error: VexilControl.VexilError) {
        func code(_ number: Int32) -> Code { Code(rawValue: number) ?? .internal }
        self =
            switch error {
            case .Options(let number, let reason): .options(code(number), reason)
            case .NotReady(let number, let reason): .notReady(code(number), reason)
            case .Source(let number, let reason) where code(number) == .closed: .closed(reason)
            case .Source(let number, let reason): .source(code(number), reason)
            case .Argument(let number, let reason): VexilError(number: number, message: reason)
            case .Internal(let number, let reason): .internal(code(number), reason)
            }
    }
}
