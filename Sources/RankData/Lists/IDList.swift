/// A list of ids as it was given, read before it is known whether ids are numbers or texts.
///
/// One id a line, or separated by commas, or both; repeats are kept. Texts that hold a comma or a quote are quoted, as
/// in CSV. A first line that names the column, such as `item_id`, is a header.
public struct IDList: Sendable, Equatable {
    /// The subject of the ids.
    public enum Subject: Sendable {
        /// Users.
        case users
        /// Items.
        case items
    }

    /// The source of the list, for messages: a path, `standard input`, or an option.
    public let source: String
    private let bytes: [UInt8]
    private let subject: Subject

    /// A list that stands on the command line.
    ///
    /// - Parameters:
    ///   - text: The list.
    ///   - source: What to call it in a message.
    ///   - subject: What the ids stand for.
    public init(_ text: String, source: String, of subject: Subject) {
        bytes = Array(text.utf8)
        self.source = source
        self.subject = subject
    }

    /// Reads a list from a file, without looking into it.
    ///
    /// - Parameters:
    ///   - path: The file, or `-` for standard input.
    ///   - subject: What the ids stand for.
    /// - Throws: `DataError` when the file cannot be read.
    public init(path: String, of subject: Subject) throws(DataError) {
        let file = try InputFile(path: path)
        (bytes, source) = (file.bytes, file.source)
        self.subject = subject
    }

    /// The ids as numbers.
    ///
    /// - Throws: `DataError` that names the line and the field; no id at all is an error too.
    public func numbers() throws(DataError) -> [UInt64] {
        switch subject {
        case .users: try UserList.parse(bytes, source: source)
        case .items: try ItemList.parse(bytes, source: source)
        }
    }

    /// The ids as texts of 1 to 65,535 bytes.
    ///
    /// - Throws: `DataError` that names the line and the field; no id at all is an error too.
    public func texts() throws(DataError) -> [String] {
        let (what, headers) =
            switch subject {
            case .users: ("user", RatingCSV.user.names)
            case .items: ("item", RatingCSV.item.names)
            }
        var lines = Lines(bytes)
        var ids: [String] = []
        var mayBeHeader = true
        while let line = lines.next() {
            if bytes.trimmed(line).isEmpty { continue }
            defer { mayBeHeader = false }
            guard var fields = CSV.rawFields(bytes, line) else {
                throw .at(
                    lines.number,
                    of: source,
                    "a quote is not closed, or text stands behind it; quote an id that holds a comma or a quote, and "
                        + "double the quotes in it"
                )
            }
            if mayBeHeader, fields.count == 1, headers.contains(String(decoding: fields[0], as: UTF8.self).lowercased())
            {
                continue
            }
            // One comma may end a line of a longer list.
            if fields.count > 1, fields.last?.isEmpty == true { fields.removeLast() }
            for field in fields { ids.append(try field.textID(named: "\(what) id", line: lines.number, of: source)) }
        }
        if ids.isEmpty { throw DataError(.malformed, "\(source): no \(what) ids in it") }
        return ids
    }
}
