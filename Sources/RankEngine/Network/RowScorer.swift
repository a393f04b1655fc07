internal import CRankKernels

/// Scores rows of candidates for rows of users, in bulk: one user after another; a user's half of the first layer is
/// computed once.
///
/// For one thread at a time; scorers may share the candidates' halves.
final class RowScorer {
    private let network: Network
    private let candidateHalves: SharedFloats?
    private let quantized: QuantizedNetwork?
    private let userHalf = ScoringScratch()

    /// Packs the dense layers.
    ///
    /// - Parameters:
    ///   - weights: The weights to score with.
    ///   - kernel: The kernel to run.
    ///   - candidateHalves: The candidates' halves of the first layer, or nil to compute each on demand.
    ///   - integers: The first two layers in a reduced precision, to score with these instead.
    init(
        _ weights: ModelWeights,
        kernel: Kernel,
        candidateHalves: SharedFloats? = nil,
        integers: QuantizedWeights? = nil
    ) {
        let network = Network(weights, kernel: kernel)
        self.network = network
        self.candidateHalves = candidateHalves
        quantized = integers.map { QuantizedNetwork(network, $0) }
        userHalf.reserve(network.tableStride)
    }

    /// Scores candidates' rows, which must all exist, for a user's row; writes one float for each.
    func score(_ user: UInt32, _ rows: [UInt32], into scores: UnsafeMutablePointer<Float>) {
        unsafe rows.withUnsafeBufferPointer { unsafe score(user, $0, into: scores) }
    }

    /// Scores a part of a list of candidates' rows for a user's row.
    func score(_ user: UInt32, _ rows: UnsafeBufferPointer<UInt32>, into scores: UnsafeMutablePointer<Float>) {
        guard let base = rows.baseAddress else { return }
        if let quantized {
            unsafe quantized.run(user, rows: base, count: rows.count, scores: scores)
            return
        }
        let half = unsafe userHalf.floats.baseAddress
        if let half = unsafe half { unsafe network.halfRows(RANK_HALF_USER, from: user, count: 1, into: half) }
        unsafe network.run(
            user,
            userHalf: half.map { unsafe UnsafePointer($0) },
            table: candidateHalves?.buffer.baseAddress,
            rows: base,
            count: rows.count,
            scores: scores
        )
    }
}
