/// The columns of a file of pairs.
///
/// A file of pairs may be written as any file of ratings is; of its columns those of user and item count.
struct PairLayout {
    private let separator: RatingLayout.Separator
    /// The number of columns of a line.
    private let count: Int
    private let user: Int
    private let item: Int
    /// Whether the first line is a header.
    let hasHeader: Bool

    static let expected = "expected lines user,item or user,item,rating[,timestamp], or a header that names the columns"

    /// The layout of a file by its first line that is not blank, and of any other than CSV by its name.
    ///
    /// - Throws: `DataError` for columns that cannot be told.
    init(_ bytes: [UInt8], first line: Range<Int>, _ number: Int, source: String) throws(DataError) {
        let format = DataFiles(file: source).format
        switch format {
        case .recBole:
            let header = Array(bytes[line])
            var lines = Lines(header)
            var typed = try RecBole.Header(header, &lines, source)
            self.init(
                .byte(UInt8(ascii: "\t")),
                typed.names.count,
                try typed.column(RecBole.user),
                try typed.column(RecBole.item),
                hasHeader: true
            )
        case .movieLens: self.init(.byte(UInt8(ascii: "\t")), 4, 0, 1, hasHeader: false)
        case .movieLensDat: self.init(.doubleColon, 4, 0, 1, hasHeader: false)
        case .movieLensCSV, .csv: try self.init(csv: bytes, line, number, source)
        }
    }

    private init(_ separator: RatingLayout.Separator, _ count: Int, _ user: Int, _ item: Int, hasHeader: Bool) {
        (self.separator, self.count) = (separator, count)
        (self.user, self.item, self.hasHeader) = (user, item, hasHeader)
    }

    private init(csv bytes: [UInt8], _ line: Range<Int>, _ number: Int, _ source: String) throws(DataError) {
        guard let fields = CSV.fields(bytes, line) else {
            throw .at(number, of: source, "a quote is not closed, or text stands behind it; \(Self.expected)")
        }
        let names = fields.map { $0.lowercased() }
        let users = names.indices.filter { RatingCSV.user.names.contains(names[$0]) }
        let items = names.indices.filter { RatingCSV.item.names.contains(names[$0]) }
        if let user = users.first, let item = items.first {
            for (what, columns) in [("user", users), ("item", items)] where columns.count > 1 {
                throw .at(
                    number,
                    of: source,
                    "the columns \(columns.map { fields[$0] }.joined(separator: " and ")) could both be the \(what); "
                        + "expected one of them; rename or remove the other"
                )
            }
            self.init(.commas, fields.count, user, item, hasHeader: true)
            return
        }
        guard (2...4).contains(fields.count), fields.count == 2 || Self.isNumber(fields[2]) else {
            let found = "\(columns(fields.count, line)), expected 2: user,item; or \(Self.expected)"
            let advice =
                fields.count == 1 ? FieldSeparator.advice(Array(bytes[line]), expected: "commas", least: 1) : nil
            throw .at(number, of: source, advice.map { "\(columns(fields.count, line)); \($0)" } ?? found)
        }
        self.init(.commas, fields.count, 0, 1, hasHeader: false)
    }

    private static func isNumber(_ field: String) -> Bool {
        let bytes = Array(field.utf8)
        return (try? bytes.decimal(bytes.indices)) != nil
    }

    /// The fields of user and item of a line, without quotes and without blanks around them.
    ///
    /// - Throws: `DataError` for another number of columns than the first line has.
    func pair(
        _ bytes: [UInt8],
        _ line: Range<Int>,
        _ number: Int,
        _ ranges: inout [Range<Int>],
        source: String
    ) throws(DataError) -> (user: [UInt8], item: [UInt8]) {
        var found: Int
        switch separator {
        case .commas where bytes[line].contains(UInt8(ascii: "\"")):
            guard let fields = CSV.rawFields(bytes, line) else {
                throw .at(number, of: source, "a quote is not closed, or text stands behind it; \(Self.expected)")
            }
            if fields.count == count { return (fields[user], fields[item]) }
            found = fields.count
            throw wrongCount(found, bytes, line, number, source)
        case .commas: bytes.split(line, at: UInt8(ascii: ","), into: &ranges)
        case .byte(let byte): bytes.split(line, at: byte, into: &ranges)
        case .doubleColon: bytes.splitAtDoubleColons(line, into: &ranges)
        }
        found = ranges.count
        guard found == count else { throw wrongCount(found, bytes, line, number, source) }
        return (Array(bytes[bytes.trimmed(ranges[user])]), Array(bytes[bytes.trimmed(ranges[item])]))
    }

    private func wrongCount(
        _ found: Int,
        _ bytes: [UInt8],
        _ line: Range<Int>,
        _ number: Int,
        _ source: String
    ) -> DataError {
        let expected = count == 2 && !hasHeader ? "expected 2: user,item" : "expected \(count) as in the first line"
        return .at(number, of: source, "\(columns(found, line)), \(expected)")
    }
}
