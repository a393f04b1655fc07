internal import CRankKernels

/// The difference between the scores of a reduced precision and those in float32, on a sample of users and candidates.
///
/// The sample depends on the model's shape alone, so one model has one error.
public struct ScoreError: Sendable, Hashable {
    /// The largest difference between two scores of a pair; infinite where only one of them is finite.
    public let maximum: Float
    /// The share of a user's ten best candidates that are also among the ten best of float32, averaged over users.
    public let topTenOverlap: Double
    /// The number of users of the sample.
    public let userCount: Int
    /// The number of candidates of the sample, each scored for each of the users.
    public let candidateCount: Int

    /// The most users of a sample.
    private static let mostUsers = 64
    /// The most pairs of a sample.
    private static let mostPairs = 1 << 17
    /// The fewest candidates of a sample, if the catalogue has as many.
    private static let fewestCandidates = 64
    /// The most multiply-adds of a sample with more than the fewest pairs.
    private static let mostProducts = 1 << 32

    /// The rows of the sample: spread evenly over a table, or all rows of a small one.
    static func sample(_ shape: ModelShape) -> (users: [UInt32], candidates: [UInt32]) {
        let inputs = shape.userDimensions + shape.candidateDimensions
        let products = zip([inputs] + shape.layerWidths, shape.layerWidths).reduce(0) { $0 + $1.0 * $1.1 }
        let pairs = min(mostPairs, mostProducts / max(products, 1))
        let users = min(shape.userRows, mostUsers)
        let candidates = min(shape.candidateRows, max(pairs / users, fewestCandidates))
        func rows(_ count: Int, of total: Int) -> [UInt32] { (0..<count).map { UInt32($0 * total / count) } }
        return (rows(users, of: shape.userRows), rows(candidates, of: shape.candidateRows))
    }

    /// Scores the sample in both precisions.
    ///
    /// Scores up to 131,072 pairs, or as many as take four thousand million multiply-adds if those are more.
    init(_ quantized: QuantizedNetwork, _ network: Network, _ shape: ModelShape) {
        let (users, rows) = Self.sample(shape)
        let half = ScoringScratch()
        half.reserve(network.tableStride)
        var (exact, rounded) = (rows.map { _ in Float(0) }, rows.map { _ in Float(0) })
        var largest: Float = 0
        var overlap = 0.0
        for user in users {
            unsafe network.halfRows(RANK_HALF_USER, from: user, count: 1, into: half.floats.baseAddress)
            let ownHalf = unsafe half.floats.baseAddress.map { unsafe UnsafePointer($0) }
            unsafe network.run(user, userHalf: ownHalf, table: nil, rows: rows, count: rows.count, scores: &exact)
            unsafe quantized.run(user, rows: rows, count: rows.count, scores: &rounded)
            for (left, right) in zip(exact, rounded) where left.isFinite || right.isFinite {
                let difference = (left - right).magnitude
                largest = difference.isNaN ? .infinity : max(largest, difference)
            }
            let best = Set(Self.best(exact))
            overlap += Double(Self.best(rounded).count(where: best.contains)) / Double(best.count)
        }
        maximum = largest
        topTenOverlap = overlap / Double(users.count)
        userCount = users.count
        candidateCount = rows.count
    }

    /// The positions of the ten best; of equal scores the first.
    private static func best(_ scores: [Float]) -> [Int] {
        var best: [Int] = []
        for (position, score) in scores.enumerated() {
            if best.count == 10, !(score > scores[best[9]]) { continue }
            let place = best.firstIndex { score > scores[$0] } ?? best.count
            best.insert(position, at: place)
            if best.count > 10 { best.removeLast() }
        }
        return best
    }

    /// The facts of INFO.
    func facts(limit: Float) -> [(key: String, value: String)] {
        [
            (key: "error_max", value: "\(maximum)"),
            (key: "error_limit", value: "\(limit)"),
            (key: "top10_overlap", value: "\((topTenOverlap * 10_000).rounded() / 10_000)"),
            (key: "error_sample", value: "\(userCount) users, \(candidateCount) candidates"),
        ]
    }
}
