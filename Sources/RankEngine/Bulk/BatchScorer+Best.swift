internal import CRankKernels
import RankSystem
internal import Synchronization

extension BatchScorer {
    /// One candidate of a user's list.
    public struct Entry: Sendable, Hashable {
        /// The candidate's row.
        public var row: UInt32
        /// The model's score.
        public var score: Float

        /// Makes an entry.
        public init(row: UInt32, score: Float) {
            self.row = row
            self.score = score
        }
    }

    /// Candidates of a part of the catalogue, which one thread scores for its users at a time.
    private static let slice = 32_768
    /// Users of a block, whose lists one thread makes at a time: the candidates' halves of the first layer are computed
    /// once for a block.
    private static let userBlock = 16

    /// The best `k` known candidates of the whole catalogue for each user, best first, in the order of a pool's
    /// answers: score descending, then id ascending.
    ///
    /// Takes about 3 MB for each thread, and 8 bytes for each entry and each 32,768 candidates; no tables. The lists of
    /// all users of a call are in memory at once. With an index, which
    /// ``choosing(_:top:users:memoryBudget:)`` makes, most candidates are not scored; the lists are the same.
    ///
    /// - Complexity: O(users · candidates).
    ///
    /// - Parameters:
    ///   - k: The length of a list; less where the model knows fewer candidates. 0 or less gives empty lists.
    ///   - userRows: The users' rows; 0 for unknown ones.
    ///   - excluded: For each user the candidates' rows, ascending, that its list must not have; empty to exclude none.
    /// - Returns: A list for each user, in the same order.
    /// - Throws: ``EngineError/Code/invalidQuery`` when a row does not exist, or there are more or fewer exclusions
    ///   than users; ``EngineError/Code/scoreNotFinite``, naming the first such pair.
    public func best(
        _ k: Int,
        userRows: [UInt32],
        excluding excluded: [[UInt32]] = []
    ) throws(EngineError) -> [[Entry]] {
        var scored = 0
        return try best(k, userRows: userRows, excluding: excluded, scored: &scored)
    }

    /// The best `k` known candidates, as ``best(_:userRows:excluding:)`` gives them.
    ///
    /// - Parameters:
    ///   - k: The length of a list.
    ///   - userRows: The users' rows.
    ///   - excluded: The rows that each list must not have.
    ///   - scored: Grows by the number of scores that were computed: those of all pairs unless there is an index.
    /// - Returns: A list for each user, in the same order.
    /// - Throws: As ``best(_:userRows:excluding:)``.
    public func best(
        _ k: Int,
        userRows: [UInt32],
        excluding excluded: [[UInt32]] = [],
        scored: inout Int
    ) throws(EngineError) -> [[Entry]] {
        guard excluded.isEmpty || excluded.count == userRows.count else {
            throw EngineError(.invalidQuery, "\(excluded.count) lists to exclude for \(userRows.count) users")
        }
        let shape = weights.shape
        for (index, row) in userRows.enumerated() where Int(row) >= shape.userRows {
            throw EngineError(.invalidQuery, "user \(index) has the row \(row) of \(shape.userRows)", position: index)
        }
        let known = shape.candidateRows - 1
        let k = min(k, known)
        guard k > 0, !userRows.isEmpty else { return userRows.map { _ in [] } }
        if let searches {
            let (lists, count) = searched(searches, k, userRows: userRows, excluding: excluded)
            scored += count
            return lists
        }
        scored += userRows.count * known
        let slices = (known + Self.slice - 1) / Self.slice
        // Enough work items for every thread, each with as many users as possible.
        let block = max(min(Self.userBlock, userRows.count * slices / (4 * threads), userRows.count), 1)
        let blocks = (userRows.count + block - 1) / block
        let found = Mutex([Result<[[Entry]], EngineError>?](repeating: nil, count: blocks * slices))
        let order = CandidateOrder(candidates)
        WorkSharing.share(blocks * slices, threads: threads) { [weights, kernel, integers] in
            BlockScorer(
                weights,
                integers,
                kernel: kernel,
                order: order,
                users: block,
                candidates: min(Self.slice, known)
            )
        } body: { scorer, item in
            // Blocks of users vary fastest: threads then read the same part of the catalogue at the same time.
            let (slice, position) = item.quotientAndRemainder(dividingBy: blocks)
            let places = (position * block)..<min((position + 1) * block, userRows.count)
            let users = Array(userRows[places])
            let first = 1 + slice * Self.slice
            let result = scorer.best(
                k,
                users: users,
                excluding: excluded.isEmpty ? [] : Array(excluded[places]),
                candidates: first..<min(first + Self.slice, known + 1)
            )
            found.withLock { $0[item] = result }
        }
        let parts = found.withLock { $0 }
        var lists: [[Entry]] = []
        for position in 0..<blocks {
            let users = min(block, userRows.count - position * block)
            var merged = [[Entry]](repeating: [], count: users)
            for slice in 0..<slices {
                guard let part = try parts[slice * blocks + position]?.get() else { continue }
                for (user, entries) in part.enumerated() { merged[user] += entries }
            }
            for entries in merged { lists.append(Array(entries.sorted(by: order.isBefore).prefix(k))) }
        }
        return lists
    }
}

/// The order of candidates of equal score: by their ids.
struct CandidateOrder: Sendable {
    private let numbers: StoredNumbers?
    /// Each row's place in the order of the ids, where ids are texts.
    private let places: [UInt64]?

    init(_ vocabulary: Vocabulary?) {
        switch vocabulary?.ids {
        case .numbers(let numbers): (self.numbers, places) = (numbers, nil)
        case .texts(let texts):
            let sorted = (1..<max(texts.offsets.count - 1, 1)).sorted {
                unsafe texts[$0].lexicographicallyPrecedes(texts[$1])
            }
            var places = [UInt64](repeating: 0, count: sorted.count + 1)
            for (place, row) in sorted.enumerated() { places[row] = UInt64(place) }
            (numbers, self.places) = (nil, places)
        default: (numbers, places) = (nil, nil)
        }
    }

    /// The number that orders a row among rows of equal score.
    func key(_ row: UInt32) -> UInt64 { numbers?[Int(row)] ?? places?[Int(row)] ?? UInt64(row) }

    func isBefore(_ left: BatchScorer.Entry, _ right: BatchScorer.Entry) -> Bool {
        left.score == right.score ? key(left.row) < key(right.row) : left.score > right.score
    }
}

/// One thread's memory and network for parts of a catalogue.
private final class BlockScorer {
    private let network: Network
    private let quantized: QuantizedNetwork?
    private let order: CandidateOrder
    private let userHalves = ScoringScratch()
    private let candidateHalves = ScoringScratch()
    private let scores = ScoringScratch()
    private let topK = TopK()
    /// The places of a window's candidates, from 0 on.
    private let places: [UInt32]
    private var keys: [UInt64] = []
    private var positions: [UInt32] = []
    /// Whether each candidate of a part is excluded from the current user's list.
    private var isExcluded: [Bool] = []
    private let window: Int
    private let room: Int

    init(
        _ weights: ModelWeights,
        _ integers: QuantizedWeights?,
        kernel: Kernel,
        order: CandidateOrder,
        users: Int,
        candidates: Int
    ) {
        let network = Network(weights, kernel: kernel)
        self.network = network
        quantized = integers.map { QuantizedNetwork(network, $0) }
        self.order = order
        // 256 KiB of halves stay in the L2 cache for all users of a block.
        window = min(max(65_536 / max(network.tableStride, 1), 6), 512)
        places = (0..<UInt32(window)).map { $0 }
        room = candidates
        userHalves.reserve(users * network.tableStride)
        candidateHalves.reserve(window * network.tableStride)
        scores.reserve(users * room)
    }

    /// The best candidates of a part of the catalogue for each user, without the excluded ones.
    func best(
        _ k: Int,
        users: [UInt32],
        excluding excluded: [[UInt32]],
        candidates: Range<Int>
    ) -> Result<[[BatchScorer.Entry]], EngineError> {
        score(users, candidates)
        keys = candidates.map { order.key(UInt32($0)).littleEndian }
        positions = [UInt32](repeating: 0, count: min(k, candidates.count))
        var lists: [[BatchScorer.Entry]] = []
        for index in users.indices {
            let row = unsafe UnsafeBufferPointer(rebasing: scores.floats[(index * room)...].prefix(candidates.count))
            // x·0 is 0 for finite x and NaN for all others.
            guard unsafe row.reduce(0, { $0 + $1 * 0 }) == 0 else {
                let place = unsafe row.firstIndex { !$0.isFinite } ?? 0
                let score = unsafe row[place]
                let pair = "user row \(users[index]) and candidate row \(candidates.lowerBound + place)"
                return .failure(EngineError(.scoreNotFinite, "\(pair) score \(score)"))
            }
            let hidden = excluded.isEmpty ? [] : excluded[index].part(of: candidates)
            if isExcluded.count != candidates.count { isExcluded = [Bool](repeating: false, count: candidates.count) }
            for candidate in hidden { isExcluded[Int(candidate) - candidates.lowerBound] = true }
            let count = unsafe keys.withUnsafeBytes { keys in
                unsafe positions.withUnsafeMutableBufferPointer { positions in
                    unsafe isExcluded.withUnsafeBufferPointer { isExcluded in
                        unsafe topK.select(
                            k,
                            scores: row,
                            ids: .numbers(keys),
                            excluding: hidden.isEmpty ? nil : isExcluded,
                            into: positions
                        )
                    }
                }
            }
            for candidate in hidden { isExcluded[Int(candidate) - candidates.lowerBound] = false }
            lists.append(
                positions[..<count].map { position in
                    BatchScorer.Entry(
                        row: UInt32(candidates.lowerBound) + position,
                        score: unsafe row[Int(position)]
                    )
                }
            )
        }
        return .success(lists)
    }

    /// Scores every user with every candidate, into rows of `room` floats.
    private func score(_ users: [UInt32], _ candidates: Range<Int>) {
        if let quantized {
            scoreIntegers(quantized, users, candidates)
            return
        }
        let stride = network.tableStride
        let (a, c) = unsafe (userHalves.floats.baseAddress, candidateHalves.floats.baseAddress)
        guard let output = unsafe scores.floats.baseAddress else { return }
        for (index, user) in users.enumerated() where stride > 0 {
            unsafe network.halfRows(RANK_HALF_USER, from: user, count: 1, into: a.map { unsafe $0 + index * stride })
        }
        for start in Swift.stride(from: candidates.lowerBound, to: candidates.upperBound, by: window) {
            let count = min(window, candidates.upperBound - start)
            if stride > 0 {
                unsafe network.halfRows(RANK_HALF_CANDIDATE, from: UInt32(start), count: count, into: c)
            }
            for (index, user) in users.enumerated() {
                unsafe network.run(
                    user,
                    userHalf: a.map { unsafe UnsafePointer($0 + index * stride) },
                    first: start,
                    halves: c.map { unsafe UnsafePointer($0) },
                    places: places,
                    count: count,
                    scores: output + index * room + (start - candidates.lowerBound)
                )
            }
        }
    }

    private func scoreIntegers(_ network: QuantizedNetwork, _ users: [UInt32], _ candidates: Range<Int>) {
        guard let output = unsafe scores.floats.baseAddress else { return }
        // A window's thresholds stay in the cache for all users of a block.
        for start in Swift.stride(from: candidates.lowerBound, to: candidates.upperBound, by: window) {
            let rows = (start..<min(start + window, candidates.upperBound)).map { UInt32($0) }
            for (index, user) in users.enumerated() {
                let row = unsafe output + index * room + (start - candidates.lowerBound)
                unsafe network.run(user, rows: rows, count: rows.count, scores: row)
            }
        }
    }
}

extension [UInt32] {
    /// The rows of an ascending list that lie in a range.
    fileprivate func part(of range: Range<Int>) -> ArraySlice<UInt32> {
        func place(_ row: Int) -> Int {
            var (low, high) = (0, count)
            while low < high {
                let middle = (low + high) / 2
                if Int(self[middle]) < row { low = middle + 1 } else { high = middle }
            }
            return low
        }
        return self[place(range.lowerBound)..<place(range.upperBound)]
    }
}
