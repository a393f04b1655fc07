import RankCore

/// Finds the row of a (user, item) pair: an open-addressing table over row numbers.
///
/// Half the size of a `Dictionary` of pairs and several times as fast to fill, because the keys stay in the columns.
struct PairIndex {
    private var slots = [Int](repeating: vacant, count: 16)
    private var count = 0
    private static let vacant = -1

    /// Enters a row.
    ///
    /// - Complexity: O(1) on average.
    ///
    /// - Returns: The earlier row with the same pair, in which case nothing is entered.
    mutating func insert(row: Int, _ users: [UInt64], _ items: [UInt64]) -> Int? {
        if (count + 1) * 2 > slots.count { grow(users, items) }
        let slot = slot(of: users[row], items[row], users, items)
        if slots[slot] != Self.vacant { return slots[slot] }
        slots[slot] = row
        count += 1
        return nil
    }

    /// Doubles the table, so that at least half of it stays vacant.
    private mutating func grow(_ users: [UInt64], _ items: [UInt64]) {
        let rows = slots.filter { $0 != Self.vacant }
        slots = [Int](repeating: Self.vacant, count: slots.count * 2)
        for row in rows { slots[slot(of: users[row], items[row], users, items)] = row }
    }

    /// The row of a pair, or nil when there is none.
    func row(_ user: UInt64, _ item: UInt64, _ users: [UInt64], _ items: [UInt64]) -> Int? {
        let row = slots[slot(of: user, item, users, items)]
        return row == Self.vacant ? nil : row
    }

    /// The slot that holds the pair or, failing that, the vacant one where it belongs.
    private func slot(of user: UInt64, _ item: UInt64, _ users: [UInt64], _ items: [UInt64]) -> Int {
        // Over both ids, so that contiguous ids spread.
        let hash = SplitMix64.mix(user &* SplitMix64.increment ^ item)
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != Self.vacant, users[slots[slot]] != user || items[slots[slot]] != item {
            slot = (slot + 1) & mask
        }
        return slot
    }
}
