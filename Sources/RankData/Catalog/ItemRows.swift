/// Items, titles and genres being read, before it is known whether ids are numbers or texts.
struct ItemRows {
    private let file: String
    private(set) var ids: [[UInt8]] = []
    private(set) var lines: [Int] = []
    private(set) var titles: [String] = []
    private var genres: [[String]] = []

    /// Notes on how columns were chosen, one sentence each.
    private(set) var notes: [String] = []

    private static let titleMeaning = ColumnMeaning(what: "title", name: "title", synonyms: [])

    init(file: String) {
        self.file = file
    }

    /// Adds an item; `|` separates genres, and `(no genres listed)` is none.
    mutating func append(id: [UInt8], title: String, genres text: String, line: Int) {
        ids.append(id)
        lines.append(line)
        titles.append(title)
        genres.append(text.distinctParts(separator: "|").filter { $0 != "(no genres listed)" })
    }

    /// Reads MovieLens' `movies.csv`, or any other CSV of id, title and, where it has them, genres, under a header.
    static func csv(_ bytes: [UInt8], file: String) throws(DataError) -> ItemRows {
        var scanner = Lines(bytes)
        let expected =
            "expected a header 'item,title' or 'movieId,title,genres' and lines such as 204,\"Back to the Future "
            + "(1985)\""
        guard let first = scanner.next() else { throw DataError(.malformed, "\(file): the file is empty; \(expected)") }
        guard let header = CSV.fields(bytes, first) else {
            throw .at(1, of: file, "a quote is not closed, or text stands behind it; \(expected)")
        }
        var names = HeaderColumns(header, of: file)
        guard let item = try names.column(RatingCSV.item), let title = try names.column(titleMeaning) else {
            let advice = FieldSeparator.advice(Array(bytes[first]), expected: "commas") ?? expected
            throw .at(1, of: file, "no columns item and title in \(bytes.quoted(first)); \(advice)")
        }
        let genres = try names.column(ColumnMeaning(what: "genres", name: "genres", synonyms: []))
        var rows = ItemRows(file: file)
        rows.notes = names.notes
        while let line = scanner.next() {
            if bytes.trimmed(line).isEmpty { continue }
            guard let fields = CSV.rawFields(bytes, line) else {
                throw .at(
                    scanner.number,
                    of: file,
                    "a quote is not closed, or text stands behind it; close it, and double those inside"
                )
            }
            guard fields.count == header.count else {
                throw .at(
                    scanner.number,
                    of: file,
                    "\(columns(fields.count, line)), expected \(header.count) as in the header; quote titles with "
                        + "commas"
                )
            }
            let text = { (column: Int) in String(decoding: fields[column], as: UTF8.self) }
            rows.append(
                id: Array(fields[item][fields[item].trimmed(fields[item].indices)]),
                title: text(title),
                genres: genres.map(text) ?? "",
                line: scanner.number
            )
        }
        return rows
    }

    /// Catalogue and attributes, given the id of each row.
    ///
    /// - Throws: `DataError` when an item is listed twice, or there is none.
    func resolve(_ id: (_ row: Int) throws(DataError) -> UInt64) throws(DataError) -> (Catalog, Attributes) {
        var catalog = Catalog()
        for row in ids.indices {
            if let earlier = catalog.append(id: try id(row), title: titles[row]) {
                let text = String(decoding: ids[row], as: UTF8.self)
                throw .at(
                    lines[row],
                    of: file,
                    "item \(text) is listed a second time, first on line \(lines[earlier])"
                )
            }
        }
        if catalog.count == 0 {
            throw DataError(.malformed, "\(file): no items in it; expected a line for each item")
        }
        let columns = genres.contains { !$0.isEmpty } ? [Attributes.Column("genre", values: genres)] : []
        return (catalog, Attributes(ids: catalog.ids, columns: columns + [catalog.years].compactMap(\.self)))
    }

    /// Catalogue and attributes of items whose ids are numbers.
    func resolve() throws(DataError) -> (Catalog, Attributes) {
        try resolve { row throws(DataError) in
            try ids[row].id(ids[row].indices, named: "item id", line: lines[row], of: file)
        }
    }
}
