import RankEngine

/// A dense layer in training, its input given: `x · kernel + bias`.
struct LayerTrainer {
    /// Inputs.
    let inputs: Int
    /// Outputs.
    let outputs: Int
    /// inputs × outputs.
    let kernel: AlignedFloats
    /// outputs.
    let bias: BiasTrainer

    private let accumulators: AlignedFloats
    private let gradients: AlignedFloats
    private let transpose: AlignedFloats
    private let adagrad: Adagrad

    init(_ layer: RankingNetwork.Dense, inputs: Int, outputs: Int, _ adagrad: Adagrad) {
        self.inputs = inputs
        self.outputs = outputs
        self.adagrad = adagrad
        kernel = AlignedFloats(layer.kernel)
        bias = BiasTrainer(layer.bias, adagrad)
        accumulators = adagrad.accumulators(for: kernel)
        gradients = AlignedFloats(count: kernel.count)
        transpose = AlignedFloats(count: kernel.count)
    }

    /// Writes the outputs for `count` rows of inputs.
    func forward(_ x: AlignedFloats, count: Int, into y: AlignedFloats, _ product: MatrixProduct) {
        y.grow(to: count * outputs)
        product(into: y, rows: count, columns: outputs, depth: inputs, a: x, b: kernel, seed: bias.values)
    }

    /// Writes the gradients by the inputs, and moves the weights one step.
    ///
    /// - Parameters:
    ///   - upper: Gradients by the outputs: count × outputs.
    ///   - x: The inputs: count × inputs.
    ///   - count: Examples.
    ///   - lower: Gradients by the inputs: count × inputs.
    ///   - product: What multiplies.
    ///   - loops: The other loops.
    func backward(
        _ upper: AlignedFloats,
        _ x: AlignedFloats,
        count: Int,
        into lower: AlignedFloats,
        _ product: MatrixProduct,
        _ loops: TrainingLoops
    ) {
        loops.transpose(kernel, rows: inputs, columns: outputs, into: transpose)
        lower.grow(to: count * inputs)
        product(into: lower, rows: count, columns: inputs, depth: outputs, a: upper, b: transpose)
        product(into: gradients, rows: inputs, columns: outputs, depth: count, a: x, .transposed, b: upper)
        loops.adagrad(
            rate: adagrad.rate,
            epsilon: adagrad.epsilon,
            gradients: gradients,
            accumulators: accumulators,
            weights: kernel
        )
        bias.update(upper, count: count, product, loops)
    }
}

/// The biases of a dense layer in training.
struct BiasTrainer {
    /// One bias for each output.
    let values: AlignedFloats

    private let accumulators: AlignedFloats
    private let gradients: AlignedFloats
    private let one = AlignedFloats(repeating: 1, count: 1)
    private let adagrad: Adagrad

    init(_ biases: [Float], _ adagrad: Adagrad) {
        self.adagrad = adagrad
        values = AlignedFloats(biases)
        accumulators = adagrad.accumulators(for: values)
        gradients = AlignedFloats(count: values.count)
    }

    /// Moves the biases one step, by gradients by the outputs: count × outputs.
    func update(_ upper: AlignedFloats, count: Int, _ product: MatrixProduct, _ loops: TrainingLoops) {
        product(into: gradients, rows: 1, columns: values.count, depth: count, a: one, .repeated, b: upper)
        loops.adagrad(
            rate: adagrad.rate,
            epsilon: adagrad.epsilon,
            gradients: gradients,
            accumulators: accumulators,
            weights: values
        )
    }
}
