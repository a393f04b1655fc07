public import RankData

/// The row of an embedding table for each id; row 0 belongs to unknown ids.
public enum RowIndex: Sendable, Equatable {
    /// Row r is that of id r, for 1...count.
    case identity(count: Int)
    /// Row r is that of the id at r − 1; ascending.
    case sorted([UInt64])
    /// Row r is that of the id at r − 1; the ids stand for texts.
    case named([UInt64], IDNames)

    /// The index of distinct ids: the identity if they are 1, 2, … without a gap.
    ///
    /// - Complexity: O(n log n)
    ///
    /// - Parameters:
    ///   - ids: The ids; repeats count once.
    ///   - names: The texts that the ids stand for, if any.
    public init(ids: some Sequence<UInt64>, names: IDNames? = nil) {
        let sorted = Set(ids).sorted()
        if let names {
            self = .named(sorted, names)
        } else if sorted.first == 1, sorted.last == UInt64(sorted.count) {
            self = .identity(count: sorted.count)
        } else {
            self = .sorted(sorted)
        }
    }

    /// Rows of the table, row 0 included.
    public var rowCount: Int {
        switch self {
        case .identity(let count): count + 1
        case .sorted(let ids), .named(let ids, _): ids.count + 1
        }
    }

    /// The row of an id; 0 when it has none.
    ///
    /// - Complexity: O(log n)
    public func row(of id: UInt64) -> Int {
        switch self {
        case .identity(let count):
            return id <= UInt64(count) ? Int(id) : 0
        case .sorted(let ids), .named(let ids, _):
            var range = 0..<ids.count
            while !range.isEmpty {
                let middle = range.lowerBound + range.count / 2
                if ids[middle] == id { return middle + 1 }
                range = ids[middle] < id ? (middle + 1)..<range.upperBound : range.lowerBound..<middle
            }
            return 0
        }
    }
}
