/// The categorical columns of the users or of the items of a data set; a row has no, one or several
/// values in each column.
public struct Attributes: Sendable, Equatable {
    /// A column: one property of all rows.
    public struct Column: Sendable, Equatable {
        /// The column's name, such as `genre`.
        public let name: String
        /// The values of each row; empty where there are none.
        public internal(set) var values: [[String]]

        init(_ name: String, values: [[String]] = []) {
            self.name = name
            self.values = values
        }
    }

    /// The ids of the rows, each once.
    public internal(set) var ids: [UInt64]
    /// The columns, ascending by name; their values are as many as `ids`.
    public internal(set) var columns: [Column]

    /// No rows and no columns.
    public static let empty = Attributes(ids: [], columns: [])

    init(ids: [UInt64], columns: [Column]) {
        self.ids = ids
        self.columns = columns.sorted { $0.name < $1.name }
    }

    /// Hands out everything as bytes, piece by piece, for a content hash.
    ///
    /// The stream is `rank-attributes-v1` and a line feed, the number of rows as u64, then per column its name, and per
    /// row its id and values, the texts each with their length in bytes before them; numbers are little-endian u64.
    ///
    /// - Parameters:
    ///   - names: What the ids stand for, where that is texts; each then goes out as its length and the text.
    ///   - body: Called with consecutive pieces.
    public func forEachCanonicalChunk(names: IDNames? = nil, _ body: ([UInt8]) -> Void) {
        var chunk = CanonicalBytes("rank-attributes-v1", count: ids.count)
        for column in columns {
            chunk.append(column.name)
            for (id, values) in zip(ids, column.values) {
                chunk.append(id: id, names)
                chunk.append(UInt64(values.count))
                for value in values { chunk.append(value) }
                chunk.flush(atLeast: CanonicalBytes.limit, to: body)
            }
        }
        chunk.flush(atLeast: 1, to: body)
    }
}

extension CanonicalBytes {
    fileprivate mutating func append(_ text: String) {
        append(UInt64(text.utf8.count))
        for byte in text.utf8 { append(byte) }
    }
}

extension Catalog {
    /// The year at the end of each title, as in `Toy Story (1995)`; nil where no title has one.
    var years: Attributes.Column? {
        let years = titles.map { title in Self.year(title).map { ["\($0)"] } ?? [] }
        return years.contains { !$0.isEmpty } ? Attributes.Column("year", values: years) : nil
    }

    /// The last four digits in brackets.
    private static func year(_ title: String) -> Int? {
        let bytes = Array(title.utf8)
        guard bytes.count >= 6 else { return nil }
        for start in stride(from: bytes.count - 6, through: 0, by: -1)
        where bytes[start] == UInt8(ascii: "(") && bytes[start + 5] == UInt8(ascii: ")") {
            if let year = try? bytes.unsignedInteger(start + 1..<start + 5) { return Int(year) }
        }
        return nil
    }
}
