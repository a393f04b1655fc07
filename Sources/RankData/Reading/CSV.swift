/// The little CSV this module reads: fields separated by commas, quoted where they hold a comma or a quote (RFC 4180,
/// but a field does not span lines).
enum CSV {
    /// Takes a line apart.
    ///
    /// - Returns: The fields without quotes and surrounding blanks, or nil when a quote is not closed or text follows
    ///   its end.
    static func fields(_ bytes: [UInt8], _ line: Range<Int>) -> [String]? {
        rawFields(bytes, line)?.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The fields as bytes, which need not be UTF-8.
    static func rawFields(_ bytes: [UInt8], _ line: Range<Int>) -> [[UInt8]]? {
        let comma = UInt8(ascii: ",")
        let quote = UInt8(ascii: "\"")
        var fields: [[UInt8]] = []
        var index = line.lowerBound
        while true {
            while index < line.upperBound, bytes[index] == UInt8(ascii: " ") { index += 1 }
            if index < line.upperBound, bytes[index] == quote {
                var field: [UInt8] = []
                index += 1
                while true {
                    guard index < line.upperBound else { return nil }
                    if bytes[index] == quote {
                        index += 1
                        guard index < line.upperBound, bytes[index] == quote else { break }
                    }
                    field.append(bytes[index])
                    index += 1
                }
                fields.append(field)
                while index < line.upperBound, bytes[index] == UInt8(ascii: " ") { index += 1 }
                guard index == line.upperBound || bytes[index] == comma else { return nil }
            } else {
                let start = index
                while index < line.upperBound, bytes[index] != comma { index += 1 }
                fields.append(Array(bytes[bytes.trimmed(start..<index)]))
            }
            guard index < line.upperBound else { return fields }
            index += 1
        }
    }
}
