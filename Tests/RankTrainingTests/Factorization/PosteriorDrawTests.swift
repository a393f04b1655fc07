import RankTraining
import Testing

/// Mean and variance of what is drawn.
private struct Moments {
    let mean: Double
    let variance: Double

    init(_ values: [Double]) {
        let center = values.reduce(0, +) / Double(values.count)
        mean = center
        variance = values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(values.count - 1)
    }
}

@Suite struct PosteriorDrawTests {
    private static let count = 40_000

    @Test func normalDrawsHaveTheMomentsOfTheNormalDistribution() {
        var random = NormalRandom(seed: 3)
        let draws = (0..<Self.count).map { _ in random.nextNormal() }
        let moments = Moments(draws)
        #expect(abs(moments.mean) < 0.02 && abs(moments.variance - 1) < 0.03)
        let fourth = draws.reduce(0) { $0 + $1 * $1 * $1 * $1 } / Double(Self.count)
        #expect(abs(fourth - 3) < 0.2)
        let share = Double(draws.count { $0 > 1.959_964 }) / Double(Self.count)
        #expect(abs(share - 0.025) < 0.003)
    }

    @Test(arguments: [1, 1.5, 7, 40_000.5]) func gammaDrawsHaveTheirShape(_ shape: Double) {
        var random = NormalRandom(seed: 4)
        let moments = Moments((0..<Self.count).map { _ in random.nextGamma(shape: shape) / shape })
        #expect(abs(moments.mean - 1) < 0.03 / shape.squareRoot())
        #expect(abs(moments.variance * shape - 1) < 0.1)
    }

    @Test(arguments: [
        (1, 0.0), (2, 0.693_147_180_559_945_3), (0.5, -0.693_147_180_559_945_3), (10, 2.302_585_092_994_045_7),
        (1e-300, -690.775_527_898_213_7), (1.414_213_562_373_095, 0.346_573_590_279_972_5),
    ])
    func logarithmsAreNatural(_ x: Double, _ expected: Double) {
        #expect(abs(NormalRandom.logarithm(x) - expected) <= 4 * max(expected.magnitude, 1).ulp)
    }

    /// Σ e² = … + 6·(c − 0.5)² − 2·4·(c − 0.5) has its minimum, with 2·c² added, at (4 + 0.5·6) / 8.
    @Test func coefficientsAreDrawnFromTheirConditional() {
        var rule = PosteriorDraw(seed: 5, priorCount: 2, priorPrecision: 1.7)
        let draws = (0..<Self.count).map { _ in rule.next(0.5, weight: 6, gradient: 4, penalty: 2) }
        let moments = Moments(draws)
        let variance = 1 / (1.7 * 8)
        #expect(abs(moments.mean - 0.875) < 5 * (variance / Double(Self.count)).squareRoot())
        #expect(abs(moments.variance / variance - 1) < 0.05)
    }

    /// Gamma with shape (2 + 3) / 2 and rate (2 / (4 · 1.7) + 5.25) / 2, over α.
    @Test func precisionsOfBlocksAreDrawnFromTheirConditional() {
        var rule = PosteriorDraw(seed: 6, priorCount: 2, priorPrecision: 1.7)
        let draws = (0..<Self.count).map { _ in 1.7 * rule.penalty(4, of: [1, -2, 0.5]) }
        let (shape, rate) = (2.5, (2 / 6.8 + 5.25) / 2)
        let moments = Moments(draws)
        #expect(abs(moments.mean / (shape / rate) - 1) < 0.02)
        #expect(abs(moments.variance / (shape / (rate * rate)) - 1) < 0.1)
    }

    /// α: gamma with shape 4 / 2 + 1 and rate 10 / 2; the shift, given α: normal around 0.5 with variance 1 / (4 · α).
    @Test func theErrorsPrecisionAndTheConstantTermAreDrawnFromTheirConditionals() {
        var rule = PosteriorDraw(seed: 7, priorCount: 2, priorPrecision: 1)
        let draws = (0..<Self.count).map { _ in
            let shift = rule.shift(of: ResidualMoments(of: [3, 0, -1, 0]))
            return (precision: rule.precision, normal: (shift - 0.5) * (4 * rule.precision).squareRoot())
        }
        let precisions = Moments(draws.map(\.precision))
        #expect(abs(precisions.mean - 3 / 5.0) < 0.01 && abs(precisions.variance - 3 / 25.0) < 0.01)
        let normals = Moments(draws.map(\.normal))
        #expect(abs(normals.mean) < 0.02 && abs(normals.variance - 1) < 0.03)
    }

    @Test func exactRatingsLeaveThePrecisionFinite() {
        var rule = PosteriorDraw(seed: 8, priorCount: 2, priorPrecision: 1)
        #expect(rule.shift(of: ResidualMoments(of: [0])).isFinite && rule.precision.isFinite && rule.precision > 0)
    }
}
