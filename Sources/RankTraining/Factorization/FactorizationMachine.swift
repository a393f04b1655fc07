import RankData

/// A factorisation machine whose features belong to either the user or the item: `mean + bu + bi + P·Q` in stars.
///
/// Each entity's bias and vector are the sums of its features' linear terms and vectors. What is minimised is
/// Σ (stars − prediction)² + Σ penalty · coefficient², by exact coordinate descent in float64 in a fixed order: no
/// learning rate, no batches.
package struct FactorizationMachine: Sendable {
    /// The constant term.
    package private(set) var mean: Double
    package private(set) var users: FactorSide
    package private(set) var items: FactorSide
    /// Stars less prediction of each rating, in the order of the users' groups.
    package var residuals: [Double] { errors.values }
    private var errors: Residuals
    private let factors: Int
    private let userOnes: [Double]
    private let itemOnes: [Double]

    /// A machine before its first sweep: the mean of the stars, linear terms of 0, coefficients of factors uniform in
    /// ±0.1.
    ///
    /// They are drawn factor by factor, the users' first, each as `(2 · nextUnit() − 1) / 10`.
    ///
    /// - Parameters:
    ///   - stars: One for each rating, in the order of the users' groups; at least one.
    ///   - users: The users' ratings and features.
    ///   - items: The items', of the same ratings.
    ///   - options: The options, for the number of factors and the seed.
    package init(stars: [Double], users: FactorSide, items: FactorSide, _ options: FactorizationOptions) {
        self.users = users
        self.items = items
        factors = options.factors
        userOnes = [Double](repeating: 1, count: users.groups.entityCount)
        itemOnes = [Double](repeating: 1, count: items.groups.entityCount)
        mean = stars.reduce(0, +) / Double(stars.count)
        errors = Residuals(stars: stars, users: users.groups)
        var random = NumPyRandom(seed: options.seed)
        for factor in 1...factors {
            self.users.start(factor) { (2 * random.nextUnit() - 1) / 10 }
            self.items.start(factor) { (2 * random.nextUnit() - 1) / 10 }
        }
        subtractPredictions()
    }

    /// Subtracts the mean and the products of the factors from the stars; the linear terms are still 0.
    private mutating func subtractPredictions() {
        errors.subtract(items: itemOnes.map { SIMD2(mean * $0, 0) }, by: userOnes, summingInto: &users.sums)
        for first in stride(from: 1, through: factors, by: 8) {
            errors.subtractProducts(eight(users, from: first), eight(items, from: first))
        }
    }

    /// The values of eight factors by entity, 0 for those beyond the last.
    private func eight(_ side: FactorSide, from first: Int) -> [SIMD8<Double>] {
        var rows = [SIMD8<Double>](repeating: .zero, count: side.groups.entityCount)
        for factor in first...min(first + 7, factors) {
            for (entity, value) in side.values[factor].enumerated() { rows[entity][factor - first] = value }
        }
        return rows
    }

    /// Solves for the mean, then the linear terms, then each factor, each time the users' features first.
    package mutating func sweep() {
        var rule = BestCoefficient()
        sweep(by: &rule)
    }

    /// Puts a new value in the place of the mean, then of the linear terms, then of each factor; the users' first.
    package mutating func sweep(by rule: inout some CoefficientRule) {
        let shift = rule.shift(of: errors.moments)
        mean += shift
        // The constant term is an item's change that is the same for all.
        var changes = [Double](repeating: shift, count: itemOnes.count)
        var userValues = userOnes
        for term in 0...factors {
            let itemValues = term == 0 ? itemOnes : items.values[term]
            errors.subtract(
                items: zip(changes, itemValues).map { SIMD2($0, $1) },
                by: userValues,
                summingInto: &users.sums
            )
            users.solve(term, by: &rule)
            userValues = term == 0 ? userOnes : users.values[term]
            errors.subtract(users: users.change, by: itemValues, summing: userValues, into: &items.sums)
            items.solve(term, by: &rule)
            changes = items.change
        }
        errors.subtract(
            items: changes.map { SIMD2($0, 0) },
            by: userValues,
            summingInto: &users.sums
        )
    }

    /// The state that the next sweep depends on, in one list.
    package var state: [Double] { [mean] + residuals + users.state + items.state }

    /// Takes over the state of a machine with the same ratings and features.
    ///
    /// - Returns: Whether the list is as long as `state`; else nothing has changed.
    package mutating func restore(_ state: [Double]) -> Bool {
        guard state.count == self.state.count else { return false }
        var rest = state[...]
        mean = rest.removeFirst()
        errors.restore(rest.prefix(residuals.count))
        rest = rest.dropFirst(residuals.count)
        users.restore(from: &rest)
        items.restore(from: &rest)
        return true
    }

    /// The mean of the squared residuals.
    package var loss: Double { errors.moments.meanSquare }

    /// The prediction of a pair, in stars.
    package func predict(user: Int, item: Int) -> Double {
        var sum = mean + users.values[0][user] + items.values[0][item]
        for factor in 1...factors { sum += users.values[factor][user] * items.values[factor][item] }
        return sum
    }
}
