/// Rows of `Ratings`, four bytes each; reads as a collection of `Int`.
public struct RowList: Sendable, Equatable, RandomAccessCollection {
    /// The rows.
    public let rows: [UInt32]

    init(_ rows: [UInt32]) {
        self.rows = rows
    }

    /// 0.
    public var startIndex: Int { 0 }
    /// The number of rows.
    public var endIndex: Int { rows.count }

    /// A row.
    public subscript(position: Int) -> Int { Int(rows[position]) }

    /// Whether the rows are these.
    public static func == (list: RowList, rows: [Int]) -> Bool { list.elementsEqual(rows) }
}

/// Rows of `Ratings` told apart into those that train and those that test.
public struct Split: Sendable, Equatable {
    /// The rows to train on, in the order to train in.
    ///
    /// A seed gives the order of its permutation, which is the tutorial's shuffle followed by take. A file of test
    /// pairs, and `none`, give the order of the data file.
    public let trainingRows: RowList
    /// The rows to test on, ascending, so that sums over them do not depend on how the split was given.
    ///
    /// May be empty.
    public let testRows: RowList
    /// Ascending by user, then item.
    private let testPairs: [Pair]
    private let userNames: IDNames?
    private let itemNames: IDNames?

    private struct Pair: Sendable, Equatable {
        let user: UInt64
        let item: UInt64
    }

    /// A split of rows that are chosen elsewhere: no row is in both lists, and the test rows ascend.
    package init(trainingRows: [UInt32], testRows: [UInt32], _ ratings: Ratings) {
        self.trainingRows = RowList(trainingRows)
        self.testRows = RowList(testRows)
        userNames = ratings.userNames
        itemNames = ratings.itemNames
        testPairs = testRows.map { Pair(user: ratings.userIDs[Int($0)], item: ratings.itemIDs[Int($0)]) }
            .sorted { ($0.user, $0.item) < ($1.user, $1.item) }
    }

    /// The split of `numpy.random.default_rng(seed).permutation(n)`: its first ⌊0.8 n⌋ rows train, the others test.
    init(seed: UInt64, _ ratings: Ratings) {
        var random = NumPyRandom(seed: seed)
        var order = Array(0..<UInt32(ratings.count))
        random.shuffle(&order)
        let trainingCount = order.count / 5 * 4 + order.count % 5 * 4 / 5
        let testRows = order[trainingCount...].sorted()
        order.removeLast(order.count - trainingCount)
        self.init(trainingRows: order, testRows: testRows, ratings)
    }

    /// The split whose test pairs are listed.
    init(testPairs pairs: PairList, source: String, _ ratings: Ratings) throws(DataError) {
        var index = PairIndex()
        var fault: (position: Int, message: String, code: DataError.Code)?
        for position in 0..<pairs.count {
            guard let earlier = index.insert(row: position, pairs.userIDs, pairs.itemIDs) else { continue }
            let message =
                "the pair \(pairs.text(position)) is listed a second time, first on line \(pairs.lines[earlier])"
            fault = (position, message, .malformed)
            break
        }
        var isFound = [Bool](repeating: false, count: pairs.count)
        var (trainingRows, testRows): ([UInt32], [UInt32]) = ([], [])
        for row in 0..<ratings.count {
            if let position = index.row(ratings.userIDs[row], ratings.itemIDs[row], pairs.userIDs, pairs.itemIDs) {
                isFound[position] = true
                testRows.append(UInt32(row))
            } else {
                trainingRows.append(UInt32(row))
            }
        }
        if let missing = isFound.indices.first(where: { !isFound[$0] && $0 < fault?.position ?? pairs.count }) {
            let message =
                "user \(pairs.userText(missing)) has no rating of item \(pairs.itemText(missing)) in the data; "
                + "is this the split of another data set?"
            fault = (missing, message, .inconsistent)
        }
        if let fault { throw .at(pairs.lines[fault.position], of: source, fault.message, code: fault.code) }
        self.init(trainingRows: trainingRows, testRows: testRows, ratings)
    }

    /// Hands out the test set as bytes, piece by piece, for a hash that identifies it.
    ///
    /// The stream is `rank-split-v1` and a line feed, the number of pairs as u64, then user u64 and item u64 of each
    /// test pair, ascending by user and item, all little-endian. Where ids are texts it starts with
    /// `rank-split-text-v1`, and each id is its length in bytes as u64 and the text. Equal test sets give equal bytes,
    /// so that `seed:42` and a file of the same pairs are recognised as one split.
    ///
    /// - Parameter body: Called with consecutive pieces of at most 64 KiB, or one pair.
    /// - Throws: What `body` throws.
    public func forEachCanonicalChunk<Failure: Error>(_ body: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
        var chunk = CanonicalBytes(userNames == nil ? "rank-split-v1" : "rank-split-text-v1", count: testPairs.count)
        for pair in testPairs {
            chunk.append(id: pair.user, userNames)
            chunk.append(id: pair.item, itemNames)
            try chunk.flush(atLeast: CanonicalBytes.limit, to: body)
        }
        try chunk.flush(atLeast: 1, to: body)
    }
}
