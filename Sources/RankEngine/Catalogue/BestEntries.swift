/// The best entries of a list so far, at most as many as are wanted.
struct BestEntries {
    private struct Item {
        let entry: BatchScorer.Entry
        let key: UInt64
    }

    /// The number of entries wanted.
    private(set) var wanted = 0
    /// A heap: no entry comes after its parent in the list.
    private var heap: [Item] = []

    /// Starts an empty list, in the same memory.
    mutating func start(_ wanted: Int) {
        self.wanted = wanted
        heap.removeAll(keepingCapacity: true)
        heap.reserveCapacity(wanted)
    }

    /// The number of entries.
    var count: Int { heap.count }

    /// What a further entry must reach; −∞ while there is room.
    var threshold: Float { heap.count < wanted ? -.infinity : heap[0].entry.score }

    /// Takes an entry if it is among the best; `key` orders entries of equal score.
    mutating func insert(_ entry: BatchScorer.Entry, key: UInt64) {
        let item = Item(entry: entry, key: key)
        if heap.count < wanted {
            heap.append(item)
            var child = heap.count - 1
            while child > 0, Self.isBefore(heap[(child - 1) / 2], heap[child]) {
                heap.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        } else if Self.isBefore(item, heap[0]) {
            var parent = 0
            while 2 * parent + 1 < heap.count {
                var child = 2 * parent + 1
                if child + 1 < heap.count, Self.isBefore(heap[child], heap[child + 1]) { child += 1 }
                guard Self.isBefore(item, heap[child]) else { break }
                heap[parent] = heap[child]
                parent = child
            }
            heap[parent] = item
        }
    }

    /// The entries, best first.
    var sorted: [BatchScorer.Entry] { heap.sorted(by: Self.isBefore).map(\.entry) }

    private static func isBefore(_ left: Item, _ right: Item) -> Bool {
        left.entry.score == right.entry.score ? left.key < right.key : left.entry.score > right.entry.score
    }
}
