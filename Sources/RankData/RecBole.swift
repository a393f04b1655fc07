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

    /// How the lines of a `*.inter` are taken apart, by its header.
    static func layout(_ path: String) throws(DataError) -> RatingLayout {
        var scanner = try LineScanner(path: path)
        let bytes = try scanner.next().map(Array.init) ?? []
        var lines = Lines(bytes)
        let header = try Header(bytes, &lines, path)
        return RatingLayout(
            separator: .byte(UInt8(ascii: "\t")),
            fieldCount: header.names.count,
            user: try header.column(["user_id"]),
            item: try header.column(["item_id"]),
            rating: try header.column(["rating"]),
            timestamp: header.optionalColumn(["timestamp"]),
            firstLine: 2,
            expected: "expected \(header.names.count) as in the header"
        )
    }

    static func catalog(_ bytes: [UInt8], file: String) throws(DataError) -> Catalog {
        var lines = Lines(bytes)
        let header = try Header(bytes, &lines, file)
        let item = try header.column(["item_id"])
        let title = try header.column(titleNames)
        let year = header.optionalColumn(yearNames)
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
        if catalog.count == 0 { throw DataError(.malformed, "\(file): no items in it") }
        return catalog
    }

    /// Undoes RecBole's cut of `Title (Year)` into two columns.
    ///
    /// Its copy of MovieLens spells movie 267 `unkonwn` in both columns, `unknown` in the original. Movie 1412 has `V`
    /// in the year column because the original title ends in `(1995) (V)`, so joining it restores that too.
    private static func join(title: String, year: String?) -> String {
        guard let year, !year.isEmpty else { return title }
        if year == "unkonwn" { return title == year ? "unknown" : title }
        return "\(title) (\(year))"
    }

    /// The first line, taken apart.
    struct Header {
        let file: String
        let names: [String]
        /// `token`, `token_seq`, `float` or `float_seq`.
        let types: [String]

        init(_ bytes: [UInt8], _ lines: inout Lines, _ file: String) throws(DataError) {
            self.file = file
            guard let line = lines.next() else { throw DataError(.malformed, "\(file): the file is empty") }
            var fields: [Range<Int>] = []
            bytes.split(line, at: UInt8(ascii: "\t"), into: &fields)
            var names: [String] = []
            var seen: Set<String> = []
            var types: [String] = []
            for field in fields {
                let parts = bytes.text(field).split(separator: ":", omittingEmptySubsequences: false)
                let known = ["token", "token_seq", "float", "float_seq"]
                guard parts.count == 2, known.contains(String(parts[1])), seen.insert(String(parts[0])).inserted else {
                    throw .at(
                        1,
                        of: file,
                        "the column \(bytes.quoted(field)) is not a distinct name:type, "
                            + "expected a header such as user_id:token and tabs between columns"
                    )
                }
                names.append(String(parts[0]))
                types.append(String(parts[1]))
            }
            self.names = names
            self.types = types
        }

        func optionalColumn(_ accepted: [String]) -> Int? {
            names.firstIndex { accepted.contains($0) }
        }

        func column(_ accepted: [String]) throws(DataError) -> Int {
            if let column = optionalColumn(accepted) { return column }
            throw .at(
                1,
                of: file,
                "no column \(accepted.joined(separator: " or ")) among \(names.joined(separator: ", "))"
            )
        }

        func check(_ count: Int, _ line: Range<Int>, _ number: Int) throws(DataError) {
            guard count == names.count else {
                throw .at(number, of: file, "\(columns(count, line)), expected \(names.count) as in the header")
            }
        }
    }
}
