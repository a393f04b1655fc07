/// RecBole's "atomic files": tab-separated UTF-8 whose header gives each column a name and a type.
///
/// Source: RecBole's documentation, "Atomic Files". Columns are found by name, whatever their order; further columns
/// are allowed and left alone.
enum RecBole {
    /// Whether the first line looks like `name:type` columns.
    static func hasTypedHeader(_ bytes: [UInt8]) -> Bool {
        var lines = Lines(bytes)
        guard let line = lines.next() else { return false }
        var fields: [Range<Int>] = []
        bytes.split(line, at: UInt8(ascii: "\t"), into: &fields)
        return fields.allSatisfy { bytes[$0].contains(UInt8(ascii: ":")) }
    }

    /// The columns of a `*.inter`, by its header.
    static func layout(_ path: String) throws(DataError) -> RatingLayout {
        var scanner = try LineScanner(path: path)
        let bytes = try scanner.next().map(Array.init) ?? []
        var lines = Lines(bytes)
        var header = try Header(bytes, &lines, path)
        var layout = RatingLayout(
            separator: .byte(UInt8(ascii: "\t")),
            fieldCount: header.names.count,
            user: try header.column(user),
            item: try header.column(item),
            rating: try header.column(rating),
            timestamp: try header.optionalColumn(time),
            firstLine: 2,
            expected: "expected \(header.names.count) as in the header"
        )
        layout.notes = header.chosen.notes
        return layout
    }

    static let user = ColumnMeaning(what: "user", name: "user_id", synonyms: [], unread: ["user", "userid"])
    static let item = ColumnMeaning(
        what: "item",
        name: "item_id",
        synonyms: [],
        unread: ["item", "itemid", "movie", "movieid", "movie_id"]
    )
    private static let rating = ColumnMeaning(what: "rating", name: "rating", synonyms: [], unread: ["stars", "score"])
    private static let time = ColumnMeaning(what: "time", name: "timestamp", synonyms: [], unread: ["time"])
    /// The columns of a title; they name an item and do not describe it.
    static let title = ColumnMeaning(what: "title", name: "title", synonyms: ["movie_title", "name"])
    /// The columns of a year, which is part of the title in the catalogue.
    static let year = ColumnMeaning(what: "year", name: "release_year", synonyms: ["year"])

    /// The items, and notes on the columns.
    static func catalog(_ bytes: [UInt8], file: String) throws(DataError) -> (Catalog, notes: [String]) {
        var lines = Lines(bytes)
        var header = try Header(bytes, &lines, file)
        let item = try header.column(item)
        let title = try header.column(title)
        let year = try header.optionalColumn(year)
        var fields: [Range<Int>] = []
        var catalog = Catalog()
        while let line = lines.next() {
            bytes.split(line, at: UInt8(ascii: "\t"), into: &fields)
            try header.check(fields.count, line, lines.number)
            let id = try bytes.id(fields[item], named: "item id", line: lines.number, of: file)
            let joined = join(title: bytes.text(fields[title]), year: year.map { bytes.text(fields[$0]) })
            if let earlier = catalog.append(id: id, title: joined) {
                throw .at(lines.number, of: file, "item \(id) is listed a second time, first on line \(earlier + 2)")
            }
        }
        if catalog.count == 0 {
            throw DataError(.malformed, "\(file): no items in it; expected a line for each item")
        }
        return (catalog, header.chosen.notes)
    }

    /// Undoes RecBole's cut of `Title (Year)` into two columns.
    ///
    /// RecBole's copy of MovieLens spells movie 267 `unkonwn` in both columns, `unknown` in the original. Movie 1412
    /// has `V` in the year column because the original title ends in `(1995) (V)`, so joining it restores that too.
    private static func join(title: String, year: String?) -> String {
        guard let year, !year.isEmpty else { return title }
        if year == "unkonwn" { return title == year ? "unknown" : title }
        return "\(title) (\(year))"
    }

    /// The first line, taken apart.
    struct Header {
        let file: String
        let names: [String]
        fileprivate(set) var chosen: HeaderColumns
        /// `token`, `token_seq`, `float` or `float_seq`.
        let types: [String]

        init(_ bytes: [UInt8], _ lines: inout Lines, _ file: String) throws(DataError) {
            self.file = file
            guard let line = lines.next() else {
                throw DataError(
                    .malformed,
                    "\(file): the file is empty; expected a header such as user_id:token and a line for each row"
                )
            }
            var fields: [Range<Int>] = []
            bytes.split(line, at: UInt8(ascii: "\t"), into: &fields)
            var names: [String] = []
            var seen: Set<String> = []
            var types: [String] = []
            for field in fields {
                let parts = bytes.text(field).split(separator: ":", omittingEmptySubsequences: false)
                let known = ["token", "token_seq", "float", "float_seq"]
                guard parts.count == 2, known.contains(String(parts[1])), seen.insert(String(parts[0])).inserted else {
                    let advice = fields.count == 1 ? FieldSeparator.advice(Array(bytes[line]), expected: "tabs") : nil
                    throw .at(
                        1,
                        of: file,
                        "the column \(bytes.quoted(field)) is not a distinct name:type, "
                            + "expected a header such as user_id:token and tabs between columns"
                            + (advice.map { "; \($0)" } ?? "")
                    )
                }
                names.append(String(parts[0]))
                types.append(String(parts[1]))
            }
            self.names = names
            chosen = HeaderColumns(names, of: file)
            self.types = types
        }

        mutating func optionalColumn(_ meaning: ColumnMeaning) throws(DataError) -> Int? {
            try chosen.column(meaning)
        }

        mutating func column(_ meaning: ColumnMeaning) throws(DataError) -> Int {
            if let column = try optionalColumn(meaning) { return column }
            throw .at(
                1,
                of: file,
                "no column \(meaning.names.joined(separator: " or ")) among \(names.joined(separator: ", "))"
            )
        }

        func check(_ count: Int, _ line: Range<Int>, _ number: Int) throws(DataError) {
            guard count == names.count else {
                throw .at(number, of: file, "\(columns(count, line)), expected \(names.count) as in the header")
            }
        }
    }
}
