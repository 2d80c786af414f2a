import Foundation
import Vexil

/// JSON with the spelling that it has: what a case says of numbers and names is handed on as it is written. Of text that
/// is JSON; what is none is the business of those who read it.
struct Raw {
    private let bytes: ArraySlice<UInt8>

    init(_ data: Data) {
        bytes = Raw.trimmed(ArraySlice(data))
    }

    private init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = Raw.trimmed(bytes)
    }

    /// As it is written.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The members of an object, in their order.
    var members: [(name: String, value: Raw)] {
        parts.map { part in
            let end = Raw.endOfString(part)
            let value = part[end...].drop { $0 != UInt8(ascii: ":") }.dropFirst()
            return (Raw(part[..<end]).string ?? "", Raw(value))
        }
    }

    /// The elements of a list.
    var elements: [Raw] { parts.map(Raw.init) }

    subscript(name: String) -> Raw? {
        members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    var isObject: Bool { bytes.first == UInt8(ascii: "{") }

    var string: String? { try? JSONDecoder().decode(String.self, from: Data(bytes)) }

    var int: Int? { Int(text) }

    /// The value. A number is an integer where it is written as one.
    var json: JSON {
        switch bytes.first {
        case UInt8(ascii: "{"): .object(Dictionary(members.map { ($0.name, $0.value.json) }) { $1 })
        case UInt8(ascii: "["): .array(elements.map(\.json))
        case UInt8(ascii: "\""): .string(string ?? "")
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        case UInt8(ascii: "n"): .null
        default: Int64(text).map(JSON.int) ?? .double(Double(text) ?? .nan)
        }
    }

    /// What is between the commas within the brackets.
    private var parts: [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var depth = 0
        var begin = bytes.startIndex + 1
        var place = bytes.startIndex
        while place < bytes.endIndex {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                place = Raw.endOfString(bytes[place...])
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            let isLast = depth == 0
            if isLast || (depth == 1 && bytes[place] == UInt8(ascii: ",")) {
                let part = Raw.trimmed(bytes[begin..<place])
                if !part.isEmpty { parts.append(part) }
                begin = place + 1
            }
            if isLast { break }
            place += 1
        }
        return parts
    }

    /// Where the string ends that the bytes begin with.
    private static func endOfString(_ bytes: ArraySlice<UInt8>) -> Int {
        var place = bytes.startIndex + 1
        while place < bytes.endIndex, bytes[place] != UInt8(ascii: "\"") {
            place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(place + 1, bytes.endIndex)
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        var bytes = bytes.drop(while: isBlank)
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        return bytes
    }
}

extension JSON {
    /// Whether it is the same, with numbers by value, and text by its scalars: what Unicode holds for the same is not.
    func isSame(as other: JSON) -> Bool {
        switch (self, other) {
        case (.int(let one), .double(let another)), (.double(let another), .int(let one)): Double(one) == another
        case (.string(let one), .string(let another)): one.utf8.elementsEqual(another.utf8)
        case (.array(let one), .array(let another)):
            one.count == another.count && zip(one, another).allSatisfy { $0.isSame(as: $1) }
        case (.object(let one), .object(let another)):
            one.count == another.count
                && one.allSatisfy { (name, value) in
                    another.contains { $0.key.utf8.elementsEqual(name.utf8) && $0.value.isSame(as: value) }
                }
        default: self == other
        }
    }
}
