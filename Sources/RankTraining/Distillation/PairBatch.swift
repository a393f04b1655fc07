import RankData

/// The pairs of a step: every one of some items for every one of some users.
struct PairBatch {
    /// The user's row of each pair.
    private(set) var userRows: [Int32]
    /// The item's row of each pair.
    private(set) var itemRows: [Int32]
    /// The teacher's score of each pair.
    private(set) var labels: [Float]
    private var users: [Int]
    private var items: [Int]

    init(users: Int, items: Int) {
        userRows = [Int32](repeating: 0, count: users * items)
        itemRows = userRows
        labels = [Float](repeating: 0, count: userRows.count)
        self.users = [Int](repeating: 0, count: users)
        self.items = [Int](repeating: 0, count: items)
    }

    /// Draws the next pairs: first the users, then the items.
    ///
    /// - Parameters:
    ///   - users: The taught users.
    ///   - items: The taught items.
    ///   - scores: The teacher's scores, by taught user and item.
    ///   - random: The generator.
    mutating func draw(
        _ users: TaughtRows,
        _ items: TaughtRows,
        from scores: [Float],
        _ random: inout NumPyRandom
    ) {
        for index in self.users.indices { self.users[index] = users.draw(&random) }
        for index in self.items.indices { self.items[index] = items.draw(&random) }
        var pair = 0
        for user in self.users {
            let start = user * items.rows.count
            for item in self.items {
                userRows[pair] = users.rows[user]
                itemRows[pair] = items.rows[item]
                labels[pair] = scores[start + item]
                pair += 1
            }
        }
    }
}
