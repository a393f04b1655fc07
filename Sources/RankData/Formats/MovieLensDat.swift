/// The files of MovieLens 1M and 10M as GroupLens publishes them: fields separated by `::`.
///
/// Source: the READMEs of ml-1m and ml-10m. `ratings.dat` has user, item, rating and time; `movies.dat` id, title and
/// genres, which `|` separates, in Latin-1 (1M) or UTF-8 (10M); `users.dat`, which only 1M has, id, gender, age,
/// occupation and zip code.
enum MovieLensDat {
    static let dataName = "ratings.dat"
    static let itemName = "movies.dat"
    static let userName = "users.dat"

    static let layout = RatingLayout(
        separator: .doubleColon,
        fieldCount: 4,
        user: 0,
        item: 1,
        rating: 2,
        timestamp: 3,
        firstLine: 1,
        expected: "expected 4 separated by '::': user, item, rating, timestamp"
    )

    /// Reads `movies.dat`.
    static func items(_ bytes: [UInt8], file: String) throws(DataError) -> ItemRows {
        var rows = ItemRows(file: file)
        try forEachLine(bytes, file, 3, "id, title, genres") { fields, line throws(DataError) in
            let title = String(validating: bytes[fields[1]], as: UTF8.self) ?? MovieLens.latin1(bytes[fields[1]])
            rows.append(id: Array(bytes[fields[0]]), title: title, genres: bytes.text(fields[2]), line: line)
        }
        return rows
    }

    /// Reads `users.dat`.
    static func userAttributes(_ bytes: [UInt8], file: String) throws(DataError) -> Attributes {
        var table = AttributeTable(file: file, columns: ["gender", "age", "occupation", "zip_code"])
        let expected = "id, gender, age, occupation, zip code"
        try forEachLine(bytes, file, 5, expected) { fields, line throws(DataError) in
            try table.append(
                id: bytes.id(fields[0], named: "user id", line: line, of: file),
                values: fields.dropFirst().map { $0.isEmpty ? [] : [bytes.text($0)] },
                line: line
            )
        }
        return table.attributes
    }

    private static func forEachLine(
        _ bytes: [UInt8],
        _ file: String,
        _ count: Int,
        _ names: String,
        _ body: ([Range<Int>], Int) throws(DataError) -> Void
    ) throws(DataError) {
        var lines = Lines(bytes)
        var fields: [Range<Int>] = []
        while let line = lines.next() {
            bytes.splitAtDoubleColons(line, into: &fields)
            guard fields.count == count else {
                throw .at(
                    lines.number,
                    of: file,
                    "\(columns(fields.count, line)), expected \(count) separated by '::': \(names)"
                )
            }
            try body(fields, lines.number)
        }
    }
}
