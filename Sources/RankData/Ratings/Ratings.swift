/// Ratings in the order of the file they came from, one column per field.
///
/// Each (user, item) pair occurs once. All columns have `count` elements. A rating takes 12 bytes, and 4 more where it
/// has a time from 1970 to 2106.
public struct Ratings: Sendable, Equatable {
    /// The user of each rating.
    public private(set) var userIDs: IDColumn
    /// The item of each rating.
    public private(set) var itemIDs: IDColumn
    /// The ratings, on `scale`.
    public private(set) var stars: [Float]
    /// The time of each rating (seconds since 1970); nil when the file has no such column.
    public private(set) var timestamps: Timestamps?
    /// The scale of `stars`.
    public let scale: RatingScale
    /// The texts of the users' ids; nil where ids are numbers.
    public let userNames: IDNames?
    /// The texts of the items' ids; nil where ids are numbers.
    public let itemNames: IDNames?

    /// The number of ratings.
    public var count: Int { stars.count }

    init(
        _ users: IDColumn,
        _ items: IDColumn,
        stars: [Float],
        timestamps: Timestamps?,
        scale: RatingScale,
        userNames: IDNames? = nil,
        itemNames: IDNames? = nil
    ) {
        userIDs = users
        itemIDs = items
        self.stars = stars
        self.timestamps = timestamps
        self.scale = scale
        self.userNames = userNames
        self.itemNames = itemNames
    }

    /// The items a user has rated, in file order; empty when the user has rated none.
    ///
    /// - Complexity: O(n) for n ratings.
    public func items(ratedBy user: UInt64) -> [UInt64] {
        guard let row = userIDs.vocabulary.firstIndex(of: user) else { return [] }
        return userIDs.rows.indices.lazy.filter { userIDs.rows[$0] == UInt32(row) }.map { itemIDs[$0] }
    }

    /// Settles pairs that are rated more than once.
    ///
    /// - Parameters:
    ///   - duplicates: What `DuplicatePairs.find` has found.
    ///   - rule: What becomes of them; nothing is done under `refuse`.
    mutating func settle(_ duplicates: [DuplicatePair], by rule: DuplicateRule) {
        guard !duplicates.isEmpty, rule != .refuse else { return }
        var removed = [Bool](repeating: false, count: count)
        var sums: [UInt32: (stars: Double, count: Int, last: UInt32)] = [:]
        for pair in duplicates {
            let sum = sums[pair.first] ?? (Double(stars[Int(pair.first)]), 1, pair.first)
            sums[pair.first] = (sum.stars + Double(stars[Int(pair.row)]), sum.count + 1, pair.row)
            removed[Int(pair.row)] = true
        }
        if rule == .mean { for (first, sum) in sums { stars[Int(first)] = Float(sum.stars / Double(sum.count)) } }
        if rule == .last {
            for (first, sum) in sums {
                removed[Int(first)] = true
                removed[Int(sum.last)] = false
            }
        }
        let kept = removed.indices.lazy.filter { !removed[$0] }
        let count = kept.count
        userIDs = IDColumn(vocabulary: userIDs.vocabulary, rows: kept.map { userIDs.rows[$0] })
        itemIDs = IDColumn(vocabulary: itemIDs.vocabulary, rows: kept.map { itemIDs.rows[$0] })
        stars = kept.map { stars[$0] }
        timestamps?.keep(kept, count: count)
    }

    /// Hands out the ratings as bytes in an order of their own, piece by piece, for a hash that knows them again in any
    /// order of a file.
    ///
    /// The stream is that of `forEachCanonicalChunk`, with `rank-ratings-sorted-v1` or `rank-ratings-sorted-text-v1`
    /// first and the rows ascending by user and item.
    ///
    /// - Parameter body: Called with consecutive pieces of at most 64 KiB, or one row.
    /// - Throws: What `body` throws.
    public func forEachSortedChunk<Failure: Error>(_ body: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
        let kind = userNames == nil ? "rank-ratings-sorted-v1" : "rank-ratings-sorted-text-v1"
        var chunk = CanonicalBytes(kind, count: count)
        for row in sorted(Array(0..<UInt32(count))) {
            append(Int(row), to: &chunk)
            try chunk.flush(atLeast: CanonicalBytes.limit, to: body)
        }
        try chunk.flush(atLeast: 1, to: body)
    }

    /// Rows of these ratings, ascending by user and then item: sorted by counting, which a vocabulary in order allows.
    package func sorted(_ rows: [UInt32]) -> [UInt32] {
        var rows = rows
        for column in [itemIDs, userIDs] {
            var next = [Int](repeating: 0, count: column.vocabulary.count + 1)
            for row in rows { next[Int(column.rows[Int(row)]) + 1] += 1 }
            for id in column.vocabulary.indices { next[id + 1] += next[id] }
            var sorted = [UInt32](repeating: 0, count: rows.count)
            for row in rows {
                let id = Int(column.rows[Int(row)])
                sorted[next[id]] = row
                next[id] += 1
            }
            rows = sorted
        }
        return rows
    }

    private func append(_ row: Int, to chunk: inout CanonicalBytes) {
        chunk.append(id: userIDs[row], userNames)
        chunk.append(id: itemIDs[row], itemNames)
        chunk.append(stars[row].bitPattern)
    }

    /// Hands out the ratings as bytes, piece by piece, for a content hash.
    ///
    /// The stream is `rank-ratings-v1` and a line feed, the number of rows as u64, then per row user u64, item u64 and
    /// stars as binary32, all little-endian, in file order. Where ids are texts it starts with `rank-ratings-text-v1`,
    /// and each id is its length in bytes as u64 and the text. Timestamps are left out: nothing trains on them, and so
    /// the same ratings hash alike whether or not a file carries them.
    ///
    /// - Parameter body: Called with consecutive pieces of at most 64 KiB, or one row.
    /// - Throws: What `body` throws.
    public func forEachCanonicalChunk<Failure: Error>(_ body: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
        var chunk = CanonicalBytes(userNames == nil ? "rank-ratings-v1" : "rank-ratings-text-v1", count: count)
        for row in 0..<count {
            append(row, to: &chunk)
            try chunk.flush(atLeast: CanonicalBytes.limit, to: body)
        }
        try chunk.flush(atLeast: 1, to: body)
    }
}
