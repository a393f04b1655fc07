extension String {
    /// The text as a JSON string, quotation marks included (RFC 8259, section 7).
    ///
    /// - Parameter abbreviatesSpaces: Whether line ends and tabs are written `\n`, `\r` and `\t`, which people read more
    ///   easily than `\u000a`; to a parser it is the same.
    /// - Returns: The JSON text.
    package func quotedForJSON(abbreviatesSpaces: Bool = false) -> String {
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n" where abbreviatesSpaces: result += "\\n"
            case "\r" where abbreviatesSpaces: result += "\\r"
            case "\t" where abbreviatesSpaces: result += "\\t"
            case ..<" ":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
