/// Ratings as CSV: MovieLens' `ratings.csv` since 2013, and any other file of lines `user,item,rating[,timestamp]`.
///
/// A header names the columns, in any order and beside others; without one they are user, item, rating and, where there
/// are four, time. Ids are numbers of at most 64 bits, or else all of them, users' and items', are texts.
enum RatingCSV {
    static let user = ColumnMeaning(what: "user", name: "user", synonyms: ["userid", "user_id"])
    static let item = ColumnMeaning(
        what: "item",
        name: "item",
        synonyms: ["itemid", "item_id", "movie", "movieid", "movie_id"]
    )
    static let rating = ColumnMeaning(what: "rating", name: "rating", synonyms: ["stars", "score"])
    static let time = ColumnMeaning(what: "time", name: "timestamp", synonyms: ["time"])
    static let expected = "expected lines user,item,rating or user,item,rating,timestamp, or a header that names them"

    /// The columns of a file, by its first line.
    static func layout(_ path: String) throws(DataError) -> RatingLayout {
        var scanner = try LineScanner(path: path)
        guard let first = try scanner.next().map(Array.init) else {
            throw DataError(.malformed, "\(path): the file is empty; \(expected)")
        }
        guard let fields = CSV.fields(first, first.indices) else {
            throw .at(1, of: path, "a quote is not closed, or text stands behind it; \(expected)")
        }
        if fields.count == 1, RecBole.hasTypedHeader(first), FieldSeparator.advice(first, expected: "tabs") == nil {
            throw .at(
                1,
                of: path,
                "found RecBole's header \(first.quoted(first.indices)), expected CSV; let the file's name end with "
                    + ".inter"
            )
        }
        var names = HeaderColumns(fields, of: path)
        if names.has(user), names.has(item), let user = try names.column(user), let item = try names.column(item) {
            guard let rating = try names.column(rating) else {
                throw .at(
                    1,
                    of: path,
                    "no column rating among \(fields.joined(separator: ", ")); name one of them rating"
                )
            }
            var layout = layout(
                fields.count,
                [user, item, rating],
                timestamp: try names.column(time),
                firstLine: 2,
                "expected \(fields.count) as in the header"
            )
            layout.notes = names.notes
            return layout
        }
        guard (3...4).contains(fields.count) else {
            let advice = fields.count < 3 ? FieldSeparator.advice(first, expected: "commas") : nil
            throw .at(1, of: path, "\(columns(fields.count, first.indices)); \(advice ?? expected)")
        }
        let rating = Array(fields[2].utf8)
        guard (try? rating.decimal(rating.indices)) != nil else {
            throw .at(
                1,
                of: path,
                "neither a header nor a rating, \(rating.quoted(rating.indices)) in its third column; \(expected)"
            )
        }
        return layout(
            fields.count,
            [0, 1, 2],
            timestamp: fields.count == 4 ? 3 : nil,
            firstLine: 1,
            "expected \(fields.count) as in the first line: user,item,rating\(fields.count == 4 ? ",timestamp" : "")"
        )
    }

    private static func layout(
        _ count: Int,
        _ columns: [Int],
        timestamp: Int?,
        firstLine: Int,
        _ expected: String
    ) -> RatingLayout {
        RatingLayout(
            separator: .commas,
            fieldCount: count,
            user: columns[0],
            item: columns[1],
            rating: columns[2],
            timestamp: timestamp,
            firstLine: firstLine,
            expected: expected,
            allowsTexts: true,
            allowsBlankEnd: true
        )
    }
}
