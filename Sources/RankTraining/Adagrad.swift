/// Adagrad as Keras 3 has it: `accumulator += g²`, `w −= rate · g / √(accumulator + epsilon)`.
///
/// The epsilon is inside the root, and accumulators start above zero. Source: Duchi, Hazan & Singer 2011;
/// `keras/src/optimizers/adagrad.py`. An element whose gradient is zero keeps both its weight and its accumulator, so
/// rows of an embedding table that a batch does not touch can be left out without changing a bit.
public struct Adagrad: Sendable, Equatable {
    /// The learning rate.
    public var rate: Float
    /// Where accumulators start.
    public var initialAccumulator: Float
    /// Added under the root.
    public var epsilon: Float

    /// Keras' defaults but for the rate, which is the tutorial's.
    public init(rate: Float = 0.1, initialAccumulator: Float = 0.1, epsilon: Float = 1e-7) {
        self.rate = rate
        self.initialAccumulator = initialAccumulator
        self.epsilon = epsilon
    }

    /// Fresh accumulators for as many weights.
    func accumulators(for weights: [Float]) -> [Float] {
        [Float](repeating: initialAccumulator, count: weights.count)
    }

    /// Moves all weights one step.
    ///
    /// - Precondition: `accumulators` and `gradients` are as long as `weights`; gradients may be longer.
    func update(_ weights: inout [Float], _ accumulators: inout [Float], gradients: [Float]) {
        update(&weights, &accumulators, at: 0, count: weights.count, gradients: gradients, from: 0)
    }

    /// Moves `count` weights from `start` one step, by the gradients from `offset`.
    func update(
        _ weights: inout [Float],
        _ accumulators: inout [Float],
        at start: Int,
        count: Int,
        gradients: [Float],
        from offset: Int
    ) {
        precondition(start >= 0 && count >= 0 && offset >= 0 && start + count <= weights.count)
        precondition(weights.count == accumulators.count && offset + count <= gradients.count)
        weights.withUnsafeMutableBufferPointer { weights in
            accumulators.withUnsafeMutableBufferPointer { accumulators in
                gradients.withUnsafeBufferPointer { gradients in
                    for index in 0..<count {
                        let gradient = gradients[offset &+ index]
                        let sum = accumulators[start &+ index] + gradient * gradient
                        accumulators[start &+ index] = sum
                        weights[start &+ index] -= rate * gradient / (sum + epsilon).squareRoot()
                    }
                }
            }
        }
    }
}
