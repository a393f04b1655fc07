/// Lists of item ids: one per line, or separated by commas, or both; repeats are kept.
public enum ItemList {
    /// Reads item ids from bytes.
    ///
    /// A first line `item`, `item_id` or `movie_id` is a header. Blank lines are skipped.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8 text.
    ///   - source: What to call the bytes in a message.
    /// - Returns: The ids in their order.
    /// - Throws: `DataError` that names the line and the field; no id at all is an error too.
    public static func parse(_ bytes: [UInt8], source: String) throws(DataError) -> [UInt64] {
        try bytes.ids(of: "item", headers: PairList.itemHeaders, source: source)
    }

    /// Reads item ids from a file.
    ///
    /// - Parameter path: The file, or `-` for standard input.
    /// - Returns: The ids.
    /// - Throws: `DataError` as `parse(_:source:)`, and when the file cannot be read.
    public static func load(path: String) throws(DataError) -> [UInt64] {
        try parse(FileSystem.read(path), source: path == "-" ? "standard input" : path)
    }
}

/// Lists of user ids, written like lists of items; a first line `user` or `user_id` is a header.
public enum UserList {
    /// Reads user ids from bytes; see ``ItemList/parse(_:source:)``.
    ///
    /// - Throws: `DataError` that names the line and the field; no id at all is an error too.
    public static func parse(_ bytes: [UInt8], source: String) throws(DataError) -> [UInt64] {
        try bytes.ids(of: "user", headers: PairList.userHeaders, source: source)
    }

    /// Reads user ids from a file.
    ///
    /// - Parameter path: The file, or `-` for standard input.
    /// - Returns: The ids.
    /// - Throws: `DataError` as `parse(_:source:)`, and when the file cannot be read.
    public static func load(path: String) throws(DataError) -> [UInt64] {
        try parse(FileSystem.read(path), source: path == "-" ? "standard input" : path)
    }

    /// Reads user ids that are texts, one a line, quoted where they hold a comma or a quote.
    ///
    /// - Parameter path: The file, or `-` for standard input.
    /// - Returns: The ids.
    /// - Throws: `DataError` that names the line, and when the file cannot be read; no id at all is an error too.
    public static func loadTexts(path: String) throws(DataError) -> [String] {
        let source = path == "-" ? "standard input" : path
        let bytes = try FileSystem.read(path)
        var lines = Lines(bytes)
        var ids: [String] = []
        var mayBeHeader = true
        while let line = lines.next() {
            if bytes.trimmed(line).isEmpty { continue }
            defer { mayBeHeader = false }
            guard let fields = CSV.rawFields(bytes, line), fields.count == 1 else {
                throw .at(lines.number, of: source, "expected one user id; quote it if it holds a comma or a quote")
            }
            let id = try fields[0].textID(named: "user id", line: lines.number, of: source)
            if mayBeHeader, PairList.userHeaders.contains(id.lowercased()) { continue }
            ids.append(id)
        }
        if ids.isEmpty { throw DataError(.malformed, "\(source): no user ids in it") }
        return ids
    }
}

extension [UInt8] {
    /// The ids in a list; `what` names them in messages.
    fileprivate func ids(of what: String, headers: [String], source: String) throws(DataError) -> [UInt64] {
        let bytes = self
        var lines = Lines(bytes)
        var fields: [Range<Int>] = []
        var ids: [UInt64] = []
        var mayBeHeader = true
        while let line = lines.next() {
            let trimmed = bytes.trimmed(line)
            if trimmed.isEmpty { continue }
            defer { mayBeHeader = false }
            if mayBeHeader, headers.contains(bytes.text(trimmed).lowercased()) { continue }
            bytes.split(trimmed, at: UInt8(ascii: ","), into: &fields)
            // One comma may end a line of a longer list.
            if fields.count > 1, let last = fields.last, bytes.trimmed(last).isEmpty { fields.removeLast() }
            for field in fields {
                ids.append(try bytes.id(bytes.trimmed(field), named: "\(what) id", line: lines.number, of: source))
            }
        }
        if ids.isEmpty { throw DataError(.malformed, "\(source): no \(what) ids in it") }
        return ids
    }
}
