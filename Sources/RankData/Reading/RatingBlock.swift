/// Some ratings on their way to the columns, to which they go together.
struct RatingBlock: ~Copyable {
    /// The most ratings of a block: few enough to stay in the first-level cache.
    private static let capacity = 1_024

    private let userRows: UnsafeMutableBufferPointer<UInt32>
    private let itemRows: UnsafeMutableBufferPointer<UInt32>
    private let ratings: UnsafeMutableBufferPointer<Float>
    private let seconds: UnsafeMutableBufferPointer<Int64>
    /// The number of ratings.
    private(set) var count = 0

    init() {
        userRows = .allocate(capacity: Self.capacity)
        itemRows = .allocate(capacity: Self.capacity)
        ratings = .allocate(capacity: Self.capacity)
        seconds = .allocate(capacity: Self.capacity)
    }

    deinit {
        userRows.deallocate()
        itemRows.deallocate()
        ratings.deallocate()
        seconds.deallocate()
    }

    var isFull: Bool { count == Self.capacity }

    /// Adds a rating.
    ///
    /// - Precondition: The block is not full.
    @inline(__always)
    mutating func append(user: UInt32, item: UInt32, stars: Float, time: Int64) {
        precondition(count < Self.capacity)
        userRows.initializeElement(at: count, to: user)
        itemRows.initializeElement(at: count, to: item)
        ratings.initializeElement(at: count, to: stars)
        seconds.initializeElement(at: count, to: time)
        count += 1
    }

    /// Hands out the columns, whose memory the block keeps, and empties the block.
    mutating func drain(
        _ body: (
            _ users: UnsafeBufferPointer<UInt32>,
            _ items: UnsafeBufferPointer<UInt32>,
            _ stars: UnsafeBufferPointer<Float>,
            _ times: UnsafeBufferPointer<Int64>
        ) -> Void
    ) {
        body(
            UnsafeBufferPointer(rebasing: userRows[..<count]),
            UnsafeBufferPointer(rebasing: itemRows[..<count]),
            UnsafeBufferPointer(rebasing: ratings[..<count]),
            UnsafeBufferPointer(rebasing: seconds[..<count])
        )
        count = 0
    }
}
