internal import CRankKernels

/// The kernel that computes bounds: the first of a level's that this CPU can run.
struct BoundKernel {
    /// The level, whose other kernels make tables and records.
    let level: rank_level
    /// The place among the level's kernels for bounds.
    let place: UInt32

    /// Finds the kernel.
    ///
    /// - Parameter kernel: The kernel of a network's scores.
    /// - Throws: ``EngineError/Code/boundRefused`` where its level has none for bounds on this CPU.
    init(_ kernel: Kernel) throws(EngineError) {
        level = kernel.level
        place = rank_bound_kernel_from(level, 0)
        guard place != RANK_NO_BOUND_KERNEL else {
            throw EngineError(
                .boundRefused,
                "bounds need AVX2, AVX-512 or arm64's dot product of bytes, which the kernel \(kernel) or this CPU "
                    + "does without"
            )
        }
    }

    /// The name: the instructions that multiply.
    var name: String { unsafe String(cString: rank_bound_kernel_name(level, place)) }

    /// The integers of a hidden layer's weights, [inputs][outputs], and the value of 1 in the sums of each output.
    ///
    /// - Throws: ``EngineError/Code/boundRefused`` where an output's weights are too large for any scale.
    func integers(_ hidden: rank_matrix, _ scales: [Double]) throws(EngineError) -> (weights: [Int16], steps: [Float]) {
        var hidden = unsafe hidden
        let outputs = unsafe Int(hidden.outputs)
        var weights = unsafe [Int16](repeating: 0, count: Int(hidden.inputs) * outputs)
        var steps = unsafe [Float](repeating: 0, count: Int(hidden.stride))
        let addends = rank_bound_addends(level, place)
        let output = unsafe rank_fit_weights(addends, &hidden, scales, &weights, &steps)
        guard output == outputs else {
            throw EngineError(
                .boundRefused,
                "the weights of output \(output) of the second layer are too large for any scale"
            )
        }
        return (weights, steps)
    }
}
