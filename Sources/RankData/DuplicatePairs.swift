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
    /// Linear in the number of ratings, times the number of batches.
    static func find(_ users: IDColumn, _ items: IDColumn, batch: Int = batch) -> [DuplicatePair] {
        var counts = [UInt32](repeating: 0, count: users.vocabulary.count)
        var isGrouped = true
        var before: UInt32 = 0
        for user in users.rows {
            counts[Int(user)] += 1
            if user < before { isGrouped = false }
            before = user
        }
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
        if isGrouped {
            for row in 0..<users.count { look(row) }
            return found
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
