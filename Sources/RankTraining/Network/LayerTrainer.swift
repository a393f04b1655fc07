import RankEngine

/// A dense layer in training, its input given: `x · kernel + bias`.
struct LayerTrainer {
    /// Inputs.
    let inputs: Int
    /// Outputs.
    let outputs: Int
    /// inputs × outputs.
    let kernel: WeightTrainer
    /// outputs.
    let bias: BiasTrainer

    /// Whether relu follows, so that many gradients by the outputs are zeros.
    private let precedesRelu: Bool
    private let gradients: AlignedFloats
    private let transposedGradients: AlignedFloats
    private let transpose: AlignedFloats

    init(inputs: Int, outputs: Int, kernel: WeightTrainer, bias: BiasTrainer, precedesRelu: Bool) {
        self.inputs = inputs
        self.outputs = outputs
        self.kernel = kernel
        self.bias = bias
        self.precedesRelu = precedesRelu
        gradients = AlignedFloats(count: kernel.values.count)
        transposedGradients = AlignedFloats(count: kernel.values.count)
        transpose = AlignedFloats(count: kernel.values.count)
    }

    /// Writes the outputs for `count` rows of inputs, which relu has left.
    func forward(_ x: AlignedFloats, count: Int, into y: AlignedFloats, _ product: MatrixProduct) {
        y.grow(to: count * outputs)
        product(
            into: y,
            rows: count,
            columns: outputs,
            depth: inputs,
            a: x,
            b: kernel.values,
            seed: bias.weights.values,
            hasManyZeros: true
        )
    }

    /// Prepares for `backward`; to be called once per step.
    func prepare(_ loops: TrainingLoops) {
        loops.transpose(kernel.values, rows: inputs, columns: outputs, into: transpose)
    }

    /// Writes the gradients by the inputs of some examples of a batch, and sums those by the weights.
    ///
    /// - Parameters:
    ///   - upper: Gradients by the outputs: count × outputs.
    ///   - x: The inputs: count × inputs.
    ///   - count: Examples.
    ///   - lower: Gradients by the inputs: count × inputs.
    ///   - isFirst: Whether the examples are the first of their batch, so that sums begin.
    ///   - product: The matrix product.
    func backward(
        _ upper: AlignedFloats,
        _ x: AlignedFloats,
        count: Int,
        into lower: AlignedFloats,
        isFirst: Bool,
        _ product: MatrixProduct
    ) {
        lower.grow(to: count * inputs)
        product(
            into: lower,
            rows: count,
            columns: inputs,
            depth: outputs,
            a: upper,
            b: transpose,
            hasManyZeros: precedesRelu
        )
        // Transposed, because more gradients are zeros than inputs, and inputs are more than outputs.
        product(
            into: transposedGradients,
            rows: outputs,
            columns: inputs,
            depth: count,
            a: upper,
            .transposed,
            b: x,
            adds: !isFirst,
            hasManyZeros: precedesRelu
        )
        bias.sum(upper, count: count, isFirst: isFirst, product)
    }

    /// Moves the weights one step, by the sums over the batch.
    ///
    /// - Parameters:
    ///   - step: The numbers that all weights of the step share.
    ///   - penalty: The penalty on the sum of the kernel's squared weights.
    ///   - loops: The loops that move weights.
    func update(_ step: WeightTrainer.Step, penalty: Float, _ loops: TrainingLoops) {
        loops.transpose(transposedGradients, rows: outputs, columns: inputs, into: gradients)
        if penalty > 0 { loops.addPenalty(penalty, on: kernel.values, to: gradients, kernel.values.count) }
        kernel.update(step, gradients: gradients, loops)
        bias.update(step, loops)
    }
}

/// The biases of a dense layer in training.
struct BiasTrainer {
    /// One bias for each output.
    let weights: WeightTrainer

    private let gradients: AlignedFloats
    private let one = AlignedFloats(repeating: 1, count: 1)

    init(_ weights: WeightTrainer) {
        self.weights = weights
        gradients = AlignedFloats(count: weights.values.count)
    }

    /// Sums gradients by the outputs, count × outputs, over the examples.
    ///
    /// - Parameters:
    ///   - upper: The gradients.
    ///   - count: Examples.
    ///   - isFirst: Whether they are the first of their batch, so that sums begin.
    ///   - product: The matrix product.
    func sum(_ upper: AlignedFloats, count: Int, isFirst: Bool, _ product: MatrixProduct) {
        product(
            into: gradients,
            rows: 1,
            columns: weights.values.count,
            depth: count,
            a: one,
            .repeated,
            b: upper,
            adds: !isFirst
        )
    }

    /// Moves the biases one step, by the sums.
    func update(_ step: WeightTrainer.Step, _ loops: TrainingLoops) {
        weights.update(step, gradients: gradients, loops)
    }
}
