internal import CRankKernels

/// Scores rows against rows, in bulk: one user after another, the user's half of the first layer once for each.
///
/// One thread at a time; the candidates' halves may be shared by several.
final class RowScorer {
    private let network: Network
    private let candidateHalves: SharedFloats?
    private let quantized: QuantizedNetwork?
    private let userHalf = ScoringScratch()

    /// Packs the dense layers.
    ///
    /// - Parameters:
    ///   - weights: What scores.
    ///   - kernel: What runs.
    ///   - candidateHalves: The candidates' halves of the first layer, or nil to compute each when it is needed.
    ///   - integers: The first two layers of a reduced precision, which are then what scores.
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

    /// Scores a user's row with candidates' rows, which must all exist; as many floats are written.
    func score(_ user: UInt32, _ rows: [UInt32], into scores: UnsafeMutablePointer<Float>) {
        unsafe rows.withUnsafeBufferPointer { unsafe score(user, $0, into: scores) }
    }

    /// The same for rows that are a part of others.
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
