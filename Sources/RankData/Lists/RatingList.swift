/// Ratings from one CSV file of lines `user,item,rating` or `user,item,rating,timestamp`, with ids as texts.
///
/// A header may come first (`user_id,item_id,rating`, `user,item,rating`, `userId,movieId,rating,timestamp`); blank
/// lines are skipped. Timestamps are checked and left out. Ids that hold a comma or a quote are quoted, as in RFC 4180.
public struct RatingList: Sendable, Equatable {
    /// One rating.
    public struct Rating: Sendable, Equatable {
        /// The user; a number in its shortest form where ids are numbers.
        public let user: String
        /// The item, likewise.
        public let item: String
        /// The rating, as it stands in the file.
        public let value: Float
        /// The line, counted from 1, for messages.
        public let line: Int
    }

    /// The ratings, in the order of the file; each pair once.
    public private(set) var ratings: [Rating] = []

    /// The number of ratings.
    public var count: Int { ratings.count }

    /// A pair by the bytes of its ids: canonically equivalent texts are equal as strings, and still different ids.
    private struct Pair: Hashable {
        let user: [UInt8]
        let item: [UInt8]
    }

    /// Whether a line names the columns.
    ///
    /// - Throws: `DataError` where it names them, and they are not user, item, rating and time in this order.
    private static func isHeader(_ fields: [String], _ line: Int, _ source: String) throws(DataError) -> Bool {
        var names = HeaderColumns(fields, of: source, line: line)
        guard names.has(RatingCSV.user), names.has(RatingCSV.item) else { return false }
        var found: [Int?] = []
        for meaning in [RatingCSV.user, RatingCSV.item, RatingCSV.rating] { found.append(try names.column(meaning)) }
        if fields.count == 4 { found.append(try names.column(RatingCSV.time)) }
        guard found == Array(0..<fields.count) else {
            throw .at(
                line,
                of: source,
                "the columns are \(fields.joined(separator: ",")), expected user,item,rating[,timestamp] in this order"
            )
        }
        return true
    }

    /// Reads ratings from bytes.
    ///
    /// - Complexity: O(n) for n ratings.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8 text.
    ///   - source: What to call the bytes in a message, such as the path they came from.
    ///   - idsAreTexts: Whether any text is an id; otherwise ids are unsigned decimal numbers of 64 bits, and `007` is
    ///     7.
    ///   - range: The ratings that are accepted; nil for every finite number.
    /// - Throws: `DataError` that names the line and what was expected there; a pair that is rated twice, and no rating
    ///   at all, are errors too.
    public init(
        parsing bytes: [UInt8],
        source: String,
        idsAreTexts: Bool,
        range: ClosedRange<Float>?
    ) throws(DataError) {
        var scanner = Lines(bytes)
        var lines: [Pair: Int] = [:]
        var mayBeHeader = true
        while let line = scanner.next() {
            if bytes.trimmed(line).isEmpty { continue }
            guard let raw = CSV.rawFields(bytes, line) else {
                throw .at(scanner.number, of: source, "a quote is not closed, or text stands behind it")
            }
            let fields = raw.map { String(decoding: $0, as: UTF8.self) }
            guard fields.count == 3 || fields.count == 4 else {
                let found = columns(fields.count, line)
                let separator = fields.count < 3 ? FieldSeparator.advice(Array(bytes[line]), expected: "commas") : nil
                let advice = separator.map { "; \($0)" } ?? ""
                throw .at(
                    scanner.number,
                    of: source,
                    "\(found), expected 3 or 4: user,item,rating[,timestamp]\(advice)"
                )
            }
            defer { mayBeHeader = false }
            if mayBeHeader, try Self.isHeader(fields, scanner.number, source) { continue }
            let user = try Self.id(raw[0], "user id", idsAreTexts, scanner.number, source)
            let item = try Self.id(raw[1], "item id", idsAreTexts, scanner.number, source)
            let pair = Pair(user: Array(user.utf8), item: Array(item.utf8))
            let value = try Self.value(fields[2], range, scanner.number, source)
            if fields.count == 4 {
                let time = Array(fields[3].utf8)
                _ = try time.timestamp(time.indices, line: scanner.number, of: source)
            }
            if let earlier = lines.updateValue(scanner.number, forKey: pair) {
                throw .at(
                    scanner.number,
                    of: source,
                    "user \(user) rates item \(item) a second time, first on line \(earlier); "
                        + "expected each pair once"
                )
            }
            ratings.append(Rating(user: user, item: item, value: value, line: scanner.number))
        }
        if count == 0 {
            throw DataError(.malformed, "\(source): no ratings in it, expected lines user,item,rating[,timestamp]")
        }
    }

    /// Reads ratings from a file.
    ///
    /// - Parameters:
    ///   - path: The file, or `-` for standard input.
    ///   - idsAreTexts: As in the initialiser.
    ///   - range: As in the initialiser.
    /// - Returns: The ratings.
    /// - Throws: `DataError` as the initialiser, and when the file cannot be read.
    public static func load(
        path: String,
        idsAreTexts: Bool,
        range: ClosedRange<Float>?
    ) throws(DataError) -> RatingList {
        try RatingList(
            parsing: FileSystem.readText(path),
            source: path == "-" ? "standard input" : path,
            idsAreTexts: idsAreTexts,
            range: range
        )
    }

    /// Hands out the ratings as bytes, piece by piece, for a content hash; their order in the file does not matter.
    ///
    /// The stream is `rank-rating-list-v1` and a line feed, the number of ratings as u64, then per rating, ascending by
    /// user and item as bytes, the length of the user as u64, its bytes, the same of the item, and the rating as
    /// binary32, all little-endian.
    ///
    /// - Parameter body: Called with consecutive pieces.
    /// - Throws: What `body` throws.
    public func forEachCanonicalChunk<Failure: Error>(_ body: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
        var chunk = CanonicalBytes("rank-rating-list-v1", count: count)
        let sorted = ratings.sorted { one, other in
            one.user.utf8.elementsEqual(other.user.utf8)
                ? one.item.utf8.lexicographicallyPrecedes(other.item.utf8)
                : one.user.utf8.lexicographicallyPrecedes(other.user.utf8)
        }
        for rating in sorted {
            for text in [rating.user, rating.item] {
                chunk.append(UInt64(text.utf8.count))
                for byte in text.utf8 { chunk.append(byte) }
            }
            chunk.append(rating.value.bitPattern)
            try chunk.flush(atLeast: CanonicalBytes.limit, to: body)
        }
        try chunk.flush(atLeast: 1, to: body)
    }

    private static func id(
        _ bytes: [UInt8],
        _ name: String,
        _ isText: Bool,
        _ line: Int,
        _ file: String
    ) throws(DataError) -> String {
        if isText { return try bytes.textID(named: name, line: line, of: file) }
        return "\(try bytes.id(bytes.indices, named: name, line: line, of: file))"
    }

    private static func value(
        _ text: String,
        _ range: ClosedRange<Float>?,
        _ line: Int,
        _ file: String
    ) throws(DataError) -> Float {
        let bytes = Array(text.utf8)
        let expected = range.map { "\(shortest($0.lowerBound)) to \(shortest($0.upperBound))" } ?? "a finite number"
        guard let value = try? bytes.decimal(bytes.indices), Float(value).isFinite else {
            throw .at(line, of: file, "the rating \(bytes.quoted(bytes.indices)) is not a number, expected \(expected)")
        }
        // A bound that is a sum may have been rounded.
        guard range.map({ $0.lowerBound <= Float(value) && Float(value) <= $0.upperBound.nextUp }) ?? true else {
            throw .at(line, of: file, "the rating \(bytes.quoted(bytes.indices)) is out of range, expected \(expected)")
        }
        return Float(value)
    }

    private static func shortest(_ number: Float) -> String {
        Int(exactly: number).map { "\($0)" } ?? "\(number)"
    }
}
