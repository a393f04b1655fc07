/// A rating of a pair that has been rated before.
struct DuplicatePair: Sendable, Equatable {
    /// The first rating of the pair.
    let first: UInt32
    /// The later one.
    let row: UInt32
}

/// Finds pairs that occur more than once, some users at a time: 20 MB and four bytes an item, whatever the number of
/// ratings, unless one user alone has more than `batch` of them.
enum DuplicatePairs {
    /// The ratings that are looked at together.
    static let batch = 4_000_000

    /// All later ratings of pairs, ascending by row.
    ///
    /// - Complexity: O(n · b) for n ratings in b batches.
    static func find(_ users: IDColumn, _ items: IDColumn, batch: Int = batch) -> [DuplicatePair] {
        if users.rows.ascend { return findGrouped(users.rows, items) }
        var counts = [UInt32](repeating: 0, count: users.vocabulary.count)
        for user in users.rows { counts[Int(user)] += 1 }
        var seen = [UInt32](repeating: .max, count: items.vocabulary.count)
        var found: [DuplicatePair] = []
        func look(_ row: Int) {
            let item = Int(items.rows[row])
            let earlier = seen[item]
            if earlier != .max, users.rows[Int(earlier)] == users.rows[row] {
                found.append(DuplicatePair(first: earlier, row: UInt32(row)))
            } else {
                seen[item] = UInt32(row)
            }
        }
        var start = 0
        while start < counts.count {
            var end = start
            var total = 0
            while end < counts.count, end == start || total + Int(counts[end]) <= batch {
                total += Int(counts[end])
                end += 1
            }
            for row in rows(of: start..<end, users.rows, counts, total) { look(Int(row)) }
            start = end
        }
        return found.sorted { $0.row < $1.row }
    }

    /// The later ratings of pairs where users ascend: a pair is repeated if its item was rated since its
    /// user's first rating.
    private static func findGrouped(_ users: [UInt32], _ items: IDColumn) -> [DuplicatePair] {
        // One more than the row, so that 0 is never.
        var seen = [UInt32](repeating: 0, count: items.vocabulary.count)
        var found: [DuplicatePair] = []
        var user: UInt32 = 0
        var first: UInt32 = 0
        for row in users.indices {
            let current = UInt32(row)
            if users[row] != user {
                user = users[row]
                first = current
            }
            let item = Int(items.rows[row])
            let earlier = seen[item]
            if earlier > first {
                found.append(DuplicatePair(first: earlier - 1, row: current))
            } else {
                seen[item] = current + 1
            }
        }
        return found
    }

    /// The ratings of some users, user by user, in file order within each.
    private static func rows(of range: Range<Int>, _ users: [UInt32], _ counts: [UInt32], _ total: Int) -> [UInt32] {
        var next: [Int] = []
        var sum = 0
        for user in range {
            next.append(sum)
            sum += Int(counts[user])
        }
        var rows = [UInt32](repeating: 0, count: total)
        let first = UInt32(range.lowerBound)
        let width = UInt32(range.count)
        for (row, user) in users.enumerated() where user &- first < width {
            let place = Int(user &- first)
            rows[next[place]] = UInt32(row)
            next[place] += 1
        }
        return rows
    }
}

extension [UInt32] {
    /// Whether none is smaller than the one before.
    fileprivate var ascend: Bool {
        var before: UInt32 = 0
        for value in self {
            guard value >= before else { return false }
            before = value
        }
        return true
    }
}
