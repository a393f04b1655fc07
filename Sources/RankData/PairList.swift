/// (user, item) pairs from CSV, in the order of the file; repeats are kept.
///
/// A header (`user_id,item_id`, `user,item` or `user_id,movie_id`) may come first; blank lines are skipped.
public struct PairList: Sendable, Equatable {
    /// The users.
    public private(set) var userIDs: [UInt64] = []
    /// The items, as many as `userIDs`.
    public private(set) var itemIDs: [UInt64] = []
    /// The line of each pair, counted from 1, for messages.
    public private(set) var lines: [Int] = []

    /// The number of pairs.
    public var count: Int { userIDs.count }

    static let userHeaders = ["user", "user_id"]
    static let itemHeaders = ["item", "item_id", "movie_id"]

    /// Reads pairs from bytes.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8 text of lines `user,item`.
    ///   - source: What to call the bytes in a message, such as the path they came from.
    /// - Throws: `DataError` that names the line and what was expected there; no pair at all is an error too.
    public init(parsing bytes: [UInt8], source: String) throws(DataError) {
        var scanner = Lines(bytes)
        var fields: [Range<Int>] = []
        var mayBeHeader = true
        while let line = scanner.next() {
            if bytes.trimmed(line).isEmpty { continue }
            bytes.split(line, at: UInt8(ascii: ","), into: &fields)
            guard fields.count == 2 else {
                throw .at(scanner.number, of: source, "\(columns(fields.count, line)), expected 2: user,item")
            }
            let user = bytes.trimmed(fields[0])
            let item = bytes.trimmed(fields[1])
            defer { mayBeHeader = false }
            if mayBeHeader, Self.userHeaders.contains(bytes.text(user).lowercased()),
                Self.itemHeaders.contains(bytes.text(item).lowercased())
            {
                continue
            }
            userIDs.append(try bytes.id(user, named: "user id", line: scanner.number, of: source))
            itemIDs.append(try bytes.id(item, named: "item id", line: scanner.number, of: source))
            lines.append(scanner.number)
        }
        if count == 0 { throw DataError(.malformed, "\(source): no pairs in it, expected lines user,item") }
    }

    /// Reads pairs from a file.
    ///
    /// - Parameter path: The file, or `-` for standard input.
    /// - Returns: The pairs.
    /// - Throws: `DataError` as `init(parsing:source:)`, and when the file cannot be read.
    public static func load(path: String) throws(DataError) -> PairList {
        try PairList(parsing: FileSystem.read(path), source: path == "-" ? "standard input" : path)
    }
}
