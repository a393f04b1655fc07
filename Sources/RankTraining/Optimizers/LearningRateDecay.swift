/// The fall of the learning rate from the first step to the last: a function of the step alone.
///
/// The rate of step t = 0, 1, … of a planned number is `factor(step: t, of: planned)` times the optimizer's; like
/// Keras' schedules, which reach their end one step after the last.
public struct LearningRateDecay: Sendable, Equatable {
    /// The form of the curve.
    public enum Curve: String, Sendable, CaseIterable {
        /// A constant rate.
        case constant
        /// Half a wave of the cosine, from 1 to the final share; Keras' `CosineDecay`.
        ///
        /// Source: Loshchilov & Hutter 2016.
        case cosine
        /// A constant ratio between one step and the next; Keras' `ExponentialDecay`.
        case exponential
    }

    /// The form of the curve.
    public var curve: Curve
    /// The share of the rate after the last step; meaningless for a constant rate.
    public var finalShare: Double

    /// A constant rate.
    public static let constant = LearningRateDecay(.constant, finalShare: 1)

    /// A decay.
    public init(_ curve: Curve, finalShare: Double) {
        self.curve = curve
        self.finalShare = finalShare
    }

    /// The share of the rate that a step has, with the same bits on every machine.
    ///
    /// - Parameters:
    ///   - step: Counted from 0; beyond the planned ones the final share.
    ///   - planned: At least 1.
    /// - Returns: From the final share to 1.
    public func factor(step: Int, of planned: Int) -> Double {
        let done = min(Double(step) / Double(planned), 1)
        switch curve {
        case .constant: return 1
        case .cosine: return finalShare + (1 - finalShare) * (1 + Self.cosine(halfTurns: done)) / 2
        case .exponential: return Exponential.of(NormalRandom.logarithm(finalShare) * done)
        }
    }

    func validate() throws(TrainingError) {
        let least = curve == .exponential ? Double.leastNormalMagnitude : 0
        guard finalShare >= least, finalShare <= 1 else {
            throw TrainingError(
                .invalidOption,
                "the learning rate decays to \(finalShare) of itself; choose a share from 0 to 1, "
                    + "above 0 with exponential"
            )
        }
    }

    /// cos(π · x) for x of 0...1, by its series around the nearer of 0 and ½.
    private static func cosine(halfTurns x: Double) -> Double {
        if x > 0.75 { return -cosine(halfTurns: 1 - x) }
        let isCosine = x < 0.25
        let angle = .pi * (isCosine ? x : 0.5 - x)
        let square = angle * angle
        var sum = 0.0
        // cos y = Σ (−y²)ⁿ / (2n)!, sin y = y · Σ (−y²)ⁿ / (2n + 1)!, from the smallest term on.
        for n in stride(from: 10, through: 1, by: -1) {
            let divisor = Double(isCosine ? (2 * n - 1) * (2 * n) : (2 * n) * (2 * n + 1))
            sum = -square / divisor * (1 + sum)
        }
        return isCosine ? 1 + sum : angle * (1 + sum)
    }
}
