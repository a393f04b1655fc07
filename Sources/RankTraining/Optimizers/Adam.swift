/// Adam as Keras 3 has it.
///
/// In step t = 1, 2, …: `m += (g − m) · (1 − β₁)`, `v += (g² − v) · (1 − β₂)`, `w −= α · m / (√v + epsilon)`, where
/// `α = rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ)`. The epsilon is outside the root and not corrected. Source: Kingma & Ba 2014,
/// the form before section 2.1; `keras/src/optimizers/adam.py`. Moments move with every step, gradient or not, so all
/// rows of an embedding table move, those that a batch does not touch too, as in Keras: a step takes time linear in the
/// tables.
public struct Adam: Sendable, Equatable {
    /// The learning rate.
    public var rate: Double
    /// β₁: the share of the first moment that is left after a step.
    public var firstDecay: Double
    /// β₂: the share of the second moment that is left after a step.
    public var secondDecay: Double
    /// Added to the root.
    public var epsilon: Float

    /// Keras' defaults.
    public init(rate: Double = 0.001, firstDecay: Double = 0.9, secondDecay: Double = 0.999, epsilon: Float = 1e-7) {
        self.rate = rate
        self.firstDecay = firstDecay
        self.secondDecay = secondDecay
        self.epsilon = epsilon
    }

    /// α of a step, counted from 1, before any decay of the learning rate.
    func correctedRate(step: Int) -> Double {
        let first = 1 - Self.power(firstDecay, step)
        let second = 1 - Self.power(secondDecay, step)
        return rate * second.squareRoot() / first
    }

    /// A power by squaring: the same bits on every machine.
    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, square, bits) = (1.0, base, exponent)
        while bits > 0 {
            if bits & 1 == 1 { result *= square }
            square *= square
            bits >>= 1
        }
        return result
    }
}
