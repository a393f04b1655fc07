/// Adagrad as Keras 3 has it: `accumulator += g²`, `w −= rate · g / √(accumulator + epsilon)`.
///
/// The epsilon is inside the root, and accumulators start above zero. Source: Duchi, Hazan & Singer 2011;
/// `keras/src/optimizers/adagrad.py`. An element whose gradient is zero keeps both its weight and its accumulator, so
/// rows of an embedding table that a batch does not touch can be left out without changing a bit.
public struct Adagrad: Sendable, Equatable {
    /// The learning rate.
    public var rate: Double
    /// The start value of the accumulators.
    public var initialAccumulator: Float
    /// Added under the root.
    public var epsilon: Float

    /// Keras' defaults but for the rate, which is the tutorial's.
    public init(rate: Double = 0.1, initialAccumulator: Float = 0.1, epsilon: Float = 1e-7) {
        self.rate = rate
        self.initialAccumulator = initialAccumulator
        self.epsilon = epsilon
    }
}
