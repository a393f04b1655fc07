import RankSystem

/// Invented ratings in any number, in the form MovieLens has had since 2013, for tests of speed and size.
///
/// A few users and items have most of the ratings; ratings are half stars that follow biases, a taste of four
/// dimensions and noise. Users ascend in the file, and items within each, as MovieLens has them. Nothing of MovieLens
/// is in it: a set written here carries a marker and loads as synthetic. The same parameters give the same bytes on
/// every platform.
public struct SyntheticRatings: Sendable, Equatable {
    /// Seeds all draws.
    public let seed: UInt64
    /// The number of ratings.
    public let ratingCount: Int
    /// The number of users, ids from 1.
    public let userCount: Int
    /// The number of items, ids from 1; some may get no rating.
    public let itemCount: Int

    /// The most users, and the most items.
    private static let entityLimit = 100_000_000
    private static let genres = ["Action", "Comedy", "Drama", "Horror", "Musical", "Romance", "Sci-Fi", "Western"]

    /// A set of the given size.
    ///
    /// - Parameters:
    ///   - seed: Seeds all draws.
    ///   - ratingCount: From 1 to a thousand million.
    ///   - userCount: At most one for each rating, and a hundred million; by default one for 150.
    ///   - itemCount: At most a hundred million; by default one for 400 ratings.
    /// - Throws: `DataError` with code `invalidArgument` when a count is out of range, or the users would rate more
    ///   than half of all items.
    public init(
        seed: UInt64,
        ratingCount: Int,
        userCount: Int? = nil,
        itemCount: Int? = nil
    ) throws(DataError) {
        guard (1...1_000_000_000).contains(ratingCount) else {
            throw DataError(.invalidArgument, "\(ratingCount) ratings; expected 1 to 1000000000")
        }
        self.seed = seed
        self.ratingCount = ratingCount
        self.userCount = userCount ?? max(1, ratingCount / 150)
        self.itemCount = itemCount ?? max(min(2 * ratingCount, 1_000), ratingCount / 400)
        let mostUsers = min(ratingCount, Self.entityLimit)
        guard (1...mostUsers).contains(self.userCount), (1...Self.entityLimit).contains(self.itemCount) else {
            throw DataError(
                .invalidArgument,
                "\(self.userCount) users and \(self.itemCount) items; expected 1 to \(mostUsers) users, no more than "
                    + "ratings, and 1 to \(Self.entityLimit) items"
            )
        }
        let most = self.userCount * max(1, self.itemCount / 2)
        guard ratingCount <= most else {
            throw DataError(
                .invalidArgument,
                "\(self.userCount) users and \(self.itemCount) items get at most \(most) ratings, half of all pairs; "
                    + "expected more users or items"
            )
        }
    }

    /// Writes `ratings.csv`, `movies.csv` and a marker file `SYNTHETIC`.
    ///
    /// Memory is that of some numbers for each user and item. The directory appears whole or not at all.
    ///
    /// - Parameter directory: A path where nothing or an empty directory is; missing parents are made.
    /// - Throws: `DataError` with code `unwritable`, or `invalidArgument` where this machine has not the memory;
    ///   nothing is left behind then.
    public func write(to directory: String) throws(DataError) {
        if let memory = physicalMemory() { try requireRoom(in: memory) }
        var random = NumPyRandom(seed: seed)
        let names = ["ratings.csv", "movies.csv", MovieLens.markerName]
        try AtomicDirectory.write(directory, names) { (name, output) throws(DataError) in
            switch name {
            case "ratings.csv": try writeRatings(&output, &random)
            case "movies.csv": try writeItems(&output, &random)
            default: try output.write(DataSet.syntheticMarker(seed).utf8)
            }
        }
    }

    /// Demands that some numbers for each user and item go into so many bytes of memory.
    package func requireRoom(in memory: Int) throws(DataError) {
        let word = MemoryLayout<Int>.stride
        let needed = itemCount * (MemoryLayout<Liking>.stride + 2 * word + 1) + userCount * 3 * word
        guard needed <= memory else {
            throw DataError(
                .invalidArgument,
                "\(userCount) users and \(itemCount) items take \(needed >> 20) MiB of memory, and this machine has "
                    + "\(memory >> 20); expected fewer of them"
            )
        }
    }

    private func writeItems(_ output: inout BufferedFile<DataError>, _ random: inout NumPyRandom) throws(DataError) {
        try output.write("movieId,title,genres\n".utf8)
        for item in 1...itemCount {
            let year = 1_930 + Int(random.nextInteger(upTo: 89))
            let first = Int(random.nextInteger(upTo: UInt64(Self.genres.count - 1)))
            let second = Int(random.nextInteger(upTo: UInt64(Self.genres.count - 1)))
            let genres = first == second ? Self.genres[first] : "\(Self.genres[first])|\(Self.genres[second])"
            try output.write("\(item),\"Synthetic Movie, No. \(item) (\(year))\",\(genres)\n".utf8)
        }
    }

    private func writeRatings(_ output: inout BufferedFile<DataError>, _ random: inout NumPyRandom) throws(DataError) {
        let items = (0..<itemCount).map { _ in Liking(&random, bias: 0.5) }
        let itemOfRank = random.permutation(itemCount)
        var order = Array(0..<userCount)
        random.shuffle(&order)
        let counts = activity(order)
        var isTaken = [Bool](repeating: false, count: itemCount)
        var chosen: [Int] = []
        try output.write("userId,movieId,rating,timestamp\n".utf8)
        for user in 0..<userCount {
            let liking = Liking(&random, bias: 0.45)
            chosen.removeAll(keepingCapacity: true)
            while chosen.count < counts[user] {
                // The cube makes a rank's share fall as its place to the power of −2/3.
                let unit = random.nextUnit()
                var item = itemOfRank[min(Int(Double(itemCount) * (unit * unit * unit)), itemCount - 1)]
                while isTaken[item] { item = item + 1 < itemCount ? item + 1 : 0 }
                isTaken[item] = true
                chosen.append(item)
            }
            chosen.sort()
            var time = 1_000_000_000 + Int(random.nextInteger(upTo: 500_000_000))
            for item in chosen {
                isTaken[item] = false
                let stars =
                    3.4 + liking.bias + items[item].bias + liking.match(items[item]) + 0.8 * Liking.bell(&random)
                time += 17
                try write(user + 1, item + 1, Int((2 * min(max(stars, 0.5), 5)).rounded()), time, &output)
            }
        }
    }

    private func write(
        _ user: Int,
        _ item: Int,
        _ halfStars: Int,
        _ time: Int,
        _ output: inout BufferedFile<DataError>
    ) throws(DataError) {
        try output.write(decimal: user)
        try output.write(CollectionOfOne(UInt8(ascii: ",")))
        try output.write(decimal: item)
        try output.write(CollectionOfOne(UInt8(ascii: ",")))
        try output.write(decimal: halfStars / 2)
        try output.write((halfStars.isMultiple(of: 2) ? ".0," : ".5,").utf8)
        try output.write(decimal: time)
        try output.write(CollectionOfOne(UInt8(ascii: "\n")))
    }

    /// The number of ratings of each user: at least one and at most half of all items, the first in `order` the most.
    private func activity(_ order: [Int]) -> [Int] {
        let most = max(1, itemCount / 2)
        let weights = order.indices.map { place in
            let position = (Double(place) + 0.5) / Double(userCount)
            return (1 - position) * (1 - position) / (position + 0.05) + 0.1
        }
        let total = weights.reduce(0, +)
        var counts = [Int](repeating: 1, count: userCount)
        var rest = ratingCount - userCount
        let share = Double(rest)
        for (user, weight) in zip(order, weights) {
            let extra = min(most - 1, Int(share * weight / total), rest)
            counts[user] += extra
            rest -= extra
        }
        while rest > 0 {
            for user in order where rest > 0 && counts[user] < most {
                counts[user] += 1
                rest -= 1
            }
        }
        return counts
    }

    /// A user's or an item's part of a rating.
    private struct Liking {
        let bias: Double
        let taste: SIMD4<Double>

        init(_ random: inout NumPyRandom, bias: Double) {
            self.bias = bias * Self.bell(&random)
            taste = SIMD4(Self.bell(&random), Self.bell(&random), Self.bell(&random), Self.bell(&random)) * 0.45
        }

        func match(_ other: Liking) -> Double { (taste * other.taste).sum() }

        /// Nearly a standard normal draw: four uniform ones of 16 bits, which is exact arithmetic on every platform.
        static func bell(_ random: inout NumPyRandom) -> Double {
            let bits = random.nextUInt64()
            let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
            return (Double(sum) * 0x1p-16 - 2) * 1.75
        }
    }
}
