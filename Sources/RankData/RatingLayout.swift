/// How each line of a file of ratings is taken apart.
struct RatingLayout: Sendable {
    enum Separator: Sendable, Equatable {
        /// One byte; nothing is quoted.
        case byte(UInt8)
        /// `::`.
        case doubleColon
        /// Commas; fields may be quoted.
        case commas
    }

    let separator: Separator
    /// How many fields a line has.
    let fieldCount: Int
    let user: Int
    let item: Int
    let rating: Int
    let timestamp: Int?
    /// The line that row 0 stands on; those before are headers.
    let firstLine: Int
    /// What a message about a wrong number of fields goes on with.
    let expected: String
    /// Whether ids may be texts.
    var allowsTexts = false
    /// Whether empty lines may stand at the end.
    var allowsBlankEnd = false

    /// Finds the fields of a line that quotes nothing.
    ///
    /// - Returns: Whether there are as many as there should be.
    func split(_ line: UnsafeBufferPointer<UInt8>, into fields: inout [Range<Int>]) -> Bool {
        fields.removeAll(keepingCapacity: true)
        var start = 0
        switch separator {
        case .byte(let separator):
            for place in 0..<line.count where line[place] == separator {
                fields.append(start..<place)
                start = place + 1
            }
        case .commas:
            for place in 0..<line.count {
                let byte = line[place]
                if byte == UInt8(ascii: ",") {
                    fields.append(start..<place)
                    start = place + 1
                } else if byte == UInt8(ascii: "\"") {
                    return false
                }
            }
        case .doubleColon:
            let colon = UInt8(ascii: ":")
            var place = 0
            while place + 1 < line.count {
                if line[place] == colon, line[place + 1] == colon {
                    fields.append(start..<place)
                    place += 2
                    start = place
                } else {
                    place += 1
                }
            }
        }
        fields.append(start..<line.count)
        return fields.count == fieldCount
    }

    /// The fields of any line, without quotes and, where they may be quoted, without blanks around them.
    ///
    /// - Throws: `DataError` when there are more or fewer than expected, or a quote is not closed.
    func fields(of line: [UInt8], number: Int, file: String) throws(DataError) -> [[UInt8]] {
        let fields: [[UInt8]]
        if separator == .commas {
            guard let parts = CSV.rawFields(line, line.indices) else {
                throw .at(number, of: file, "a quote is not closed, or text stands behind it; \(expected)")
            }
            fields = parts.map { Array($0[$0.trimmed($0.indices)]) }
        } else {
            var ranges: [Range<Int>] = []
            _ = line.withUnsafeBufferPointer { split($0, into: &ranges) }
            fields = ranges.map { Array(line[$0]) }
        }
        guard fields.count == fieldCount else {
            throw .at(number, of: file, "\(columns(fields.count, line.indices)), \(expected)")
        }
        return fields
    }
}
