internal import CRankKernels

/// A network whose first two dense layers are integers.
///
/// Holds the scratch of scoring: for one thread at a time.
@safe final class QuantizedNetwork {
    /// The weights in float32, which the C description points to.
    let network: Network
    private var description: rank_network
    /// The memory that `integers` and `reference` point to.
    private let weights: QuantizedWeights
    private var integers: rank_quantized
    private var reference: rank_quantized
    private let scratch = ScoringScratch()

    /// Allocates the scratch.
    ///
    /// - Parameters:
    ///   - network: The float32 network that the integers were made from.
    ///   - weights: The integers.
    init(_ network: Network, _ weights: QuantizedWeights) {
        self.network = network
        self.weights = weights
        unsafe description = network.description
        unsafe integers = weights.description()
        unsafe reference = weights.description(isReference: true)
        unsafe scratch.reserve(rank_quantized_scratch_floats(&description, &integers))
    }

    /// Scores a run of candidate rows, which must all exist.
    ///
    /// Allocates nothing.
    ///
    /// - Parameters:
    ///   - user: The user's row.
    ///   - rows: The candidates' rows, `count` of them.
    ///   - count: The number of candidates.
    ///   - scores: Written, `count` of them.
    ///   - isReference: Whether the scalar kernel scores, whatever the ranker's kernel: the bits are the same.
    func run(
        _ user: UInt32,
        rows: UnsafePointer<UInt32>,
        count: Int,
        scores: UnsafeMutablePointer<Float>,
        isReference: Bool = false
    ) {
        var run = unsafe rank_run(
            user_row: user,
            user_half: nil,
            candidate_table: nil,
            candidate_rows: rows,
            count: count,
            scores: scores,
            scratch: scratch.floats.baseAddress
        )
        if isReference {
            unsafe rank_score_quantized(&description, &reference, &run)
        } else {
            unsafe rank_score_quantized(&description, &integers, &run)
        }
    }
}
