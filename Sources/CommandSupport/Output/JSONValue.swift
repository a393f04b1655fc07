import RankCore

/// A JSON value that keeps the order of its keys and writes numbers in their shortest form that reads back exactly.
///
/// Made from literals: `["rmse": .number(0.25), "count": 3, "seeds": [42, 0]]`.
public enum JSONValue: Sendable, Equatable {
    /// Absent, and what JSON cannot write: NaN and the infinities.
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
    public struct Member: Sendable, Equatable {
        /// The name.
        public let key: String
        /// The value.
        public let value: JSONValue

        /// A member.
        public init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }
}

extension JSONValue: CustomStringConvertible {
    /// The JSON text, in one line (RFC 8259).
    public var description: String {
        switch self {
        case .null: "null"
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): "\(value)"
        case .unsigned(let value): "\(value)"
        case .number(let value): value.isFinite ? "\(value)" : "null"
        case .float(let value): value.isFinite ? "\(value)" : "null"
        case .string(let value): value.quotedForJSON(abbreviatesSpaces: true)
        case .array(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
        case .object(let members):
            "{"
                + members.map { "\($0.key.quotedForJSON(abbreviatesSpaces: true)): \($0.value)" }.joined(
                    separator: ", "
                ) + "}"
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A signed number.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// A list.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object; a repeated name is written twice.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}
