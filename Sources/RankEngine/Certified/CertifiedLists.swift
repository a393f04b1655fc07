internal import CRankKernels

/// Scores as many candidates of a list as it takes to prove which are the best.
///
/// docs/reference/certified-top-k.md, "The list". Keeps its memory between lists: for one thread at a time.
@safe final class CertifiedLists {
    /// The fewest candidates of a list that bounds are computed for.
    static let fewest = 32
    /// The share of a list, one of so many, that may be wanted.
    static let largestShare = 4
    /// As few candidates are scored at once: further rounds would save less than they take.
    private static let fewInRound = 16

    private let bounds: CertifiedBounds
    private let network: Network
    private let table: SharedFloats?
    /// The rows of a list's candidates.
    private(set) var rows = unsafe UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)
    /// U + B1·r of each candidate; −∞ for one that is scored, or left out by its caller.
    private var upper = unsafe UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
    /// A heap of bounds with their places.
    private var keys = unsafe UnsafeMutableBufferPointer<UInt64>(start: nil, count: 0)
    /// The candidates of a round, and their scores.
    private var roundRows = unsafe UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)
    private var roundScores = unsafe UnsafeMutableBufferPointer<Float>(start: nil, count: 0)

    init(_ bounds: CertifiedBounds, _ network: Network, table: SharedFloats?) {
        self.bounds = bounds
        self.network = network
        self.table = table
    }

    deinit {
        unsafe rows.deallocate()
        unsafe upper.deallocate()
        unsafe keys.deallocate()
        unsafe roundRows.deallocate()
        unsafe roundScores.deallocate()
    }

    /// Whether bounds are computed for a part of a list.
    static func suit(_ count: Int, wanted: Int) -> Bool {
        wanted > 0 && count >= fewest && wanted <= count / largestShare
    }

    /// Makes room for a list; previous contents are lost.
    func reserve(_ count: Int) {
        guard unsafe count > rows.count else { return }
        let capacity = max(count, 1_024)
        unsafe rows.deallocate()
        unsafe rows = .allocate(capacity: capacity)
        unsafe upper.deallocate()
        unsafe upper = .allocate(capacity: capacity)
        unsafe keys.deallocate()
        unsafe keys = .allocate(capacity: capacity)
        unsafe roundRows.deallocate()
        unsafe roundRows = .allocate(capacity: capacity)
        unsafe roundScores.deallocate()
        unsafe roundScores = .allocate(capacity: capacity)
    }

    /// Scores the candidates of ``rows`` that may be among the best.
    ///
    /// - Parameters:
    ///   - user: The user's row.
    ///   - half: The user's half of the first layer.
    ///   - count: The number of candidates, of which ``rows`` has the rows.
    ///   - omitted: True at candidates that are not to be listed; nil where all are.
    ///   - best: The best scores of the list's earlier parts; takes those of this one.
    ///   - scores: Written: exact scores, and −∞ for the candidates that were left out or omitted.
    /// - Returns: Whether the scores are written; false where nothing can be proved of the user or a score is not
    ///   finite, and the caller scores every candidate.
    func score(
        _ user: UInt32,
        half: UnsafePointer<Float>,
        count: Int,
        omitting omitted: UnsafePointer<Bool>?,
        best: BestScores,
        into scores: UnsafeMutablePointer<Float>
    ) -> Bool {
        guard let record = unsafe bounds.record(of: user, half: half), let rowBase = unsafe rows.baseAddress,
            let upperBase = unsafe upper.baseAddress
        else { return false }
        unsafe bounds.bound(record, rows: rowBase, count: count, into: upperBase)
        unsafe scores.update(repeating: -.infinity, count: count)
        if let omitted = unsafe omitted {
            for index in 0..<count where unsafe omitted[index] { unsafe upperBase[index] = -.infinity }
        }
        let list = unsafe List(
            user: user,
            half: half,
            margin: Double(bounds.margin(of: record)),
            best: best,
            scores: scores
        )
        if !best.isFull {
            let size = gatherHighest(best.wanted, of: count)
            guard unsafe scoreRound(0..<size, list) else { return false }
        }
        let size = unsafe gather(from: list.least, count)
        if size > count / 2 || size <= Self.fewInRound { return unsafe scoreRound(0..<size, list) }
        // The higher half first: they raise the threshold for the others.
        let lower = raiseHigherHalf(size)
        guard unsafe scoreRound(lower..<size, list) else { return false }
        return unsafe scoreRound(0..<keep(from: list.least, lower), list)
    }

    /// The bounds of a user's scores with candidates' rows, without B0, and B0.
    func upperBounds(
        _ user: UInt32,
        half: UnsafePointer<Float>,
        _ rows: [UInt32]
    ) -> (upper: [Float], margin: Float)? {
        guard let record = unsafe bounds.record(of: user, half: half) else { return nil }
        let upper = unsafe [Float](unsafeUninitializedCapacity: rows.count) { buffer, count in
            count = rows.count
            if let start = buffer.baseAddress {
                unsafe bounds.bound(record, rows: rows, count: rows.count, into: start)
            }
        }
        return unsafe (upper, bounds.margin(of: record))
    }

    /// What the rounds of a list share.
    @unsafe private struct List {
        let user: UInt32
        let half: UnsafePointer<Float>
        let margin: Double
        let best: BestScores
        let scores: UnsafeMutablePointer<Float>

        /// The least U + B1·r of a candidate that may be among the best: τ − B0, rounded down.
        var least: Float {
            let exact = unsafe Double(best.threshold) - margin
            let near = Float(exact)
            return Double(near) > exact ? near.nextDown : near
        }
    }

    /// Scores the candidates of some keys; returns whether all scores are finite.
    private func scoreRound(_ round: Range<Int>, _ list: List) -> Bool {
        guard !round.isEmpty, let rowBase = unsafe roundRows.baseAddress,
            let scoreBase = unsafe roundScores.baseAddress,
            let keys = unsafe self.keys.baseAddress, let rows = unsafe self.rows.baseAddress,
            let upper = unsafe self.upper.baseAddress
        else { return true }
        for (index, key) in round.enumerated() { unsafe rowBase[index] = rows[Self.place(keys[key])] }
        unsafe network.run(
            list.user,
            userHalf: list.half,
            table: table?.buffer.baseAddress,
            rows: rowBase,
            count: round.count,
            scores: scoreBase
        )
        guard unsafe rank_all_finite(scoreBase, round.count) else { return false }
        for (index, key) in round.enumerated() {
            let place = unsafe Self.place(keys[key])
            unsafe list.scores[place] = scoreBase[index]
            unsafe upper[place] = -.infinity
            unsafe list.best.insert(scoreBase[index])
        }
        return true
    }

    // MARK: Keys

    /// Gathers the keys of the `wanted` highest bounds; returns their number.
    private func gatherHighest(_ wanted: Int, of count: Int) -> Int {
        guard let keys = unsafe self.keys.baseAddress, let upper = unsafe self.upper.baseAddress else { return 0 }
        // The root is the lowest of the highest: keys are inverted meanwhile.
        var size = 0
        var floor = -Float.infinity
        for place in 0..<count {
            let bound = unsafe upper[place]
            if bound <= floor { continue }
            let key = ~Self.key(bound, place)
            if size < wanted {
                unsafe keys[size] = key
                size += 1
                if size < wanted { continue }
                unsafe Self.heapify(keys, size)
            } else {
                unsafe keys[0] = key
                unsafe Self.siftDown(keys, 0, size)
            }
            unsafe floor = upper[Self.place(~keys[0])]
        }
        for index in 0..<size { unsafe keys[index] = ~keys[index] }
        return size
    }

    /// Gathers the keys of all bounds from `least` on; returns their number.
    private func gather(from least: Float, _ count: Int) -> Int {
        guard let keys = unsafe self.keys.baseAddress, let upper = unsafe self.upper.baseAddress else { return 0 }
        let floor = max(least, -.greatestFiniteMagnitude)
        var size = 0
        for place in 0..<count {
            let bound = unsafe upper[place]
            if bound < floor { continue }
            unsafe keys[size] = Self.key(bound, place)
            size += 1
        }
        return size
    }

    /// Puts the higher half of the keys last; returns the number of the others.
    private func raiseHigherHalf(_ size: Int) -> Int {
        guard let keys = unsafe self.keys.baseAddress else { return 0 }
        unsafe Self.heapify(keys, size)
        let lower = size / 2
        for end in stride(from: size - 1, through: lower, by: -1) {
            unsafe swap(&keys[0], &keys[end])
            unsafe Self.siftDown(keys, 0, end)
        }
        return lower
    }

    /// Keeps those of the first keys whose bounds are from `least` on; returns their number.
    private func keep(from least: Float, _ size: Int) -> Int {
        var kept = 0
        for index in 0..<size {
            let key = unsafe keys[index]
            if unsafe upper[Self.place(key)] < least { continue }
            unsafe keys[kept] = key
            kept += 1
        }
        return kept
    }

    private static func heapify(_ keys: UnsafeMutablePointer<UInt64>, _ size: Int) {
        for root in stride(from: size / 2 - 1, through: 0, by: -1) { unsafe siftDown(keys, root, size) }
    }

    /// Restores the heap below `root`: no key is smaller than its children.
    private static func siftDown(_ keys: UnsafeMutablePointer<UInt64>, _ root: Int, _ size: Int) {
        var parent = root
        let key = unsafe keys[root]
        while true {
            var child = 2 * parent + 1
            if child >= size { break }
            if unsafe child + 1 < size && keys[child] < keys[child + 1] { child += 1 }
            if unsafe key >= keys[child] { break }
            unsafe keys[parent] = keys[child]
            parent = child
        }
        unsafe keys[parent] = key
    }

    /// A key that orders as the bound does, with the place in its lower half.
    @inline(__always)
    private static func key(_ bound: Float, _ place: Int) -> UInt64 {
        let bits = (bound + 0).bitPattern
        let ascending = bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
        return UInt64(ascending) << 32 | UInt64(truncatingIfNeeded: place)
    }

    @inline(__always)
    private static func place(_ key: UInt64) -> Int { Int(key & 0xFFFF_FFFF) }
}
