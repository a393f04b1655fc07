/// The pairs of a synthetic set: distinct, zero-based, users one after the other.
struct SyntheticPairs {
    let userCount: Int
    let itemCount: Int
    private(set) var users: [Int] = []
    private(set) var items: [Int] = []
    /// By item, the popularity rank over the number of items: 0 is the most popular.
    let popularity: [Double]

    /// Draws the pairs.
    ///
    /// - Parameters:
    ///   - userCount: The number of users.
    ///   - itemCount: The number of items, each of which gets a rating.
    ///   - ratingCount: The number of pairs.
    ///   - minimumPerUser: The pairs that each user has at least, or as many as there are items.
    ///   - random: Where the draws come from.
    init(userCount: Int, itemCount: Int, ratingCount: Int, minimumPerUser: Int, _ random: inout NumPyRandom) {
        self.userCount = userCount
        self.itemCount = itemCount
        let itemByRank = random.permutation(itemCount)
        var popularity = [Double](repeating: 0, count: itemCount)
        for (rank, item) in itemByRank.enumerated() {
            popularity[item] = (Double(rank) + 0.5) / Double(itemCount)
        }
        self.popularity = popularity

        let activity = Self.activity(userCount, itemCount, ratingCount, minimum: min(minimumPerUser, itemCount))
        var chosen: [[Int]] = Array(repeating: [], count: userCount)
        let room = zip(random.permutation(userCount), activity).sorted { $0.0 < $1.0 }.map(\.1)
        // Each item gets its one rating first, so that the popular ones cannot crowd it out.
        for item in 0..<itemCount {
            var user = Int(random.nextInteger(upTo: UInt64(userCount - 1)))
            while chosen[user].count >= room[user] { user = (user + 1) % userCount }
            chosen[user].append(item)
        }

        let draw = WeightedDraw(popularity.map { UInt64(1_000_000 * Self.skew($0, offset: 0.04)) + 1 })
        var isTaken = [Bool](repeating: false, count: itemCount)
        users.reserveCapacity(ratingCount)
        items.reserveCapacity(ratingCount)
        for user in 0..<userCount {
            for item in chosen[user] { isTaken[item] = true }
            while chosen[user].count < room[user] {
                var item = draw.next(&random)
                var attempts = 1
                while isTaken[item], attempts < 32 {
                    item = draw.next(&random)
                    attempts += 1
                }
                // A user who has rated nearly every item takes the next one left.
                while isTaken[item] { item = (item + 1) % itemCount }
                isTaken[item] = true
                chosen[user].append(item)
            }
            for item in chosen[user] {
                isTaken[item] = false
                users.append(user)
                items.append(item)
            }
        }
    }

    /// The weight of a position in 0...1 of a ranking: nearly 0 at the tail, and the more at the head
    /// the smaller `offset`.
    private static func skew(_ position: Double, offset: Double) -> Double {
        (1 - position) * (1 - position) / (position + offset)
    }

    /// The number of ratings of the most active user, the second most active, and so on.
    private static func activity(_ userCount: Int, _ itemCount: Int, _ ratingCount: Int, minimum: Int) -> [Int] {
        let weights = (0..<userCount).map { skew((Double($0) + 0.5) / Double(userCount), offset: 0.1) }
        let total = weights.reduce(0, +)
        let extra = ratingCount - minimum * userCount
        var counts = weights.map { min(itemCount, minimum + Int(Double(extra) * $0 / total)) }
        var rest = ratingCount - counts.reduce(0, +)
        while rest > 0 {
            for user in counts.indices where rest > 0 && counts[user] < itemCount {
                counts[user] += 1
                rest -= 1
            }
        }
        return counts
    }
}

/// Draws indices in proportion to whole weights, so that no rounding decides.
private struct WeightedDraw {
    private let upperBounds: [UInt64]

    init(_ weights: [UInt64]) {
        var sum: UInt64 = 0
        upperBounds = weights.map { weight in
            sum += weight
            return sum
        }
    }

    /// The next index.
    ///
    /// - Complexity: O(log n) for n weights.
    func next(_ random: inout NumPyRandom) -> Int {
        let value = random.nextInteger(upTo: (upperBounds.last ?? 1) - 1)
        var low = 0
        var high = upperBounds.count - 1
        while low < high {
            let middle = (low + high) / 2
            if upperBounds[middle] > value { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
