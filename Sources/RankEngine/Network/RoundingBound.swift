/// The largest difference of a score under `fp32-unfused` from that under `fp32-fma`; docs/reference/numerics.md
/// derives it.
///
/// The bound of a pair is k · ε · Σ|terms| with ε = 2⁻²³: k counts the roundings between a weight and the score, and
/// the sum is the score of the same network with the absolute value of every weight, which relu does not change. With
/// other activations or an output step, sizes and errors are computed layer by layer.
struct RoundingBound {
    private let weights: ModelWeights
    /// Absolute values of the layers' kernels.
    private let kernels: [[Double]]
    private let roundings: Double

    /// Prepares the bounds of a model (8 bytes for each weight of a dense layer).
    init(_ weights: ModelWeights) {
        self.weights = weights
        kernels = weights.layers.map { layer in unsafe layer.kernel.buffer.map(Self.size) }
        var roundings = 8 + weights.layers.reduce(0) { $0 + $1.inputs + 2 }
        if weights.shape.dotProduct { roundings += weights.shape.userDimensions + 1 }
        self.roundings = Double(roundings)
    }

    /// The bound for a pair of rows, which must exist; infinite where the sum overflows float32.
    ///
    /// - Complexity: As scoring the pair in double precision under the plan direct.
    func of(userRow: UInt32, candidateRow: UInt32) -> Float {
        let shape = weights.shape
        let user = Self.row(weights.userEmbedding, Int(userRow), shape.userDimensions)
        let candidate = Self.row(weights.candidateEmbedding, Int(candidateRow), shape.candidateDimensions)
        if !shape.isReLUThroughout || shape.hasOutputStep {
            return Float(2 * stepped(user, candidate, userRow, candidateRow))
        }
        let sum = terms(user, candidate, userRow, candidateRow) + (dense(user + candidate).first ?? 0)
        return Float(Self.share(roundings) * sum)
    }

    /// The last layer's output with the absolute value of every weight; none without layers.
    private func dense(_ inputs: [Double]) -> [Double] {
        guard !weights.layers.isEmpty else { return [] }
        return weights.layers.indices.reduce(inputs) { sums($0, layer: $1, biased: true) }
    }

    /// Each output's sum of inputs times absolute weights.
    private func sums(_ inputs: [Double], layer index: Int, biased: Bool) -> [Double] {
        let layer = weights.layers[index]
        var outputs = biased ? unsafe layer.bias.buffer.map(Self.size) : [Double](repeating: 0, count: layer.outputs)
        for (input, value) in inputs.enumerated() {
            let start = input * layer.outputs
            for output in outputs.indices { outputs[output] += value * kernels[index][start + output] }
        }
        return outputs
    }

    /// The absolute values of the terms that follow the layers.
    private func terms(_ user: [Double], _ candidate: [Double], _ userRow: UInt32, _ candidateRow: UInt32) -> Double {
        var sum = 0.0
        if weights.shape.dotProduct {
            for index in user.indices { sum += user[index] * candidate[index] }
        }
        if let bias = weights.userBias { sum += Self.size(unsafe bias.buffer[Int(userRow)]) }
        if let bias = weights.candidateBias { sum += Self.size(unsafe bias.buffer[Int(candidateRow)]) }
        if let mean = weights.mean { sum += Self.size(unsafe mean.buffer[0]) }
        return sum
    }

    /// The largest error of a score of either profile, with activations other than relu or an output step.
    private func stepped(
        _ user: [Double],
        _ candidate: [Double],
        _ userRow: UInt32,
        _ candidateRow: UInt32
    ) -> Double {
        let shape = weights.shape
        // The largest magnitude of each unit, and the largest error of its computed value.
        var sizes = user + candidate
        var errors = [Double](repeating: 0, count: sizes.count)
        for (index, layer) in weights.layers.enumerated() {
            let own = Self.share(Double(layer.inputs + 2) / 2)
            let reach = sums(sizes, layer: index, biased: true)
            errors = zip(sums(errors, layer: index, biased: false), reach).map { $0 + own * $1 }
            sizes = reach.map { $0 + own * $0 }
            guard index + 1 < weights.layers.count else { break }
            let activation = shape.activations[index]
            for unit in sizes.indices {
                let computed = activation.error(for: sizes[unit])
                errors[unit] = activation.steepness * errors[unit] + computed
                sizes[unit] = max(activation.size(of: sizes[unit]) + computed, Self.leastSize)
            }
        }
        var size = terms(user, candidate, userRow, candidateRow) + (weights.layers.isEmpty ? 0 : sizes[0])
        let count = 8 + (shape.dotProduct ? shape.userDimensions + 1 : 0)
        var error = (weights.layers.isEmpty ? 0 : errors[0]) + Self.share(Double(count) / 2) * size
        size += error
        guard shape.hasOutputStep else { return error }
        let computed = shape.output.error(for: size)
        error = shape.output.steepness * error + computed
        size = shape.output.size(of: size) + computed
        guard let scale = weights.outputScale else { return error }
        let (factor, addend) = unsafe (Self.size(scale.buffer[0]), Self.size(scale.buffer[1]))
        return factor * error + 2 * Double(Float.ulpOfOne) * (factor * size + addend)
    }

    /// The largest relative error of a term after `roundings` roundings of ε.
    private static func share(_ roundings: Double) -> Double {
        let unit = roundings * Double(Float.ulpOfOne)
        return unit / (1 - unit)
    }

    private static func row(_ table: SharedFloats, _ row: Int, _ dimensions: Int) -> [Double] {
        unsafe table.buffer[(row * dimensions)..<((row + 1) * dimensions)].map(size)
    }

    /// The magnitude of a factor, large enough that no product of two is subnormal: the loss of a product by underflow
    /// is then less than a rounding of its term.
    private static func size(_ weight: Float) -> Double { max(Double(weight.magnitude), leastSize) }

    private static let leastSize = 0x1p-63
}
