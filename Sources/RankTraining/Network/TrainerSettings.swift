/// What each step of a training does.
package struct TrainerSettings: Sendable, Equatable {
    /// What moves the weights.
    package var optimizer: Optimizer
    /// How the learning rate falls.
    package var decay: LearningRateDecay
    /// After how many steps it has fallen; at least 1.
    package var plannedSteps: Int
    /// What is minimised.
    package var loss: Loss
    /// What each step adds to the loss, and what it leaves out.
    package var regularization: Regularization
    /// Decides what dropout leaves out.
    package var seed: UInt64

    /// The settings, nothing more than an optimizer unless told otherwise.
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
