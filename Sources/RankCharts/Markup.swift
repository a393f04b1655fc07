import RankCore

/// Text of a page: literals are markup, and every value put into them is escaped unless it is markup itself.
///
/// Titles and names come from files. Whatever they hold, they can neither end an element nor begin one, and control
/// characters are gone. The literals are well-formed XML, and so is a page made of them.
package struct Markup: Sendable, Equatable, ExpressibleByStringInterpolation {
    /// The markup.
    package private(set) var text: String

    /// Markup as it stands in the source.
    package init(stringLiteral value: String) {
        text = value
    }

    /// Literals and what was put into them.
    package init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
    }

    /// Markup in the making.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        /// Markup, as it is.
        package mutating func appendInterpolation(_ markup: Markup) {
            text += markup.text
        }

        /// Pieces of markup, one after the other.
        package mutating func appendInterpolation(_ pieces: [Markup]) {
            for piece in pieces { text += piece.text }
        }

        /// Text, escaped, and cut off after 200 characters.
        package mutating func appendInterpolation(_ value: String) {
            text += Markup.escaped(value.printable(limit: 200))
        }

        /// A whole number.
        package mutating func appendInterpolation(_ value: Int) {
            text += "\(value)"
        }

        /// A coordinate of a drawing, to a tenth.
        package mutating func appendInterpolation(_ value: Double) {
            text += fixed(value, 1)
        }
    }

    /// Appends markup.
    package static func += (markup: inout Markup, more: Markup) {
        markup.text += more.text
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            // Not characters of XML.
            case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
