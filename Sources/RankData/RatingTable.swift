/// Ratings being read: checks each row and remembers where it stood.
struct RatingTable {
    private(set) var ratings: Ratings
    private var index = PairIndex()
    private let file: String
    private let firstLine: Int

    /// An empty table; row 0 stands on `firstLine` of the file and each row takes one line.
    init(file: String, firstLine: Int, capacity: Int, hasTimestamps: Bool) {
        self.file = file
        self.firstLine = firstLine
        ratings = Ratings(hasTimestamps: hasTimestamps)
        ratings.reserveCapacity(capacity)
    }

    /// Adds a row.
    ///
    /// - Throws: `DataError` when the pair has been rated before: two ratings of one pair are a contradiction, and
    ///   which of them counts is not for a reader to decide.
    mutating func append(user: UInt64, item: UInt64, stars: Float, timestamp: Int64?) throws(DataError) {
        let row = ratings.count
        ratings.append(user: user, item: item, stars: stars, timestamp: timestamp)
        if let earlier = index.insert(row: row, ratings.userIDs, ratings.itemIDs) {
            throw .at(
                firstLine + row,
                of: file,
                "user \(user) rates item \(item) a second time, first on line \(firstLine + earlier); "
                    + "expected each pair once"
            )
        }
    }

    /// Checks that there are ratings and that a catalogue knows all that is rated.
    func finish(with catalog: Catalog, from catalogFile: String) throws(DataError) -> Ratings {
        for (row, item) in ratings.itemIDs.enumerated() where !catalog.contains(item) {
            throw .at(
                firstLine + row,
                of: file,
                "item \(item) is not in \(catalogFile); expected two files of one data set, both complete",
                code: .inconsistent
            )
        }
        return ratings
    }

    /// Throws when no row was read.
    func requireRows() throws(DataError) {
        if ratings.count == 0 { throw DataError(.malformed, "\(file): no ratings in it") }
    }
}
