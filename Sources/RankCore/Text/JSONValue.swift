/// A JSON value that keeps the order of its names, and the one writer of JSON in this package (RFC 8259).
///
/// Numbers are written in their shortest form that reads back exactly. Made from literals:
/// `["rmse": .number(0.25), "count": 3, "seeds": [42, 0]]`.
package enum JSONValue: Sendable, Equatable {
    /// No value; also what the infinities and NaN are written as, which JSON does not have.
    case null
    /// A truth value.
    case boolean(Bool)
    /// A signed number.
    case integer(Int)
    /// An id.
    case unsigned(UInt64)
    /// A float64.
    case number(Double)
    /// A float32, in the digits that a float32 needs.
    case float(Float)
    /// A text.
    case string(String)
    /// A list.
    case array([JSONValue])
    /// Names and values, in the order they are written in.
    case object([Member])

    /// A name and its value.
    package struct Member: Sendable, Equatable {
        /// The name.
        package let key: String
        /// The value.
        package let value: JSONValue

        /// A member.
        package init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }
}

extension JSONValue: CustomStringConvertible {
    /// The JSON text in one line, for people and programs: blanks behind commas and colons; `\n`, `\r` and `\t` by
    /// their short names.
    package var description: String {
        var text = ""
        write(to: &text, isCompact: false)
        return text
    }

    /// The JSON text for programs: no blanks, and every control character by its number.
    package var compact: String {
        var text = ""
        write(to: &text, isCompact: true)
        return text
    }

    private func write(to text: inout String, isCompact: Bool) {
        switch self {
        case .null: text += "null"
        case .boolean(let value): text += value ? "true" : "false"
        case .integer(let value): text += "\(value)"
        case .unsigned(let value): text += "\(value)"
        case .number(let value): text += value.isFinite ? "\(value)" : "null"
        case .float(let value): text += value.isFinite ? "\(value)" : "null"
        case .string(let value): Self.write(value, to: &text, isCompact: isCompact)
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += isCompact ? "," : ", " }
                value.write(to: &text, isCompact: isCompact)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += isCompact ? "," : ", " }
                Self.write(member.key, to: &text, isCompact: isCompact)
                text += isCompact ? ":" : ": "
                member.value.write(to: &text, isCompact: isCompact)
            }
            text += "}"
        }
    }

    private static func write(_ string: String, to text: inout String, isCompact: Bool) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case "\n" where !isCompact: text += "\\n"
            case "\r" where !isCompact: text += "\\r"
            case "\t" where !isCompact: text += "\\t"
            case ..<" ":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A text.
    package init(stringLiteral value: String) { self = .string(value) }
    /// A signed number.
    package init(integerLiteral value: Int) { self = .integer(value) }
    /// A truth value.
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// A list.
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object; a repeated name is written twice.
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}
