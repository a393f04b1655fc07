/// Recognises the separator of a line that was expected to have another one.
enum FieldSeparator {
    /// The separators that files of ratings have, what they are called, and how commas take their place.
    private static let known: [(bytes: [UInt8], name: String, advice: String)] = [
        (Array("\t".utf8), "tabs", "tr '\\t' ',' < FILE > NEW"),
        (Array("::".utf8), "'::'", "sed 's/::/,/g' FILE > NEW"),
        (Array(";".utf8), "semicolons", "tr ';' ',' < FILE > NEW"),
        (Array("|".utf8), "'|'", "tr '|' ',' < FILE > NEW"),
        (Array(",".utf8), "commas", ""),
        (Array(" ".utf8), "blanks", "tr -s ' ' ',' < FILE > NEW"),
    ]

    /// The advice for a line that does not have the expected separator.
    ///
    /// - Parameters:
    ///   - line: The line.
    ///   - expected: What the form calls its separator: one of the names above.
    ///   - least: How often another separator stands in a line of the fewest fields.
    /// - Returns: The separator that is there and, where commas are expected, how they take its place; nil where no
    ///   other separator stands in the line that often.
    static func advice(_ line: [UInt8], expected: String, least: Int = 2) -> String? {
        let found = known.first { $0.name != expected && count($0.bytes, in: line) >= least }
        guard let found else { return nil }
        let start = "found \(found.name) between fields, expected \(expected)"
        guard expected == "commas" else { return start + "; convert the file, or give it the name of its form" }
        // A comma that is left is that of a decimal number or of a text.
        let isAmbiguous = line.contains(UInt8(ascii: ","))
        let decimals = isAmbiguous ? " after writing 3,5 as 3.5 and quoting texts with commas" : ""
        return start + "; convert the file\(decimals): \(found.advice)"
    }

    private static func count(_ separator: [UInt8], in line: [UInt8]) -> Int {
        guard line.count >= separator.count else { return 0 }
        return (0...(line.count - separator.count)).count { line[$0..<($0 + separator.count)].elementsEqual(separator) }
    }
}
