import RankSystem

/// Items and their titles, in the order of the file they came from.
public struct Catalog: Sendable, Equatable {
    /// The item ids, each once.
    public private(set) var ids: [UInt64] = []
    /// The titles, as many as `ids`.
    public private(set) var titles: [String] = []
    private var rows: [UInt64: Int] = [:]

    /// The number of items.
    public var count: Int { ids.count }

    /// The title of an item, or nil when the catalogue does not have it.
    ///
    /// - Complexity: O(1).
    public func title(of id: UInt64) -> String? {
        rows[id].map { titles[$0] }
    }

    /// Whether the catalogue has an item.
    ///
    /// - Complexity: O(1).
    public func contains(_ id: UInt64) -> Bool {
        rows[id] != nil
    }

    /// Enters an item.
    ///
    /// - Returns: The row that already has this id, in which case nothing is entered.
    mutating func append(id: UInt64, title: String) -> Int? {
        if let earlier = rows[id] { return earlier }
        rows[id] = ids.count
        ids.append(id)
        titles.append(title)
        return nil
    }
}
