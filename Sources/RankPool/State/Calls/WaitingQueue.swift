/// A part that waits for a worker; without a part, a call that is not split yet.
struct Pending: Hashable, Sendable {
    var requester: Requester
    var part: Int?
}

/// The parts that wait for a worker, first come, first served.
struct WaitingQueue: Sendable {
    private var items: [Pending] = []
    private var head = 0

    var isEmpty: Bool { head == items.count }
    var count: Int { items.count - head }

    /// Every waiting part, in order.
    var all: ArraySlice<Pending> { items[head...] }

    /// - Complexity: O(1), amortised.
    mutating func append(_ item: Pending) {
        items.append(item)
    }

    /// - Complexity: O(1), amortised.
    mutating func popFirst() -> Pending? {
        guard head < items.count else { return nil }
        defer { head += 1 }
        if head >= 1_024, head * 2 >= items.count {
            items.removeFirst(head)
            head = 0
        }
        return items[head]
    }

    /// Puts parts back at the front, in their order.
    mutating func prepend(_ kept: [Pending]) {
        guard !kept.isEmpty else { return }
        items.replaceSubrange(0..<head, with: kept)
        head = 0
    }

    /// Removes the parts of calls that have ended.
    mutating func removeAll(where hasEnded: (Pending) -> Bool) {
        items.removeFirst(head)
        head = 0
        items.removeAll(where: hasEnded)
    }
}
