internal import CRankKernels

/// The first two dense layers in integers: tables, weights and steps.
///
/// Immutable: any number of ``QuantizedNetwork`` may share one.
struct QuantizedWeights: Sendable {
    /// 13-bit activations with 16-bit weights, or 8 bits for both.
    let precision: rank_precision
    /// Bytes of a row of the tables.
    let rowBytes: Int
    /// The levels of every user, [rows][rowBytes].
    let users: SharedMemory
    /// The thresholds of every candidate, [rows][rowBytes].
    let candidates: SharedMemory
    /// The first hidden layer, [inputs][outputs] of `Int16`.
    let weights: SharedMemory
    /// The weights in the layout of the kernels of AVX-512 VNNI; nil for the scalar kernel.
    let packed: SharedMemory?
    /// The value of 1 in a sum, for each output, padded: `Float`.
    let steps: SharedMemory

    /// Makes the tables and rounds the weights.
    ///
    /// Computes both halves of the first layer twice for every row, first to find the scales: so no table of floats is
    /// ever in memory.
    ///
    /// - Parameters:
    ///   - network: The float32 network, with a layer between the first and the last.
    ///   - kernel: The kernel that will score.
    ///   - shape: The model's sizes.
    /// - Throws: ``EngineError/Code/precisionRefused`` where no scale fits the weights.
    init(_ network: Network, kernel: Kernel, _ shape: ModelShape) throws(EngineError) {
        guard let precision = kernel.precision.integers, let hidden = unsafe network.description.hidden else {
            throw EngineError(.precisionRefused, "\(kernel.precision) has no integers, or the model no second layer")
        }
        self.precision = precision
        do throws(EngineError) {
            let scales = try UnitScales(network, precision, shape)
            rowBytes = scales.rowBytes
            users = scales.table(RANK_HALF_USER, rows: shape.userRows)
            candidates = scales.table(RANK_HALF_CANDIDATE, rows: shape.candidateRows)
            (weights, steps) = try unsafe Self.weights(hidden, precision, scales.scales)
        } catch {
            throw EngineError(error.code, "\(kernel.precision): \(error.message); serve the model in fp32")
        }
        packed = kernel.isVectorized ? unsafe Self.packed(hidden, precision, weights) : nil
    }

    /// The C description.
    ///
    /// Its pointers live as long as the memory here.
    ///
    /// - Parameter isReference: Whether the scalar kernel will score, whatever kernel the weights were made for.
    /// - Returns: The description that the kernels read.
    func description(isReference: Bool = false) -> rank_quantized {
        unsafe rank_quantized(
            precision: precision,
            row_bytes: rowBytes,
            users: users.start(as: UInt8.self),
            candidates: candidates.start(as: UInt8.self),
            weights: weights.start(as: Int16.self),
            packed: isReference ? nil : packed?.start(as: UInt8.self),
            steps: steps.start(as: Float.self)
        )
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

    /// The weights in the layout of the kernels of AVX-512 VNNI.
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
