internal import CRankKernels
import RankSystem

/// Measures whether bounds pay for a model: the same lists plain and certified, in turns.
struct TopKTrial {
    private static let mostUsers = 64
    private static let mostCandidates = 500
    private static let wanted = 10
    /// The share of the plain plan's time above which the plain plan is taken.
    static let limit = 0.8

    let network: Network
    let tables: (users: SharedFloats, candidates: SharedFloats)?
    let lists: CertifiedLists
    let shape: ModelShape

    /// The time of a certified list of 500 as a share of that of a plain one; of each, a quarter of the users took
    /// less.
    ///
    /// Users have their records: those are made once.
    func share() -> Double {
        let users = min(shape.userRows, Self.mostUsers)
        let count = min(shape.candidateRows, Self.mostCandidates)
        let half = ScoringScratch()
        let scores = ScoringScratch()
        half.reserve(network.tableStride)
        scores.reserve(count)
        lists.reserve(count)
        let best = BestScores()
        let topK = TopK(capacity: Self.wanted)
        let ids = [UInt64](repeating: 0, count: count)
        var positions = [UInt32](repeating: 0, count: Self.wanted)
        guard let half = unsafe half.floats.baseAddress, let output = unsafe scores.floats.baseAddress,
            let rows = unsafe lists.rows.baseAddress
        else { return 1 }
        // In an order that no prefetcher knows.
        for place in 0..<count { unsafe rows[place] = UInt32(place * 7_919 % count * shape.candidateRows / count) }
        func select() {
            unsafe ids.withUnsafeBytes { ids in
                unsafe positions.withUnsafeMutableBufferPointer { positions in
                    _ = unsafe topK.select(
                        Self.wanted,
                        scores: UnsafeBufferPointer(start: output, count: count),
                        ids: .numbers(ids),
                        into: positions
                    )
                }
            }
        }
        var (plain, certified) = ([UInt64](), [UInt64]())
        for turn in 0..<(2 * users) {
            let user = UInt32(turn % users * shape.userRows / users)
            unsafe network.halfRows(RANK_HALF_USER, from: user, count: 1, into: half)
            let start = MonotonicClock.nanoseconds()
            unsafe network.run(
                user,
                userHalf: half,
                table: tables?.candidates.buffer.baseAddress,
                rows: rows,
                count: count,
                scores: output
            )
            select()
            let middle = MonotonicClock.nanoseconds()
            best.reset(Self.wanted)
            let isProved = unsafe lists.score(user, half: half, count: count, omitting: nil, best: best, into: output)
            select()
            let end = MonotonicClock.nanoseconds()
            // The first turn makes the records.
            if turn < users { continue }
            plain.append(middle &- start)
            certified.append(isProved ? end &- middle : middle &- start &+ (end &- middle))
        }
        return Double(Self.quarter(certified)) / Double(max(Self.quarter(plain), 1))
    }

    private static func quarter(_ times: [UInt64]) -> UInt64 { times.sorted()[times.count / 4] }
}
