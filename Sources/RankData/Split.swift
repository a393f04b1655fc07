/// Rows of `Ratings` told apart into those that train and those that test.
public struct Split: Sendable, Equatable {
    /// The rows to train on, in the order to train in.
    ///
    /// A seed gives the order of its permutation, which is the tutorial's shuffle followed by take. A file of test
    /// pairs, and `none`, give the order of the data file.
    public let trainingRows: [Int]
    /// The rows to test on, ascending, so that sums over them do not depend on how the split was given.
    ///
    /// May be empty.
    public let testRows: [Int]
    private let testPairs: [Pair]

    private struct Pair: Sendable, Equatable {
        let user: UInt64
        let item: UInt64
    }

    init(trainingRows: [Int], testRows: [Int], _ ratings: Ratings) {
        self.trainingRows = trainingRows
        self.testRows = testRows
        testPairs = testRows.map { Pair(user: ratings.userIDs[$0], item: ratings.itemIDs[$0]) }
            .sorted { ($0.user, $0.item) < ($1.user, $1.item) }
    }

    /// The split of `numpy.random.default_rng(seed).permutation(n)`: its first ⌊0.8 n⌋ rows train, the others test.
    init(seed: UInt64, _ ratings: Ratings) {
        var random = NumPyRandom(seed: seed)
        let order = random.permutation(ratings.count)
        let trainingCount = order.count / 5 * 4 + order.count % 5 * 4 / 5
        self.init(
            trainingRows: Array(order[..<trainingCount]),
            testRows: order[trainingCount...].sorted(),
            ratings
        )
    }

    /// The split whose test pairs are listed.
    init(testPairs pairs: PairList, source: String, _ ratings: Ratings) throws(DataError) {
        var index = PairIndex()
        for row in 0..<ratings.count { _ = index.insert(row: row, ratings.userIDs, ratings.itemIDs) }
        var listedOnLine = [Int](repeating: 0, count: ratings.count)
        for position in 0..<pairs.count {
            let user = pairs.userIDs[position]
            let item = pairs.itemIDs[position]
            guard let row = index.row(user, item, ratings.userIDs, ratings.itemIDs) else {
                throw .at(
                    pairs.lines[position],
                    of: source,
                    "user \(user) has no rating of item \(item) in the data; is this the split of another data set?",
                    code: .inconsistent
                )
            }
            guard listedOnLine[row] == 0 else {
                throw .at(
                    pairs.lines[position],
                    of: source,
                    "the pair \(user),\(item) is listed a second time, first on line \(listedOnLine[row])"
                )
            }
            listedOnLine[row] = pairs.lines[position]
        }
        self.init(
            trainingRows: listedOnLine.indices.filter { listedOnLine[$0] == 0 },
            testRows: listedOnLine.indices.filter { listedOnLine[$0] != 0 },
            ratings
        )
    }

    /// Hands out the test set as bytes, piece by piece, for a hash that identifies it.
    ///
    /// The stream is `rank-split-v1` and a line feed, the number of pairs as u64, then user u64 and item u64 of each
    /// test pair, ascending by user and item, all little-endian. Equal test sets give equal bytes, so that `seed:42`
    /// and a file of the same pairs are recognised as one split.
    ///
    /// - Parameter body: Called with consecutive pieces of at most 64 KiB.
    /// - Throws: What `body` throws.
    public func forEachCanonicalChunk<Failure: Error>(_ body: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
        var chunk = CanonicalBytes("rank-split-v1", count: testPairs.count)
        for pair in testPairs {
            chunk.append(pair.user)
            chunk.append(pair.item)
            try chunk.flush(atLeast: CanonicalBytes.limit, to: body)
        }
        try chunk.flush(atLeast: 1, to: body)
    }
}
