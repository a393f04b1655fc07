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

    /// The bounds that say which candidates are scored.
    let bounds: KeptBounds
    /// Bounds of fewer outputs, which leave candidates out before; nil where that does not pay.
    let front: KeptBounds?
    /// The fewest candidates of a list that ``front`` is computed for.
    let frontFewest: Int

    private let network: Network
    private let table: SharedFloats?
    /// The rows of a list's candidates.
    private(set) var rows = unsafe UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)
    private let keys = BoundKeys()
    /// The candidates of a round, and their scores or bounds.
    private var roundRows = unsafe UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)
    private var roundScores = unsafe UnsafeMutableBufferPointer<Float>(start: nil, count: 0)

    init(_ bounds: KeptBounds, front: KeptBounds? = nil, frontFewest: Int = 0, _ network: Network, table: SharedFloats?)
    {
        (self.bounds, self.front, self.frontFewest) = (bounds, front, frontFewest)
        self.network = network
        self.table = table
    }

    deinit {
        unsafe rows.deallocate()
        unsafe roundRows.deallocate()
        unsafe roundScores.deallocate()
    }

    /// The same lists with bounds of other outputs, after `front` outputs in every list.
    func keeping(_ kept: Int, after front: Int?) -> CertifiedLists {
        CertifiedLists(
            KeptBounds(bounds.shared, keeping: kept),
            front: front.map { KeptBounds(bounds.shared, keeping: $0) },
            network,
            table: table
        )
    }

    /// The outputs that bounds keep.
    var summary: String {
        guard let front else { return "\(bounds.kept) outputs kept" }
        return "\(bounds.kept) outputs kept, after \(front.kept) from \(frontFewest) candidates on"
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
        keys.reserve(capacity)
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
            let upperBase = unsafe keys.upper.baseAddress
        else { return false }
        let list = unsafe List(user: user, half: half, best: best, scores: scores)
        let narrow = unsafe count >= frontFewest ? front?.record(of: user, half: half) : nil
        if let front, let narrow = unsafe narrow {
            unsafe front.bound(narrow, rows: rowBase, count: count, into: upperBase)
        } else {
            unsafe bounds.bound(record, rows: rowBase, count: count, into: upperBase)
        }
        unsafe scores.update(repeating: -.infinity, count: count)
        if let omitted = unsafe omitted {
            for index in 0..<count where unsafe omitted[index] { unsafe upperBase[index] = -.infinity }
        }
        if !best.isFull {
            let size = keys.gatherHighest(best.wanted, of: count)
            guard unsafe scoreRound(0..<size, list) else { return false }
        }
        let margin = unsafe bounds.margin(of: record)
        var size: Int
        if let front, let narrow = unsafe narrow {
            size = keys.gather(from: unsafe list.least(front.margin(of: narrow)), of: count)
            size = unsafe narrowed(size, record, list)
        } else {
            size = keys.gather(from: unsafe list.least(margin), of: count)
        }
        if size > count / 2 || size <= Self.fewInRound { return unsafe scoreRound(0..<size, list) }
        // The higher half first: they raise the threshold for the others.
        let lower = keys.raiseHigherHalf(size)
        guard unsafe scoreRound(lower..<size, list) else { return false }
        return unsafe scoreRound(0..<keys.keep(from: list.least(margin), of: lower), list)
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
        let best: BestScores
        let scores: UnsafeMutablePointer<Float>

        /// The least U + B1·r of a candidate that may be among the best: τ − B0, rounded down.
        func least(_ margin: Float) -> Float {
            let exact = unsafe Double(best.threshold) - Double(margin)
            let near = Float(exact)
            return Double(near) > exact ? near.nextDown : near
        }
    }

    /// Bounds gathered candidates once more, with all outputs that are kept; returns the number of those that may be
    /// among the best.
    private func narrowed(_ size: Int, _ record: UnsafePointer<UInt8>, _ list: List) -> Int {
        guard size > 0, let rowBase = unsafe roundRows.baseAddress, let boundBase = unsafe roundScores.baseAddress
        else { return size }
        unsafe gatherRows(0..<size, into: rowBase)
        unsafe bounds.bound(record, rows: rowBase, count: size, into: boundBase)
        return unsafe keys.replace(size, by: boundBase, from: list.least(bounds.margin(of: record)))
    }

    /// Writes the rows of gathered candidates.
    private func gatherRows(_ round: Range<Int>, into output: UnsafeMutablePointer<UInt32>) {
        guard let rows = unsafe self.rows.baseAddress else { return }
        for (index, key) in round.enumerated() { unsafe output[index] = rows[keys.place(at: key)] }
    }

    /// Scores gathered candidates; returns whether all scores are finite.
    private func scoreRound(_ round: Range<Int>, _ list: List) -> Bool {
        guard !round.isEmpty, let rowBase = unsafe roundRows.baseAddress,
            let scoreBase = unsafe roundScores.baseAddress, let upper = unsafe keys.upper.baseAddress
        else { return true }
        unsafe gatherRows(round, into: rowBase)
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
            let place = keys.place(at: key)
            unsafe list.scores[place] = scoreBase[index]
            unsafe upper[place] = -.infinity
            unsafe list.best.insert(scoreBase[index])
        }
        return true
    }
}
