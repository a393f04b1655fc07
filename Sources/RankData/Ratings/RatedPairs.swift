/// The items that each user has rated, looked up by ids: 4 bytes a rating and 8 a user.
public struct RatedPairs: Sendable {
    private let ratings: Ratings
    /// By user of the vocabulary, the place where the user's rows begin; then one past the last row.
    private let starts: [Int]
    /// Rows of the ratings, ascending by user and item.
    private let rows: [UInt32]

    /// The pairs of some ratings.
    ///
    /// - Complexity: O(n) for n ratings.
    ///
    /// - Parameters:
    ///   - ratings: The ratings.
    ///   - isWanted: Whether the pair of a row counts.
    public init(_ ratings: Ratings, where isWanted: (Int) -> Bool = { _ in true }) {
        let wanted = (0..<UInt32(ratings.count)).filter { isWanted(Int($0)) }
        rows = ratings.sorted(wanted)
        var starts = [Int](repeating: 0, count: ratings.userIDs.vocabulary.count + 1)
        for row in rows { starts[Int(ratings.userIDs.rows[Int(row)]) + 1] += 1 }
        for user in starts.indices.dropFirst() { starts[user] += starts[user - 1] }
        self.starts = starts
        self.ratings = ratings
    }

    /// The place of a user in the ratings' vocabulary; nil for an unknown user.
    ///
    /// - Complexity: O(log n) for n users.
    public func user(ofText text: String) -> Int? { ratings.userIDs.place(ofText: text, ratings.userNames) }

    /// The place of an item in the ratings' vocabulary, likewise.
    public func item(ofText text: String) -> Int? { ratings.itemIDs.place(ofText: text, ratings.itemNames) }

    /// The places of the items that a user has rated, ascending.
    public func items(ratedBy user: Int) -> [Int] {
        rows[starts[user]..<starts[user + 1]].map { Int(ratings.itemIDs.rows[Int($0)]) }
    }

    /// Whether a user has rated an item, both by their places.
    ///
    /// - Complexity: O(log n) for n ratings of the user.
    public func contains(user: Int, item: Int) -> Bool {
        var (low, high) = (starts[user], starts[user + 1])
        while low < high {
            let middle = (low + high) / 2
            let found = Int(ratings.itemIDs.rows[Int(rows[middle])])
            if found == item { return true }
            if found < item { low = middle + 1 } else { high = middle }
        }
        return false
    }
}

extension IDColumn {
    /// The place of an id in the vocabulary, by its text.
    fileprivate func place(ofText text: String, _ names: IDNames?) -> Int? {
        let id: UInt64
        if let names {
            guard let named = names.id(of: text) else { return nil }
            id = named
        } else {
            guard let number = UInt64(text) else { return nil }
            id = number
        }
        var (low, high) = (0, vocabulary.count)
        while low < high {
            let middle = (low + high) / 2
            if vocabulary[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low < vocabulary.count && vocabulary[low] == id ? low : nil
    }
}
