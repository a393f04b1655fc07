/// The settings of a training's steps.
package struct TrainerSettings: Sendable, Equatable {
    /// The optimizer.
    package var optimizer: Optimizer
    /// The fall of the learning rate.
    package var decay: LearningRateDecay
    /// The number of steps over which it falls; at least 1.
    package var plannedSteps: Int
    /// The loss.
    package var loss: Loss
    /// The measures against overfitting.
    package var regularization: Regularization
    /// The seed of dropout.
    package var seed: UInt64

    /// The settings; by default an optimizer alone.
    package init(
        _ optimizer: Optimizer,
        decay: LearningRateDecay = .constant,
        plannedSteps: Int = 1,
        loss: Loss = .meanSquaredError,
        regularization: Regularization = Regularization(),
        seed: UInt64 = 0
    ) {
        self.optimizer = optimizer
        self.decay = decay
        self.plannedSteps = plannedSteps
        self.loss = loss
        self.regularization = regularization
        self.seed = seed
    }
}
