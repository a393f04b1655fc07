internal import CRankKernels

/// A network whose first two dense layers are integers: tables, weights and what they are worth.
///
/// Holds the scratch that scoring needs: one thread at a time.
@safe final class QuantizedNetwork {
    /// The weights in float32, which the description points into.
    let network: Network
    private var description: rank_network
    private var integers: rank_quantized
    /// The same without packed weights: the scalar kernel scores.
    private var reference: rank_quantized
    /// What `integers` points into.
    private let owned: [SharedMemory]
    private let scratch = ScoringScratch()

    /// Makes the tables and rounds the weights.
    ///
    /// Computes both halves of the first layer twice for every row: first to find the scales, so that no table of floats
    /// is ever in memory.
    ///
    /// - Parameters:
    ///   - network: The weights in float32; there is a layer between the first and the last.
    ///   - precision: What the integers are.
    ///   - shape: The model's sizes.
    ///   - isVectorized: Whether AVX-512 VNNI scores, which this CPU then has; otherwise the scalar kernel does.
    /// - Throws: ``EngineError/Code/precisionRefused`` where no scale fits the weights.
    init(
        _ network: Network,
        _ precision: rank_precision,
        _ shape: ModelShape,
        isVectorized: Bool
    ) throws(EngineError) {
        self.network = network
        unsafe description = network.description
        let scales = try UnitScales(network, precision, shape)
        let users = scales.table(RANK_HALF_USER, rows: shape.userRows)
        let candidates = scales.table(RANK_HALF_CANDIDATE, rows: shape.candidateRows)
        let (weights, steps) = try unsafe Self.weights(description.hidden, precision, scales.scales)
        unsafe reference = rank_quantized(
            precision: precision,
            row_bytes: scales.rowBytes,
            users: users.start(as: UInt8.self),
            candidates: candidates.start(as: UInt8.self),
            weights: weights.start(as: Int16.self),
            packed: nil,
            steps: steps.start(as: Float.self)
        )
        unsafe integers = reference
        var owned = [users, candidates, weights, steps]
        if isVectorized {
            let packed = unsafe Self.packed(description.hidden, precision, weights)
            unsafe integers.packed = packed.start(as: UInt8.self)
            owned.append(packed)
        }
        self.owned = owned
        unsafe scratch.reserve(rank_quantized_scratch_floats(&description, &integers))
    }

    /// Scores a run of candidate rows, which must all exist.
    ///
    /// Allocates nothing.
    ///
    /// - Parameters:
    ///   - user: The user's row.
    ///   - rows: The candidates' rows, `count` of them.
    ///   - count: How many there are.
    ///   - scores: Written, `count` of them.
    ///   - isReference: Whether the scalar kernel scores, whatever the ranker runs: the bits must be the same.
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

    /// The integer weights of the first hidden layer, [inputs][outputs], and the steps of its outputs.
    private static func weights(
        _ hidden: UnsafePointer<rank_matrix>,
        _ precision: rank_precision,
        _ scales: [Double]
    ) throws(EngineError) -> (weights: SharedMemory, steps: SharedMemory) {
        let (count, outputs) = unsafe (Int(hidden.pointee.inputs), hidden.pointee.outputs)
        var output = outputs
        var steps = unsafe [Float](repeating: 0, count: Int(hidden.pointee.stride))
        let weights = unsafe SharedMemory.block(byteCount: count * Int(outputs) * MemoryLayout<Int16>.stride) {
            let integers = unsafe UnsafeMutableRawPointer($0.baseAddress)?.assumingMemoryBound(to: Int16.self)
            output = unsafe rank_quantize_weights(precision, hidden, scales, integers, &steps)
        }
        guard output == outputs else {
            throw EngineError(
                .precisionRefused,
                "the weights of output \(output) of the second layer are too large for any scale"
            )
        }
        return (weights, unsafe steps.withUnsafeBytes { unsafe SharedMemory.copy($0) })
    }

    /// The weights as the kernels of AVX-512 VNNI read them.
    private static func packed(
        _ hidden: UnsafePointer<rank_matrix>,
        _ precision: rank_precision,
        _ weights: SharedMemory
    ) -> SharedMemory {
        let (inputs, outputs) = unsafe (hidden.pointee.inputs, hidden.pointee.outputs)
        return unsafe SharedMemory.block(byteCount: rank_quantized_packed_bytes(precision, inputs, outputs)) {
            unsafe rank_pack_quantized(precision, inputs, outputs, weights.start(as: Int16.self), $0.baseAddress)
        }
    }
}
