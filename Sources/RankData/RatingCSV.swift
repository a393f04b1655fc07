/// Ratings as CSV: MovieLens' `ratings.csv` since 2013, and any other file of lines `user,item,rating[,timestamp]`.
///
/// A header names the columns, in any order and beside others; without one they are user, item, rating and, where there
/// are four, time. Ids are numbers of at most 64 bits, or else all of them, users' and items', are texts.
enum RatingCSV {
    static let userHeaders = ["user", "userid", "user_id"]
    static let itemHeaders = ["item", "itemid", "item_id", "movie", "movieid", "movie_id"]
    static let ratingHeaders = ["rating", "stars", "score"]
    static let timeHeaders = ["timestamp", "time"]
    static let expected = "expected lines user,item,rating or user,item,rating,timestamp, or a header that names them"

    /// How the lines of a file are taken apart, by its first.
    static func layout(_ path: String) throws(DataError) -> RatingLayout {
        var scanner = try LineScanner(path: path)
        guard let first = try scanner.next().map(Array.init) else {
            throw DataError(.malformed, "\(path): the file is empty; \(expected)")
        }
        guard let fields = CSV.fields(first, first.indices) else {
            throw .at(1, of: path, "a quote is not closed, or text stands behind it; \(expected)")
        }
        let names = fields.map { $0.lowercased() }
        func column(_ accepted: [String]) -> Int? { names.firstIndex { accepted.contains($0) } }
        if let user = column(userHeaders), let item = column(itemHeaders) {
            guard let rating = column(ratingHeaders) else {
                throw .at(1, of: path, "no column rating among \(fields.joined(separator: ", "))")
            }
            return layout(
                names.count,
                [user, item, rating],
                timestamp: column(timeHeaders),
                firstLine: 2,
                "expected \(names.count) as in the header"
            )
        }
        guard (3...4).contains(fields.count) else {
            throw .at(1, of: path, "\(columns(fields.count, first.indices)); \(expected)")
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
