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
    /// Stars less prediction of each rating.
    package private(set) var residuals: [Double]
    private let factors: Int
    private let userOnes: [Double]
    private let itemOnes: [Double]

    /// A machine before its first sweep: the mean of the stars, no linear terms, coefficients of factors uniform in ±0.1.
    ///
    /// They are drawn factor by factor, the users' first, each as `(2 · nextUnit() − 1) / 10`.
    ///
    /// - Parameters:
    ///   - stars: One for each rating; at least one.
    ///   - users: The users' ratings and features.
    ///   - items: The items', of the same ratings.
    ///   - options: How many factors, and the seed.
    package init(stars: [Double], users: FactorSide, items: FactorSide, _ options: FactorizationOptions) {
        self.users = users
        self.items = items
        factors = options.factors
        userOnes = [Double](repeating: 1, count: users.groups.entityCount)
        itemOnes = [Double](repeating: 1, count: items.groups.entityCount)
        mean = stars.reduce(0, +) / Double(stars.count)
        residuals = stars
        var random = NumPyRandom(seed: options.seed)
        for factor in 1...factors {
            self.users.start(factor) { (2 * random.nextUnit() - 1) / 10 }
            self.items.start(factor) { (2 * random.nextUnit() - 1) / 10 }
        }
        let groups = users.groups
        for user in 0..<groups.entityCount {
            for index in groups.range(of: user) {
                let prediction = predict(user: user, item: Int(groups.partners[index]))
                residuals[Int(groups.ratings[index])] -= prediction
            }
        }
    }

    /// Solves for the mean, then the linear terms, then each factor; the users' features first.
    package mutating func sweep() {
        var rule = BestCoefficient()
        sweep(by: &rule)
    }

    /// Puts a new value in the place of the mean, then of the linear terms, then of each factor; the users' first.
    package mutating func sweep(by rule: inout some CoefficientRule) {
        let shift = rule.shift(of: residuals)
        mean += shift
        for index in residuals.indices { residuals[index] -= shift }
        users.solve(0, partner: itemOnes, residuals: &residuals, by: &rule)
        items.solve(0, partner: userOnes, residuals: &residuals, by: &rule)
        for factor in 1...factors {
            users.solve(factor, partner: items.values[factor], residuals: &residuals, by: &rule)
            items.solve(factor, partner: users.values[factor], residuals: &residuals, by: &rule)
        }
    }

    /// What the next sweep depends on, in one list.
    package var state: [Double] { [mean] + residuals + users.state + items.state }

    /// Goes to the state of a machine with the same ratings and features.
    ///
    /// - Returns: Whether the list is as long as `state`; else nothing has changed.
    package mutating func restore(_ state: [Double]) -> Bool {
        guard state.count == self.state.count else { return false }
        var rest = state[...]
        mean = rest.removeFirst()
        residuals = Array(rest.prefix(residuals.count))
        rest = rest.dropFirst(residuals.count)
        users.restore(from: &rest)
        items.restore(from: &rest)
        return true
    }

    /// The mean of the squared residuals.
    package var loss: Double {
        residuals.reduce(0) { $0 + $1 * $1 } / Double(residuals.count)
    }

    /// The prediction of a pair, in stars.
    package func predict(user: Int, item: Int) -> Double {
        var sum = mean + users.values[0][user] + items.values[0][item]
        for factor in 1...factors { sum += users.values[factor][user] * items.values[factor][item] }
        return sum
    }
}
