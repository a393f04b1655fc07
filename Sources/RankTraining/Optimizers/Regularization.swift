/// Measures against overfitting.
///
/// All are off by default, and none affects predictions.
public struct Regularization: Sendable, Equatable {
    /// The share of the outputs of each hidden layer that is left out at a training step, the others being multiplied
    /// by `1 / (1 − dropout)`; at least 0 and below 1.
    ///
    /// Source: Srivastava et al. 2014. Which ones is a function of the seed, the number of the step, the layer and the
    /// place in the batch (`DropoutMask`).
    public var dropout: Float
    /// λ of the term `λ · Σ weight²` that each step adds to the mean loss of its batch, over the kernels of all dense
    /// layers; at least 0.
    ///
    /// The gradient is Keras' `kernel_regularizer=L2(λ)`. Biases are left alone.
    public var kernelPenalty: Float
    /// λ of a like term over the embedding rows that the batch has, each distinct row once; at least 0.
    ///
    /// Rows that are not in the batch stay as they are, so that a step costs as much as its batch and not as the
    /// tables.
    public var embeddingPenalty: Float

    /// All measures off by default.
    public init(dropout: Float = 0, kernelPenalty: Float = 0, embeddingPenalty: Float = 0) {
        self.dropout = dropout
        self.kernelPenalty = kernelPenalty
        self.embeddingPenalty = embeddingPenalty
    }

    func validate() throws(TrainingError) {
        guard dropout >= 0, dropout < 1 else {
            throw TrainingError(.invalidOption, "a dropout of \(dropout); choose a share from 0 to below 1")
        }
        for penalty in [kernelPenalty, embeddingPenalty] where !(penalty >= 0 && penalty.isFinite) {
            throw TrainingError(.invalidOption, "an L2 penalty of \(penalty); choose a finite number from 0 on")
        }
    }
}
