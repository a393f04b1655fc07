/// The rule for a coefficient's new value in a sweep, everything else being fixed.
///
/// The errors' squares are quadratic in one coefficient c: Σ e² = constant + weight · (c − old)² − 2 · gradient · (c −
/// old).
package protocol CoefficientRule {
    /// The change of the constant term.
    mutating func shift(of residuals: ResidualMoments) -> Double
    /// The cost of a squared coefficient of a block beside a squared error, by the block's penalty and coefficients.
    mutating func penalty(_ penalty: Double, of coefficients: ArraySlice<Double>) -> Double
    /// The new coefficient.
    mutating func next(_ old: Double, weight: Double, gradient: Double, penalty: Double) -> Double
}

/// The best value: coordinate descent.
package struct BestCoefficient: CoefficientRule {
    package init() {}

    package mutating func shift(of residuals: ResidualMoments) -> Double {
        residuals.sum / Double(residuals.count)
    }

    package mutating func penalty(_ penalty: Double, of coefficients: ArraySlice<Double>) -> Double { penalty }

    @inline(__always)
    package mutating func next(_ old: Double, weight: Double, gradient: Double, penalty: Double) -> Double {
        (gradient + old * weight) / (weight + penalty)
    }
}
