/// The ids of one column of ratings: a row of a vocabulary each, four bytes a rating.
///
/// Reads as a collection of ids. Both arrays are shared by copies.
public struct IDColumn: Sendable, Equatable, RandomAccessCollection {
    /// The distinct ids that occur, ascending.
    public let vocabulary: [UInt64]
    /// By rating, the place of its id in `vocabulary`: equal rows are equal ids, and a smaller row is a smaller id.
    public let rows: [UInt32]

    /// - Precondition: `vocabulary` ascends, and each row is one of its places.
    init(vocabulary: [UInt64], rows: [UInt32]) {
        self.vocabulary = vocabulary
        self.rows = rows
    }

    /// 0.
    public var startIndex: Int { 0 }
    /// The number of ratings.
    public var endIndex: Int { rows.count }

    /// The id in a rating.
    public subscript(position: Int) -> UInt64 { vocabulary[Int(rows[position])] }

    /// Whether the ids are these.
    public static func == (column: IDColumn, ids: [UInt64]) -> Bool { column.elementsEqual(ids) }
}
