internal import CRankKernels

/// A model's weights in the form of a kernel: the C description, packed matrices, padded vectors.
///
/// Holds the scratch of scoring: for one thread at a time.
@safe final class Network {
    /// The kernel that the matrices are packed for.
    ///
    /// May change to another kernel of the level, which has the same packing.
    var kernel: Kernel {
        didSet { unsafe description.skip_dead_units = kernel.skipsDeadUnits }
    }
    /// The weights that the description points to.
    let weights: ModelWeights
    /// The C description; its pointers are valid while this object lives.
    private(set) var description: rank_network
    /// Packed kernels and padded vectors that the description points to.
    private var owned: [SharedFloats] = []
    private let hidden: UnsafeMutableBufferPointer<rank_matrix>
    /// The activation of each layer but the last; empty for relu throughout.
    private let activations: UnsafeMutableBufferPointer<rank_activation>
    private let scratch: ScoringScratch

    /// Packs the matrices for `kernel`.
    ///
    /// - Complexity: O(weights of the dense layers) in time and memory.
    init(_ weights: ModelWeights, kernel: Kernel) {
        self.kernel = kernel
        self.weights = weights
        unsafe hidden = .allocate(capacity: max(weights.layers.count - 2, 0))
        let shape = weights.shape
        unsafe activations = .allocate(capacity: shape.isReLUThroughout ? 0 : shape.activations.count)
        unsafe description = rank_network()
        unsafe description.user_dimensions = UInt32(shape.userDimensions)
        unsafe description.candidate_dimensions = UInt32(shape.candidateDimensions)
        unsafe description.user_embedding = weights.userEmbedding.buffer.baseAddress
        unsafe description.candidate_embedding = weights.candidateEmbedding.buffer.baseAddress
        unsafe description.dense = !weights.layers.isEmpty
        unsafe description.skip_dead_units = kernel.skipsDeadUnits
        unsafe description.dot_product = shape.dotProduct
        unsafe description.user_bias = weights.userBias?.buffer.baseAddress
        unsafe description.candidate_bias = weights.candidateBias?.buffer.baseAddress
        if let mean = unsafe weights.mean?.buffer.first {
            unsafe description.has_mean = true
            unsafe description.mean = mean
        }
        scratch = ScoringScratch()
        addLayers()
        addSteps()
        unsafe scratch.reserve(rank_scratch_floats(&description))
    }

    deinit {
        unsafe hidden.deallocate()
        unsafe activations.deallocate()
    }

    /// Units of the first layer; 0 without dense layers.
    var firstLayerUnits: Int { unsafe Int(description.user_half.outputs) }

    /// Floats of a row of the first layer's tables; 0 without dense layers.
    var tableStride: Int { unsafe Int(description.user_half.stride) }

    /// Scores one pair under the direct plan.
    ///
    /// Allocates nothing; for one thread at a time.
    func score(userRow: UInt32, candidateRow: UInt32) -> Float {
        var candidate = candidateRow
        var score: Float = 0
        unsafe run(userRow, userHalf: nil, table: nil, rows: &candidate, count: 1, scores: &score)
        return score
    }

    /// Scores a run of candidate rows, which must all exist.
    ///
    /// Allocates nothing; for one thread at a time.
    func run(
        _ userRow: UInt32,
        userHalf: UnsafePointer<Float>?,
        table: UnsafePointer<Float>?,
        rows: UnsafePointer<UInt32>,
        count: Int,
        scores: UnsafeMutablePointer<Float>
    ) {
        var run = unsafe rank_run(
            user_row: userRow,
            user_half: userHalf,
            candidate_table: table,
            candidate_rows: rows,
            count: count,
            scores: scores,
            scratch: scratch.floats.baseAddress
        )
        unsafe rank_score(kernel.level, &description, &run)
    }

    /// Scores a run of consecutive candidate rows, which must all exist.
    ///
    /// Allocates nothing; for one thread at a time.
    ///
    /// - Parameters:
    ///   - userRow: The user's row.
    ///   - userHalf: The user's half of the first layer; nil without dense layers.
    ///   - first: The first candidate's row.
    ///   - halves: The candidates' halves of the first layer, [count][tableStride]; nil without dense layers.
    ///   - places: The numbers from 0 on, at least `count`.
    ///   - count: The number of candidates.
    ///   - scores: Written.
    func run(
        _ userRow: UInt32,
        userHalf: UnsafePointer<Float>?,
        first: Int,
        halves: UnsafePointer<Float>?,
        places: UnsafePointer<UInt32>,
        count: Int,
        scores: UnsafeMutablePointer<Float>
    ) {
        // The same network with tables that start at the first of these candidates.
        var window = unsafe description
        let dimensions = weights.shape.candidateDimensions
        unsafe window.candidate_embedding = window.candidate_embedding.map { unsafe $0 + first * dimensions }
        unsafe window.candidate_bias = window.candidate_bias.map { unsafe $0 + first }
        var run = unsafe rank_run(
            user_row: userRow,
            user_half: userHalf,
            candidate_table: halves,
            candidate_rows: places,
            count: count,
            scores: scores,
            scratch: scratch.floats.baseAddress
        )
        unsafe rank_score(kernel.level, &window, &run)
    }

    /// Computes one half of the first layer for some rows into `output`, [count][tableStride].
    func halfRows(_ half: rank_half, from first: UInt32, count: Int, into output: UnsafeMutablePointer<Float>?) {
        unsafe rank_half_rows(kernel.level, &description, half, first, count, output)
    }

    /// Computes one half of the first layer for the first `rows` rows: [rows][tableStride].
    func table(_ half: rank_half, rows: Int) -> SharedFloats {
        unsafe SharedFloats(count: rows * tableStride) {
            unsafe halfRows(half, from: 0, count: rows, into: $0.baseAddress)
        }
    }

    // MARK: Layers

    private func addLayers() {
        guard let first = weights.layers.first else { return }
        let userDimensions = weights.shape.userDimensions
        unsafe description.user_half = matrix(first, rows: 0..<userDimensions, hasBias: true)
        unsafe description.candidate_half = matrix(first, rows: userDimensions..<first.inputs, hasBias: false)
        guard weights.layers.count > 1, let last = weights.layers.last else { return }
        for (index, layer) in weights.layers.dropFirst().dropLast().enumerated() {
            unsafe hidden[index] = matrix(layer, rows: 0..<layer.inputs, hasBias: true)
        }
        unsafe description.hidden_count = UInt32(hidden.count)
        unsafe description.hidden = UnsafePointer(hidden.baseAddress)
        unsafe description.output_weights = padded(last.kernel)
        unsafe description.output_bias = last.bias.buffer.first ?? 0
    }

    private func addSteps() {
        let shape = weights.shape
        if unsafe !activations.isEmpty {
            for index in unsafe activations.indices {
                unsafe activations[index] = shape.activations[index].kernelActivation
            }
            unsafe description.activations = UnsafePointer(activations.baseAddress)
        }
        unsafe description.has_output_step = shape.hasOutputStep
        unsafe description.output = shape.output.kernelActivation
        if let scale = weights.outputScale {
            unsafe description.has_output_scale = true
            unsafe description.output_factor = scale.buffer[0]
            unsafe description.output_addend = scale.buffer[1]
        }
    }

    private func matrix(_ layer: ModelWeights.Dense, rows: Range<Int>, hasBias: Bool) -> rank_matrix {
        let start = unsafe layer.kernel.buffer.baseAddress.map { unsafe $0 + rows.lowerBound * layer.outputs }
        var matrix = unsafe rank_matrix()
        unsafe matrix.inputs = UInt32(rows.count)
        unsafe matrix.outputs = UInt32(layer.outputs)
        unsafe matrix.stride = UInt32(Self.padded(layer.outputs))
        unsafe matrix.kernel = start
        unsafe matrix.bias = hasBias ? padded(layer.bias) : nil
        if kernel != .scalar {
            let count = unsafe rank_packed_floats(matrix.inputs, matrix.outputs)
            let level = kernel.level
            let packed = unsafe SharedFloats(count: count) { buffer in
                unsafe rank_pack(level, matrix.inputs, matrix.outputs, start, buffer.baseAddress)
            }
            owned.append(packed)
            unsafe matrix.packed = packed.buffer.baseAddress
        }
        return unsafe matrix
    }

    private func padded(_ vector: SharedFloats) -> UnsafePointer<Float>? {
        let copy = unsafe SharedFloats(count: Self.padded(vector.count)) { buffer in
            _ = unsafe buffer.update(fromContentsOf: vector.buffer)
        }
        owned.append(copy)
        return unsafe copy.buffer.baseAddress
    }

    private static func padded(_ width: Int) -> Int {
        let lanes = Int(RANK_LANES)
        return (width + lanes - 1) / lanes * lanes
    }
}
