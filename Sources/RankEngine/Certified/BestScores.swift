/// The best exact scores of a list so far, as many as are wanted: what a candidate has to reach.
///
/// Carries a list's threshold from slice to slice. Keeps its memory between lists. One thread at a time.
@safe public final class BestScores {
    /// The number of entries wanted; 0 where every candidate is.
    public private(set) var wanted = 0
    /// The number of scores taken so far, at most ``wanted``.
    private var size = 0
    /// A heap: no score is larger than its children.
    private var heap = unsafe UnsafeMutableBufferPointer<Float>(start: nil, count: 0)

    /// Makes room for nothing yet.
    public init() {}

    deinit {
        unsafe heap.deallocate()
    }

    /// Forgets all scores; allocates only where more are wanted than ever before.
    public func reset(_ wanted: Int) {
        self.wanted = max(wanted, 0)
        size = 0
        guard unsafe self.wanted > heap.count else { return }
        unsafe heap.deallocate()
        unsafe heap = .allocate(capacity: self.wanted)
    }

    /// Whether as many scores as wanted are known.
    var isFull: Bool { wanted > 0 && size == wanted }

    /// The worst of the best, which a candidate has to reach; −∞ while there are fewer than wanted.
    var threshold: Float { isFull ? unsafe heap[0] : -.infinity }

    /// Takes an exact score.
    @inline(__always)
    func insert(_ score: Float) {
        if size < wanted {
            unsafe heap[size] = score
            size += 1
            siftUp(size - 1)
        } else if wanted > 0, unsafe score > heap[0] {
            unsafe heap[0] = score
            siftDown()
        }
    }

    private func siftUp(_ start: Int) {
        var child = start
        while child > 0, unsafe heap[child] < heap[(child - 1) / 2] {
            unsafe heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private func siftDown() {
        var parent = 0
        while 2 * parent + 1 < size {
            var child = 2 * parent + 1
            if child + 1 < size, unsafe heap[child + 1] < heap[child] { child += 1 }
            guard unsafe heap[child] < heap[parent] else { return }
            unsafe heap.swapAt(parent, child)
            parent = child
        }
    }
}
