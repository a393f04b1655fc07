/// A draw from the posterior given everything else: Gibbs sampling.
///
/// Errors are normal with precision α, which has a flat prior; coefficients are normal around 0 with precision λ, one
/// for each block and term, whose gamma prior has the block's penalty × `priorPrecision` as its mean and is worth
/// `priorCount` coefficients. Source: Rendle 2012, "Factorization Machines with libFM", section 3.4, without means of
/// their own for the blocks.
package struct PosteriorDraw: CoefficientRule {
    /// α, drawn anew with each constant term, per star².
    package private(set) var precision: Double
    private var random: NormalRandom
    private let priorCount: Double
    private let priorPrecision: Double

    /// Draws with a seed.
    ///
    /// - Parameters:
    ///   - seed: The seed of the random numbers.
    ///   - priorCount: Above 0; the larger, the nearer are the λ to their priors' means.
    ///   - priorPrecision: Above 0, per star².
    package init(seed: UInt64, priorCount: Double, priorPrecision: Double) {
        random = NormalRandom(seed: seed)
        precision = priorPrecision
        self.priorCount = priorCount
        self.priorPrecision = priorPrecision
    }

    /// The state of the draws: `NormalRandom.words`, then the bits of α.
    package var words: [UInt64] { random.words + [precision.bitPattern] }

    /// Takes over the state of draws with the same prior.
    ///
    /// - Returns: Whether the state is valid; if not, nothing has changed.
    package mutating func restore(_ words: [UInt64]) -> Bool {
        guard let last = words.last, let random = NormalRandom(words: words.dropLast()) else { return false }
        self.random = random
        precision = Double(bitPattern: last)
        return true
    }

    package mutating func shift(of residuals: ResidualMoments) -> Double {
        let count = Double(residuals.count)
        // Ratings that are predicted exactly leave no error; the bound keeps α finite.
        precision = random.nextGamma(shape: count / 2 + 1) / max(residuals.squares / 2, count * 1e-6)
        return residuals.sum / count + random.nextNormal() / (precision * count).squareRoot()
    }

    package mutating func penalty(_ penalty: Double, of coefficients: ArraySlice<Double>) -> Double {
        let squares = coefficients.reduce(0) { $0 + $1 * $1 }
        let shape = (priorCount + Double(coefficients.count)) / 2
        return random.nextGamma(shape: shape) / ((priorCount / (penalty * priorPrecision) + squares) / 2) / precision
    }

    @inline(__always)
    package mutating func next(_ old: Double, weight: Double, gradient: Double, penalty: Double) -> Double {
        let width = weight + penalty
        return (gradient + old * weight) / width + random.nextNormal() / (precision * width).squareRoot()
    }
}
