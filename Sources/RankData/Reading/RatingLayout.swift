/// The columns of a file of ratings and the separator between them.
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
    /// The number of fields of a line.
    let fieldCount: Int
    let user: Int
    let item: Int
    let rating: Int
    let timestamp: Int?
    /// The line that row 0 stands on; those before are headers.
    let firstLine: Int
    /// The end of a message about a wrong number of fields.
    let expected: String
    /// Whether ids may be texts.
    var allowsTexts = false
    /// Whether empty lines may stand at the end.
    var allowsBlankEnd = false
    /// Notes on how columns were chosen, one sentence each.
    var notes: [String] = []

    /// The name of the separator in messages.
    private var separatorName: String {
        switch separator {
        case .commas: "commas"
        case .doubleColon: "'::'"
        case .byte(UInt8(ascii: "\t")): "tabs"
        case .byte(let byte): "'\(Character(Unicode.Scalar(byte)))'"
        }
    }

    /// The fields of any line, without quotes and, where they may be quoted, without blanks around them.
    ///
    /// - Throws: `DataError` when there are more or fewer than expected, or a quote is not closed.
    func fields(of line: [UInt8], number: Int, file: String) throws(DataError) -> [[UInt8]] {
        let fields: [[UInt8]]
        var ranges: [Range<Int>] = []
        switch separator {
        case .commas:
            guard let parts = CSV.rawFields(line, line.indices) else {
                throw .at(number, of: file, "a quote is not closed, or text stands behind it; \(expected)")
            }
            fields = parts.map { Array($0[$0.trimmed($0.indices)]) }
        case .byte(let separator):
            line.split(line.indices, at: separator, into: &ranges)
            fields = ranges.map { Array(line[$0]) }
        case .doubleColon:
            line.splitAtDoubleColons(line.indices, into: &ranges)
            fields = ranges.map { Array(line[$0]) }
        }
        guard fields.count == fieldCount else {
            let found = columns(fields.count, line.indices)
            let advice = fields.count == 1 ? FieldSeparator.advice(line, expected: separatorName) : nil
            throw .at(
                number,
                of: file,
                "\(found), \(expected)" + (advice.map { "; \($0)" } ?? commaAdvice(fields.count))
            )
        }
        return fields
    }

    /// Why a line of CSV may have too many fields.
    private func commaAdvice(_ count: Int) -> String {
        guard separator == .commas, count > fieldCount else { return "" }
        return "; quote texts that hold a comma, and write decimals with a point"
    }
}
