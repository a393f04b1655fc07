import RankSystem

/// An invented data set of MovieLens-100k's shape, for tests and for machines that cannot fetch the real one.
///
/// ```swift
/// let set = try SyntheticMovieLens(seed: 42)
/// try set.write(to: "data/synthetic")
/// ```
///
/// Ratings follow user and item biases, a low-rank taste and noise, in the proportions of the real set, and are cut
/// into stars so that their histogram is the real one. A few users and items have most of the ratings; each user has
/// at least 20 and each item at least one. Nothing of MovieLens is in it, and a model's quality on it says nothing
/// about its quality on MovieLens: a set written here carries a marker and loads as synthetic.
///
/// The same parameters give the same bytes on every platform: the arithmetic is IEEE addition, multiplication and
/// division in a fixed order, without a maths library.
public struct SyntheticMovieLens: Sendable, Equatable {
    /// Seeds all draws.
    public let seed: UInt64
    /// The number of users, ids from 1.
    public let userCount: Int
    /// The number of items, ids from 1.
    public let itemCount: Int
    /// The number of ratings.
    public let ratingCount: Int

    /// The ratings each user has at least, or as many as there are items.
    public static let minimumPerUser = 20

    /// A set of the given size, by default MovieLens-100k's.
    ///
    /// - Parameters:
    ///   - seed: Seeds all draws.
    ///   - userCount: At least 1.
    ///   - itemCount: At least 1.
    ///   - ratingCount: At least what gives each item one rating and each user `minimumPerUser`, at most one rating
    ///     of each item by each user.
    /// - Throws: `DataError` with code `invalidArgument` when the counts cannot be met.
    public init(
        seed: UInt64,
        userCount: Int = 943,
        itemCount: Int = 1_682,
        ratingCount: Int = 100_000
    ) throws(DataError) {
        // The bound keeps every product below in range; a set this large is made elsewhere.
        let largest = 1_000_000
        guard (1...largest).contains(userCount), (1...largest).contains(itemCount) else {
            throw DataError(.invalidArgument, "a synthetic set needs 1 to \(largest) users and as many items")
        }
        let least = max(itemCount, userCount * min(Self.minimumPerUser, itemCount))
        let most = min(userCount * itemCount, 100_000_000)
        guard least <= ratingCount, ratingCount <= most else {
            throw DataError(
                .invalidArgument,
                "\(userCount) users and \(itemCount) items cannot have \(ratingCount) ratings, "
                    + (least <= most ? "expected \(least) to \(most)" : "expected fewer users or items")
            )
        }
        self.seed = seed
        self.userCount = userCount
        self.itemCount = itemCount
        self.ratingCount = ratingCount
    }

    /// Makes the set in memory, equal to what `DataSet.load(directory:)` reads after `write(to:)`.
    ///
    /// - Returns: The set, `isSynthetic`.
    public func generate() -> DataSet {
        var random = NumPyRandom(seed: seed)
        let pairs = SyntheticPairs(
            userCount: userCount,
            itemCount: itemCount,
            ratingCount: ratingCount,
            minimumPerUser: Self.minimumPerUser,
            &random
        )
        let stars = SyntheticStars(pairs, &random).stars
        var ratings = RatingBuilder<NumberRows>(hasTimestamps: true)
        ratings.reserveCapacity(ratingCount)
        for row in random.permutation(ratingCount) {
            // The seven months of the real set.
            let time = Int64(874_724_710 + random.nextInteger(upTo: 18_561_928))
            let user = UInt64(pairs.users[row] + 1)
            ratings.append(
                user: ratings.users.row(of: user),
                item: ratings.items.row(of: UInt64(pairs.items[row] + 1)),
                stars: stars[row],
                timestamp: time
            )
        }
        var catalog = Catalog()
        for item in 1...itemCount {
            let number = String(item)
            let padding = String(repeating: "0", count: max(0, 4 - number.count))
            let year = 1_930 + random.nextInteger(upTo: 68)
            _ = catalog.append(id: UInt64(item), title: "Synthetic Movie \(padding)\(number) (\(year))")
        }
        return DataSet(
            name: DataSet.syntheticName(seed),
            isSynthetic: true,
            ratings: ratings.finish(scale: .stars),
            catalog: catalog,
            itemAttributes: Attributes(ids: catalog.ids, columns: [catalog.years].compactMap(\.self))
        )
    }

    /// Writes the set as a directory in MovieLens' form, with a marker file `SYNTHETIC`.
    ///
    /// The directory appears whole or not at all.
    ///
    /// - Parameter directory: A path where nothing or an empty directory is; missing parents are made.
    /// - Throws: `DataError` with code `unwritable`; nothing is left behind then.
    public func write(to directory: String) throws(DataError) {
        let set = generate()
        let ratings = set.ratings
        let names = [MovieLens.dataName, MovieLens.itemName, MovieLens.infoName, MovieLens.markerName]
        try AtomicDirectory.write(directory, names) { (name, output) throws(DataError) in
            switch name {
            case MovieLens.dataName:
                for row in 0..<ratings.count {
                    let time = ratings.timestamps?[row] ?? 0
                    let pair = "\(ratings.userIDs[row])\t\(ratings.itemIDs[row])"
                    try output.write("\(pair)\t\(Int(ratings.stars[row]))\t\(time)\n".utf8)
                }
            case MovieLens.itemName:
                let genres = String(repeating: "|0", count: MovieLens.itemFieldCount - 5)
                for (id, title) in zip(set.catalog.ids, set.catalog.titles) {
                    try output.write("\(id)|\(title)|||\(genres)\n".utf8)
                }
            case MovieLens.infoName:
                try output.write("\(userCount) users\n\(itemCount) items\n\(ratingCount) ratings\n".utf8)
            default:
                try output.write(DataSet.syntheticMarker(seed).utf8)
            }
        }
    }
}

extension DataSet {
    /// The contents of the file that marks a set as invented.
    static func syntheticMarker(_ seed: UInt64) -> String {
        "seed \(seed)\nInvented by a generator; nothing in this directory comes from MovieLens.\n"
    }
}
