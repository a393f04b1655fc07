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
        try parse(FileSystem.readText(path), source: path == "-" ? "standard input" : path)
    }
}

/// Lists of user ids, written like lists of items; a first line `user`, `userId` or `user_id` is a header.
///
/// A header may also name further columns, as in a file of ratings: then each line has as many fields, and a user
/// counts once however often it stands there.
public enum UserList {
    /// Reads user ids from bytes; see ``ItemList/parse(_:source:)``.
    ///
    /// - Throws: `DataError` that names the line and the field; no id at all is an error too.
    public static func parse(_ bytes: [UInt8], source: String) throws(DataError) -> [UInt64] {
        if let users = try bytes.usersOfColumn(source: source) {
            var ids: [UInt64] = []
            for (id, line) in users { ids.append(try id.id(id.indices, named: "user id", line: line, of: source)) }
            return ids
        }
        return try bytes.ids(of: "user", headers: RatingCSV.user.names, source: source)
    }

    /// Reads user ids from a file.
    ///
    /// - Parameter path: The file, or `-` for standard input.
    /// - Returns: The ids.
    /// - Throws: `DataError` as `parse(_:source:)`, and when the file cannot be read.
    public static func load(path: String) throws(DataError) -> [UInt64] {
        try parse(FileSystem.readText(path), source: path == "-" ? "standard input" : path)
    }

    /// Reads user ids that are texts, one a line, quoted where they hold a comma or a quote.
    ///
    /// - Parameter path: The file, or `-` for standard input.
    /// - Returns: The ids.
    /// - Throws: `DataError` that names the line, and when the file cannot be read; no id at all is an error too.
    public static func loadTexts(path: String) throws(DataError) -> [String] {
        let source = path == "-" ? "standard input" : path
        return try parseTexts(FileSystem.readText(path), source: source)
    }

    /// Reads user ids that are texts from bytes; see ``loadTexts(path:)``.
    ///
    /// - Throws: `DataError` that names the line; no id at all is an error too.
    public static func parseTexts(_ bytes: [UInt8], source: String) throws(DataError) -> [String] {
        var ids: [String] = []
        if let users = try bytes.usersOfColumn(source: source) {
            for (id, line) in users { ids.append(try id.textID(named: "user id", line: line, of: source)) }
            return ids
        }
        var lines = Lines(bytes)
        var mayBeHeader = true
        while let line = lines.next() {
            if bytes.trimmed(line).isEmpty { continue }
            defer { mayBeHeader = false }
            guard let fields = CSV.rawFields(bytes, line), fields.count == 1 else {
                throw .at(lines.number, of: source, "expected one user id; quote it if it holds a comma or a quote")
            }
            let id = try fields[0].textID(named: "user id", line: lines.number, of: source)
            if mayBeHeader, RatingCSV.user.names.contains(id.lowercased()) { continue }
            ids.append(id)
        }
        if ids.isEmpty { throw DataError(.malformed, "\(source): no user ids in it") }
        return ids
    }
}

extension [UInt8] {
    /// The users of a file whose header names them beside other columns, each once, with the line where it first
    /// stands; nil for any other file.
    fileprivate func usersOfColumn(source: String) throws(DataError) -> [(id: [UInt8], line: Int)]? {
        var lines = Lines(self)
        var column: Int?
        var width = 0
        var seen: Set<[UInt8]> = []
        var users: [(id: [UInt8], line: Int)] = []
        while let line = lines.next() {
            if trimmed(line).isEmpty { continue }
            guard let fields = CSV.rawFields(self, line) else {
                if column == nil { return nil }
                throw .at(lines.number, of: source, "a quote is not closed, or text stands behind it")
            }
            guard let column else {
                let names = fields.map { String(decoding: $0, as: UTF8.self).lowercased() }
                guard names.count > 1, let place = names.firstIndex(where: RatingCSV.user.names.contains) else {
                    return nil
                }
                (column, width) = (place, names.count)
                continue
            }
            guard fields.count == width else {
                throw .at(
                    lines.number,
                    of: source,
                    "\(columns(fields.count, line)), expected \(width) as in the header"
                )
            }
            if seen.insert(fields[column]).inserted { users.append((fields[column], lines.number)) }
        }
        if users.isEmpty { throw DataError(.malformed, "\(source): no user ids in it") }
        return users
    }

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
