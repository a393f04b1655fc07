internal import CRankKernels

/// The numbers of a proof that come from the weights, whatever outputs are kept.
@safe final class BoundProof {
    /// The hidden layer; its pointers are valid while the network lives.
    let hidden: rank_matrix
    /// The last layer's weights, one for each output of the hidden one.
    let outputWeights: [Double]
    /// The integer weights of all outputs, [inputs][outputs], and the value of 1 in the sums of each.
    let integers: (weights: [Int16], steps: [Float])

    private let network: Network
    private let scales: BoundScales

    /// Checks the sizes of sums, and finds the integers.
    ///
    /// - Throws: ``EngineError/Code/boundRefused`` where a sum within a score may be too large, or the weights of an
    ///   output are so for any scale.
    init(
        _ network: Network,
        _ hidden: rank_matrix,
        _ scales: BoundScales,
        _ shape: ModelShape,
        _ kernel: BoundKernel
    ) throws(EngineError) {
        (self.network, self.scales) = (network, scales)
        unsafe self.hidden = unsafe hidden
        let outputs = unsafe Int(hidden.outputs)
        outputWeights =
            unsafe network.description.output_weights.map { weights in
                (0..<outputs).map { unsafe Double(weights[$0]) }
            } ?? []
        let others = Self.otherTerms(network, shape)
        try unsafe scales.checkSizes(hidden, outputWeights: outputWeights, others: others)
        integers = try unsafe kernel.integers(hidden, scales.scales)
    }

    /// The units of the first layer.
    var inputs: Int { unsafe Int(hidden.inputs) }
    /// The outputs of the hidden layer.
    var outputs: Int { unsafe Int(hidden.outputs) }

    /// Describes what neither thresholds nor kept outputs decide.
    func describe(_ certificate: inout rank_certificate, rowBytes: Int, in memory: ProofMemory) {
        unsafe certificate.inputs = hidden.inputs
        unsafe certificate.outputs = hidden.outputs
        unsafe certificate.row_bytes = rowBytes
        unsafe certificate.scales = memory.keep(scales.scales)
        unsafe certificate.lowest = memory.keep(scales.lowest)
        unsafe certificate.mean = memory.keep(scales.mean)
        unsafe certificate.highest = memory.keep(scales.highest)
        unsafe certificate.output_weights = network.description.output_weights
        unsafe certificate.weights = hidden.kernel
        unsafe certificate.biases = hidden.bias
        unsafe certificate.output_bias = Double(network.description.output_bias)
        let inverse = scales.scales.reduce(0) { $1 > 0 ? $0 + 1 / ($1 * $1) : $0 }
        unsafe certificate.level_slack = 1e-9 * inverse.squareRoot()
        unsafe certificate.norms = memory.keep(norms())
        unsafe certificate.score_rounding = Self.share(of: inputs + Int(hidden.stride) / 16 + 16)
        unsafe certificate.bound_rounding = Self.share(of: 32)
        guard let kernel = unsafe hidden.kernel, let bias = unsafe hidden.bias else { return }
        var sizes = [Double](repeating: 0, count: inputs)
        for (unit, scale) in scales.scales.enumerated() where scale > 0 {
            for output in 0..<outputs {
                unsafe sizes[unit] += (outputWeights[output] * Double(kernel[unit * outputs + output])).magnitude
            }
        }
        unsafe certificate.weight_size = Self.norm(sizes)
        var biasSize = unsafe Double(network.description.output_bias.magnitude)
        for output in 0..<outputs { unsafe biasSize += (outputWeights[output] * Double(bias[output])).magnitude }
        unsafe certificate.bias_size = biasSize
    }

    /// A vector's length, no less than the exact one.
    static func norm(_ vector: [Double]) -> Double {
        vector.reduce(0) { $0 + $1 * $1 }.squareRoot() * (1 + 1e-9)
    }

    /// The magnitudes of a score's terms beside those of the hidden layer's outputs, at most.
    private static func otherTerms(_ network: Network, _ shape: ModelShape) -> Double {
        var sum = unsafe Double(network.description.output_bias.magnitude)
        if let bias = network.weights.userBias {
            sum += unsafe bias.buffer.reduce(0) { max($0, Double($1.magnitude)) }
        }
        if let mean = network.weights.mean { sum += unsafe Double(mean.buffer[0].magnitude) }
        return sum
    }

    /// γ of a number of roundings.
    private static func share(of roundings: Int) -> Double {
        let all = Double(roundings) * 0x1p-24
        return all / (1 - all)
    }

    /// The length of each output's weights.
    private func norms() -> [Double] {
        guard let kernel = unsafe hidden.kernel else { return [] }
        return (0..<outputs).map { output in
            Self.norm((0..<inputs).map { unsafe Double(kernel[$0 * outputs + output]) })
        }
    }
}
