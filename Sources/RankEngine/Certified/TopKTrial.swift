internal import CRankKernels
import RankSystem

/// Measures which bounds pay for a model: the same lists plain and certified, in turns.
struct TopKTrial {
    private static let mostUsers = 64
    private static let wanted = 10
    /// The candidates of the lists that choose the outputs to keep.
    private static let usualCount = 500
    /// The candidates of the lists that say whether fewer outputs pay in front, longest first.
    private static let frontCounts = [1_500, 500, 100]
    /// The share of the plain plan's time above which the plain plan is taken.
    static let limit = 0.8
    /// The share of the time without them above which bounds in front are left out.
    private static let frontLimit = 0.95

    let network: Network
    let tables: (users: SharedFloats, candidates: SharedFloats)?
    let bounds: CertifiedBounds
    let shape: ModelShape

    /// The fastest lists, and the time of one of 500 candidates as a share of that of a plain one.
    ///
    /// Of each plan's lists a quarter took less than its time. Users have their records: those are made once.
    func fastest() -> (lists: CertifiedLists, share: Double) {
        let all = KeptBounds.choices(bounds.proof.outputs).map { lists(KeptBounds(bounds, keeping: $0)) }
        let count = min(shape.candidateRows, Self.usualCount)
        let times = times(of: all, count: count)
        guard let (fastest, time) = zip(all, times.dropFirst()).min(by: { $0.1 < $1.1 }) else {
            return (lists(KeptBounds(bounds, keeping: 1)), 1)
        }
        let share = Double(time) / Double(max(times[0], 1))
        guard share < Self.limit else { return (fastest, share) }
        return (withFront(fastest, all.prefix { $0 !== fastest }.map(\.bounds)), share)
    }

    /// Lists that are bounded by fewer outputs first where that pays, from a length on.
    private func withFront(_ single: CertifiedLists, _ fronts: [KeptBounds]) -> CertifiedLists {
        var (front, fewest) = (KeptBounds?.none, 0)
        for count in Self.frontCounts {
            // That of the longest lists is the one of all.
            let pairs = (front.map { [$0] } ?? fronts).map { lists(single.bounds, front: $0) }
            let times = self.times(of: [single] + pairs, count: count, timesPlain: false)
            guard let (pair, time) = zip(pairs, times.dropFirst()).min(by: { $0.1 < $1.1 }),
                Double(time) < Double(times[0]) * Self.frontLimit
            else { break }
            (front, fewest) = (pair.front, count)
        }
        return front == nil ? single : lists(single.bounds, front: front, frontFewest: fewest)
    }

    private func lists(_ own: KeptBounds, front: KeptBounds? = nil, frontFewest: Int = 0) -> CertifiedLists {
        CertifiedLists(own, front: front, frontFewest: frontFewest, network, table: tables?.candidates)
    }

    /// The times of lists in turns, plain ones first where they are wanted [nanoseconds].
    private func times(of ways: [CertifiedLists], count: Int, timesPlain: Bool = true) -> [UInt64] {
        let users = min(shape.userRows, Self.mostUsers)
        let half = ScoringScratch()
        let scores = ScoringScratch()
        half.reserve(network.tableStride)
        scores.reserve(count)
        let best = BestScores()
        let topK = TopK(capacity: Self.wanted)
        let ids = [UInt64](repeating: 0, count: count)
        var positions = [UInt32](repeating: 0, count: Self.wanted)
        let plainCount = timesPlain ? 1 : 0
        var times = [[UInt64]](repeating: [], count: plainCount + ways.count)
        guard let half = unsafe half.floats.baseAddress, let output = unsafe scores.floats.baseAddress else {
            return times.map { _ in 0 }
        }
        for way in ways { fill(way, count) }
        for turn in 0..<(2 * users) {
            let user = UInt32(turn % users * shape.userRows / users)
            unsafe network.halfRows(RANK_HALF_USER, from: user, count: 1, into: half)
            for way in 0..<times.count {
                let lists = ways[max(way - plainCount, 0)]
                let start = MonotonicClock.nanoseconds()
                var isProved = way >= plainCount
                if isProved {
                    best.reset(Self.wanted)
                    isProved = unsafe lists.score(
                        user,
                        half: half,
                        count: count,
                        omitting: nil,
                        best: best,
                        into: output
                    )
                }
                if !isProved, let rows = unsafe lists.rows.baseAddress {
                    unsafe network.run(
                        user,
                        userHalf: half,
                        table: tables?.candidates.buffer.baseAddress,
                        rows: rows,
                        count: count,
                        scores: output
                    )
                }
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
                // The first turn makes the records.
                if turn >= users { times[way].append(MonotonicClock.nanoseconds() &- start) }
            }
        }
        return times.map { $0.sorted()[$0.count / 4] }
    }

    /// Gives lists the rows of candidates, in an order that no prefetcher knows.
    private func fill(_ lists: CertifiedLists, _ count: Int) {
        lists.reserve(count)
        guard let rows = unsafe lists.rows.baseAddress else { return }
        for place in 0..<count { unsafe rows[place] = UInt32(place * 7_919 % count * shape.candidateRows / count) }
    }
}
