public import RankData

/// The weights of a two-tower rating network, in float32, row-major.
public struct RankingNetwork: Sendable, Equatable {
    /// A dense layer: `x · kernel + bias`, followed by relu in all but the last.
    public struct Dense: Sendable, Equatable {
        /// inputs × outputs.
        public package(set) var kernel: [Float]
        /// outputs.
        public package(set) var bias: [Float]

        package init(kernel: [Float], bias: [Float]) {
            self.kernel = kernel
            self.bias = bias
        }
    }

    /// The dimensions of the weights.
    public let shape: NetworkShape
    /// userRows × userDimensions.
    public package(set) var userEmbedding: [Float]
    /// itemRows × itemDimensions.
    public package(set) var itemEmbedding: [Float]
    /// The dense layers, as in `shape.layers`.
    public package(set) var layers: [Dense]

    /// A network with given weights.
    ///
    /// - Precondition: The arrays are as long as the shape says.
    package init(shape: NetworkShape, userEmbedding: [Float], itemEmbedding: [Float], layers: [Dense]) {
        precondition(userEmbedding.count == shape.userRows * shape.userDimensions)
        precondition(itemEmbedding.count == shape.itemRows * shape.itemDimensions)
        precondition(
            layers.map { [$0.kernel.count, $0.bias.count] }
                == shape.layers.map { [$0.inputs * $0.outputs, $0.outputs] }
        )
        self.shape = shape
        self.userEmbedding = userEmbedding
        self.itemEmbedding = itemEmbedding
        self.layers = layers
    }

    /// An untrained network.
    ///
    /// Distributions are Keras': embeddings uniform in ±0.05, kernels Glorot uniform, that is ±√(6 / (inputs +
    /// outputs)) (Glorot & Bengio 2010), biases 0. They are drawn in this order: user embeddings, item embeddings,
    /// kernels, each row by row, one draw of `nextUnit()` per weight: `(2 · unit − 1) · limit` in float64, then
    /// rounded. NumPy's `default_rng(seed).random(…)` draws the same numbers.
    public init(shape: NetworkShape, random: inout NumPyRandom) {
        func uniform(_ count: Int, within limit: Double) -> [Float] {
            (0..<count).map { _ in Float((2 * random.nextUnit() - 1) * limit) }
        }
        self.init(
            shape: shape,
            userEmbedding: uniform(shape.userRows * shape.userDimensions, within: 0.05),
            itemEmbedding: uniform(shape.itemRows * shape.itemDimensions, within: 0.05),
            layers: Self.freshLayers(of: shape, &random)
        )
    }

    /// A network of the weights that `parameters` lists.
    ///
    /// - Precondition: The list is as long as the shape demands.
    package init(shape: NetworkShape, parameters: [Float]) {
        precondition(parameters.count == shape.parameterCount)
        var start = 0
        func next(_ count: Int) -> [Float] {
            defer { start += count }
            return Array(parameters[start..<(start + count)])
        }
        self.init(
            shape: shape,
            userEmbedding: next(shape.userRows * shape.userDimensions),
            itemEmbedding: next(shape.itemRows * shape.itemDimensions),
            layers: shape.layers.map { inputs, outputs in
                Dense(kernel: next(inputs * outputs), bias: next(outputs))
            }
        )
    }

    /// Layers whose kernels are drawn as those of an untrained network.
    static func freshLayers(of shape: NetworkShape, _ random: inout NumPyRandom) -> [Dense] {
        shape.layers.map { inputs, outputs in
            let limit = (6 / Double(inputs + outputs)).squareRoot()
            return Dense(
                kernel: (0..<inputs * outputs).map { _ in Float((2 * random.nextUnit() - 1) * limit) },
                bias: [Float](repeating: 0, count: outputs)
            )
        }
    }

    /// All weights in one list: user embeddings, item embeddings, then each layer's kernel and bias.
    public var parameters: [Float] {
        userEmbedding + itemEmbedding + layers.flatMap { $0.kernel + $0.bias }
    }
}
