extension MovieLens {
    /// The users' file; a data set may be without it.
    static let userName = "u.user"

    /// The names of the genres, in the order of their columns in `u.item`.
    ///
    /// Source: `u.genre`.
    private static let genres = [
        "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama",
        "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
    ]

    /// The genres of `u.item`, whose lines `catalog` has checked, and the years of the titles.
    static func itemAttributes(_ bytes: [UInt8], _ catalog: Catalog) -> Attributes {
        var lines = Lines(bytes)
        var fields: [Range<Int>] = []
        var values: [[String]] = []
        while let line = lines.next() {
            bytes.split(line, at: UInt8(ascii: "|"), into: &fields)
            values.append(
                zip(genres, fields.suffix(genres.count)).filter { bytes[$0.1].elementsEqual("1".utf8) }.map(\.0)
            )
        }
        let columns = values.contains { !$0.isEmpty } ? [Attributes.Column("genre", values: values)] : []
        return Attributes(ids: catalog.ids, columns: columns + [catalog.years].compactMap(\.self))
    }

    /// Reads `u.user`: id, age, gender, occupation and zip code, separated by `|`.
    static func userAttributes(_ bytes: [UInt8], file: String) throws(DataError) -> Attributes {
        var lines = Lines(bytes)
        var fields: [Range<Int>] = []
        var table = AttributeTable(file: file, columns: ["age", "gender", "occupation", "zip_code"])
        while let line = lines.next() {
            bytes.split(line, at: UInt8(ascii: "|"), into: &fields)
            guard fields.count == 5 else {
                throw .at(
                    lines.number,
                    of: file,
                    "\(columns(fields.count, line)), expected 5 separated by '|': id, age, gender, occupation, zip code"
                )
            }
            try table.append(
                id: bytes.id(fields[0], named: "user id", line: lines.number, of: file),
                values: fields.dropFirst().map { $0.isEmpty ? [] : [bytes.text($0)] },
                line: lines.number
            )
        }
        return table.attributes
    }
}
