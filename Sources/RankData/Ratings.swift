/// Ratings in the order of the file they came from, one column per field.
///
/// Each (user, item) pair occurs once. All columns have `count` elements.
public struct Ratings: Sendable, Equatable {
    /// Who rated.
    public private(set) var userIDs: [UInt64] = []
    /// What was rated.
    public private(set) var itemIDs: [UInt64] = []
    /// Stars, 1...5.
    public private(set) var stars: [Float] = []
    /// When, in seconds since 1970; nil when the file has no such column.
    public private(set) var timestamps: [Int64]?

    /// The number of ratings.
    public var count: Int { userIDs.count }

    init(hasTimestamps: Bool) {
        timestamps = hasTimestamps ? [] : nil
    }

    mutating func reserveCapacity(_ count: Int) {
        userIDs.reserveCapacity(count)
        itemIDs.reserveCapacity(count)
        stars.reserveCapacity(count)
        timestamps?.reserveCapacity(count)
    }

    mutating func append(user: UInt64, item: UInt64, stars: Float, timestamp: Int64?) {
        userIDs.append(user)
        itemIDs.append(item)
        self.stars.append(stars)
        if let timestamp { timestamps?.append(timestamp) }
    }

    /// The items a user has rated, in file order; empty when the user has rated none.
    ///
    /// Linear in `count`.
    public func items(ratedBy user: UInt64) -> [UInt64] {
        userIDs.indices.lazy.filter { userIDs[$0] == user }.map { itemIDs[$0] }
    }

    /// Hands out the ratings as bytes, piece by piece, for a content hash.
    ///
    /// The stream is `rank-ratings-v1` and a line feed, the number of rows as u64, then per row user u64, item u64 and
    /// stars as binary32, all little-endian, in file order. Timestamps are left out: nothing trains on them, and so
    /// the same ratings hash alike whether or not a file carries them.
    ///
    /// - Parameter body: Called with consecutive pieces of at most 64 KiB.
    /// - Throws: What `body` throws.
    public func forEachCanonicalChunk<Failure: Error>(_ body: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
        var chunk = CanonicalBytes("rank-ratings-v1", count: count)
        for row in userIDs.indices {
            chunk.append(userIDs[row])
            chunk.append(itemIDs[row])
            chunk.append(stars[row].bitPattern)
            try chunk.flush(atLeast: CanonicalBytes.limit, to: body)
        }
        try chunk.flush(atLeast: 1, to: body)
    }
}
