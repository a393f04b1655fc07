/// The requests in flight: a fixed table, so that sending and receiving allocate nothing.
///
/// A request's id is its place in the table and the number of times that the place was used, so that a late reply to a
/// request that was given up meets no other.
struct RequestsInFlight {
    /// A request in flight.
    struct Entry {
        /// The time that its latency counts from (nanoseconds).
        var start: UInt64
        /// The time at which it was sent (nanoseconds).
        var sent: UInt64
        var link: Int
        var use: UInt32
        var isOut: Bool
    }

    private var entries: [Entry]
    private var free: [Int]

    init(capacity: Int) {
        entries = [Entry](
            repeating: Entry(start: 0, sent: 0, link: 0, use: 0, isOut: false),
            count: capacity
        )
        free = Array((0..<capacity).reversed())
    }

    /// The number of requests in flight.
    var count: Int { entries.count - free.count }

    /// Takes a place; nil where all are taken.
    mutating func insert(start: UInt64, sent: UInt64, link: Int) -> UInt64? {
        guard let place = free.popLast() else { return nil }
        let use = entries[place].use &+ 1
        entries[place] = Entry(start: start, sent: sent, link: link, use: use, isOut: true)
        // Id 0 is what a worker answers an unreadable frame with; a place's first use is 1.
        return UInt64(use) << 32 | UInt64(place)
    }

    /// Gives the place of a request back; nil for an id that is not out.
    mutating func remove(_ id: UInt64) -> Entry? {
        let place = Int(id & 0xFFFF_FFFF)
        guard place < entries.count, entries[place].isOut, UInt64(entries[place].use) == id >> 32 else { return nil }
        entries[place].isOut = false
        free.append(place)
        return entries[place]
    }

    /// Gives up every request that was sent before a time.
    ///
    /// - Complexity: O(n) for a table of n places.
    /// - Returns: The number given up of each of `links` links.
    mutating func giveUp(sentBefore time: UInt64, links: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: links)
        for place in entries.indices where entries[place].isOut && entries[place].sent < time {
            entries[place].isOut = false
            free.append(place)
            counts[entries[place].link] += 1
        }
        return counts
    }
}
