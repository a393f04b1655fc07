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

    private let gradients: AlignedFloats
    private let transpose: AlignedFloats

    init(inputs: Int, outputs: Int, kernel: WeightTrainer, bias: BiasTrainer) {
        self.inputs = inputs
        self.outputs = outputs
        self.kernel = kernel
        self.bias = bias
        gradients = AlignedFloats(count: kernel.values.count)
        transpose = AlignedFloats(count: kernel.values.count)
    }

    /// Writes the outputs for `count` rows of inputs.
    func forward(_ x: AlignedFloats, count: Int, into y: AlignedFloats, _ product: MatrixProduct) {
        y.grow(to: count * outputs)
        product(
            into: y,
            rows: count,
            columns: outputs,
            depth: inputs,
            a: x,
            b: kernel.values,
            seed: bias.weights.values
        )
    }

    /// Writes the gradients by the inputs, and moves the weights one step.
    ///
    /// - Parameters:
    ///   - step: What all weights of the step have in common.
    ///   - upper: Gradients by the outputs: count × outputs.
    ///   - x: The inputs: count × inputs.
    ///   - count: Examples.
    ///   - lower: Gradients by the inputs: count × inputs.
    ///   - penalty: What the sum of the squared weights of the kernel costs.
    ///   - product: What multiplies.
    ///   - loops: The other loops.
    func backward(
        _ step: WeightTrainer.Step,
        _ upper: AlignedFloats,
        _ x: AlignedFloats,
        count: Int,
        into lower: AlignedFloats,
        penalty: Float,
        _ product: MatrixProduct,
        _ loops: TrainingLoops
    ) {
        loops.transpose(kernel.values, rows: inputs, columns: outputs, into: transpose)
        lower.grow(to: count * inputs)
        product(into: lower, rows: count, columns: inputs, depth: outputs, a: upper, b: transpose)
        product(into: gradients, rows: inputs, columns: outputs, depth: count, a: x, .transposed, b: upper)
        if penalty > 0 { loops.addPenalty(penalty, on: kernel.values, to: gradients, kernel.values.count) }
        kernel.update(step, gradients: gradients, loops)
        bias.update(step, upper, count: count, product, loops)
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

    /// Moves the biases one step, by gradients by the outputs: count × outputs.
    func update(
        _ step: WeightTrainer.Step,
        _ upper: AlignedFloats,
        count: Int,
        _ product: MatrixProduct,
        _ loops: TrainingLoops
    ) {
        product(into: gradients, rows: 1, columns: weights.values.count, depth: count, a: one, .repeated, b: upper)
        weights.update(step, gradients: gradients, loops)
    }
}
