/// How far a score under a profile that rounds otherwise may be from that under `fp32-fma`; docs/NUMERICS.md derives it.
///
/// The bound of a pair is k · ε · Σ|terms| with ε = 2⁻²³: k counts the roundings between a weight and the score, and the
/// sum is the score of the same network with the absolute value of every weight, which no relu cuts.
struct RoundingBound {
    private let weights: ModelWeights
    /// Absolute values of the layers' kernels.
    private let kernels: [[Double]]
    private let roundings: Double

    /// Prepares the bounds of a model; takes eight bytes for each weight of a dense layer.
    init(_ weights: ModelWeights) {
        self.weights = weights
        kernels = weights.layers.map { layer in unsafe layer.kernel.buffer.map(Self.size) }
        var roundings = 8 + weights.layers.reduce(0) { $0 + $1.inputs + 2 }
        if weights.shape.dotProduct { roundings += weights.shape.userDimensions + 1 }
        self.roundings = Double(roundings)
    }

    /// The bound for a pair of rows, which must exist; infinite where the sum is beyond float32.
    ///
    /// Takes as long as scoring the pair with double precision, under the plan direct.
    func of(userRow: UInt32, candidateRow: UInt32) -> Float {
        let shape = weights.shape
        let user = Self.row(weights.userEmbedding, Int(userRow), shape.userDimensions)
        let candidate = Self.row(weights.candidateEmbedding, Int(candidateRow), shape.candidateDimensions)
        var sum = 0.0
        if shape.dotProduct {
            for index in user.indices { sum += user[index] * candidate[index] }
        }
        var inputs = user + candidate
        for (index, layer) in weights.layers.enumerated() {
            var outputs = unsafe layer.bias.buffer.map(Self.size)
            for (input, value) in inputs.enumerated() {
                let start = input * layer.outputs
                for output in outputs.indices { outputs[output] += value * kernels[index][start + output] }
            }
            inputs = outputs
        }
        if !weights.layers.isEmpty { sum += inputs[0] }
        if let bias = weights.userBias { sum += Self.size(unsafe bias.buffer[Int(userRow)]) }
        if let bias = weights.candidateBias { sum += Self.size(unsafe bias.buffer[Int(candidateRow)]) }
        if let mean = weights.mean { sum += Self.size(unsafe mean.buffer[0]) }
        let unit = roundings * Double(Float.ulpOfOne)
        return Float(unit / (1 - unit) * sum)
    }

    private static func row(_ table: SharedFloats, _ row: Int, _ dimensions: Int) -> [Double] {
        unsafe table.buffer[(row * dimensions)..<((row + 1) * dimensions)].map(size)
    }

    /// A factor without its sign, and so large that no product of two is subnormal: what a product loses by underflow is
    /// then less than a rounding of its term.
    private static func size(_ weight: Float) -> Double { max(Double(weight.magnitude), 0x1p-63) }
}
