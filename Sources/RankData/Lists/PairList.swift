/// (user, item) pairs, in the order of the file; repeats are kept.
///
/// A file is written like a file of ratings, whose further columns are ignored: CSV of `user,item` or
/// `user,item,rating[,timestamp]`, with or without a header that names the columns in any order and beside others; and
/// `*.inter`, `*.dat` and `u.data` by their names. Blank lines are skipped.
public struct PairList: Sendable, Equatable {
    /// The kind of ids in a list.
    public enum Kind: Sendable, Equatable {
        /// Unsigned numbers of at most 64 bits.
        case numbers
        /// Any UTF-8 text; quoted where it holds a comma or a quote.
        case texts
    }

    /// The users; of a list of texts their ids in the ratings that it was read for, and 0 where these have none.
    public private(set) var userIDs: [UInt64] = []
    /// The items, as many as `userIDs`.
    public private(set) var itemIDs: [UInt64] = []
    /// The line of each pair, counted from 1, for messages.
    public private(set) var lines: [Int] = []
    private var texts: [[String]]?

    /// The number of pairs.
    public var count: Int { userIDs.count }

    static let itemHeaders = ["item", "item_id", "movie_id"]

    /// Reads pairs from bytes.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8 text.
    ///   - source: What to call the bytes in a message, such as the path they came from, whose end tells the form.
    ///   - kind: What the ids are.
    /// - Throws: `DataError` that names the line and what was expected there; no pair at all is an error too.
    public init(parsing bytes: [UInt8], source: String, kind: Kind = .numbers) throws(DataError) {
        if kind == .texts { texts = [] }
        var scanner = Lines(bytes)
        var ranges: [Range<Int>] = []
        var layout: PairLayout?
        while let line = scanner.next() {
            if bytes.trimmed(line).isEmpty { continue }
            let number = scanner.number
            if layout == nil {
                let first = try PairLayout(bytes, first: line, number, source: source)
                layout = first
                if first.hasHeader { continue }
            }
            guard let pair = try layout?.pair(bytes, line, number, &ranges, source: source) else { continue }
            try append(pair.user, pair.item, number, source)
        }
        if count == 0 { throw DataError(.malformed, "\(source): no pairs in it, expected lines user,item") }
    }

    private mutating func append(
        _ user: [UInt8],
        _ item: [UInt8],
        _ number: Int,
        _ source: String
    ) throws(DataError) {
        if texts == nil {
            userIDs.append(try user.id(user.indices, named: "user id", line: number, of: source))
            itemIDs.append(try item.id(item.indices, named: "item id", line: number, of: source))
        } else {
            texts?.append(
                [
                    try user.textID(named: "user id", line: number, of: source),
                    try item.textID(named: "item id", line: number, of: source),
                ]
            )
            userIDs.append(0)
            itemIDs.append(0)
        }
        lines.append(number)
    }

    /// Reads pairs from a file.
    ///
    /// - Parameters:
    ///   - path: The file, or `-` for standard input.
    ///   - kind: What the ids are.
    /// - Returns: The pairs.
    /// - Throws: `DataError` as `init(parsing:source:kind:)`, and when the file cannot be read.
    public static func load(path: String, kind: Kind = .numbers) throws(DataError) -> PairList {
        let source = path == "-" ? "standard input" : path
        return try PairList(parsing: FileSystem.readText(path), source: source, kind: kind)
    }

    /// Reads pairs of the users and items of some ratings.
    static func load(path: String, for ratings: Ratings) throws(DataError) -> PairList {
        guard let users = ratings.userNames, let items = ratings.itemNames else { return try load(path: path) }
        var list = try load(path: path, kind: .texts)
        for (index, pair) in (list.texts ?? []).enumerated() {
            list.userIDs[index] = users.id(of: pair[0]) ?? 0
            list.itemIDs[index] = items.id(of: pair[1]) ?? 0
        }
        return list
    }

    /// The user of a pair as the list has it.
    public func userText(_ position: Int) -> String { texts?[position][0] ?? "\(userIDs[position])" }

    /// The item of a pair as the list has it.
    public func itemText(_ position: Int) -> String { texts?[position][1] ?? "\(itemIDs[position])" }

    /// A pair as the list has it.
    func text(_ position: Int) -> String { "\(userText(position)),\(itemText(position))" }
}
