/// A binary heap of times, the earliest first.
///
/// Entries of ended calls are dropped when their time comes.
package struct DeadlineQueue<ID: Hashable & Sendable>: Sendable {
    private var heap: [(time: Int64, id: ID)] = []

    package init() {}

    /// The earliest entry.
    ///
    /// - Complexity: O(1).
    package var first: (time: Int64, id: ID)? { heap.first }

    /// Adds an entry.
    ///
    /// - Complexity: O(log n).
    package mutating func insert(_ id: ID, at time: Int64) {
        heap.append((time, id))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].time < heap[parent].time else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// The number of entries.
    package var count: Int { heap.count }

    /// Removes the entries of calls that have ended.
    ///
    /// - Complexity: O(n log n).
    package mutating func removeAll(where hasEnded: (ID) -> Bool) {
        let kept = heap.filter { !hasEnded($0.id) }
        heap = []
        for (time, id) in kept { insert(id, at: time) }
    }

    /// Removes the earliest entry.
    ///
    /// - Complexity: O(log n).
    @discardableResult
    package mutating func removeFirst() -> (time: Int64, id: ID)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].time < heap[least].time { least = child }
            }
            guard least != parent else { return first }
            heap.swapAt(least, parent)
            parent = least
        }
    }
}
