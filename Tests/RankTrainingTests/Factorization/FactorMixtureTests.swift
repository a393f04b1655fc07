import RankData
import RankTraining
import TestSupport
import Testing

@Suite struct FactorMixtureTests {
    /// Two machines of 3 factors each, on the sample.
    private static func machines() throws -> [FactorizationMachine] {
        let data = try TrainingData(Sample.data(), split: .seed(42), includesUnrated: true)
        return [1, 2].map { (seed: UInt64) in
            var options = FactorizationOptions.mapFM
            (options.factors, options.seed) = (3, seed)
            // Small enough for factors that matter on so few ratings.
            for side in [\FactorizationOptions.users, \.items] {
                options[keyPath: side].identity.factor = 0.5
                options[keyPath: side].history.factor = 0.5
            }
            var machine = FactorTraining.machine(data, options)
            for _ in 1...3 { machine.sweep() }
            return machine
        }
    }

    private static func rated(_ side: FactorSide) -> [Int] {
        (0..<side.groups.entityCount).filter { !side.groups.isEmpty($0) }
    }

    private static func mixture(_ machines: [FactorizationMachine]) -> FactorMixture {
        var mixture = FactorMixture(users: machines[0].users.groups, items: machines[0].items.groups)
        for machine in machines { mixture.add(machine, weight: 1 / Double(machines.count)) }
        return mixture
    }

    /// The root mean squared difference, in stars, of the tables' predictions from the mixture's.
    private static func error(_ machines: [FactorizationMachine], dimensions: Int) -> Double {
        let mixture = mixture(machines)
        let tables = FoldedFactors(mixture, of: machines[0], dimensions: dimensions, seed: 1)
        var (sum, count) = (0.0, 0.0)
        for user in Self.rated(machines[0].users) {
            for item in Self.rated(machines[0].items) {
                var score = tables.mean + tables.users.bias[user] + tables.items.bias[item]
                for index in 0..<dimensions {
                    score +=
                        tables.users.embedding[user * dimensions + index]
                        * tables.items.embedding[item * dimensions + index]
                }
                let difference = 1 + 4 * Double(score) - mixture.predict(user: user, item: item)
                sum += difference * difference
                count += 1
            }
        }
        return (sum / count).squareRoot()
    }

    @Test func aMixturePredictsTheMeanOfItsMachines() throws {
        let machines = try Self.machines()
        let mixture = Self.mixture(machines)
        for user in Self.rated(machines[0].users) {
            for item in Self.rated(machines[0].items) {
                let mean = machines.reduce(0) { $0 + $1.predict(user: user, item: item) } / 2
                #expect(abs(mixture.predict(user: user, item: item) - mean) < 1e-12)
            }
        }
    }

    @Test func asManyDimensionsAsColumnsLoseNothingAndFewerLoseMore() throws {
        let machines = try Self.machines()
        let errors = [1, 3, 5, 6, 9].map { Self.error(machines, dimensions: $0) }
        #expect(errors[0] > errors[1] && errors[1] > errors[2])
        #expect(errors[3] < 1e-6 && errors[4] < 1e-6)
    }

    /// L · Rᵀ has the singular values 6 and 2, along (1, 1, 0) and (1, -1, 0) on both sides.
    @Test func theLeadingSingularPairIsKept() {
        let product = LowRank([[3, 3, 0], [1, -1, 0]], [[1, 1, 0], [1, -1, 0]], rank: 1, seed: 2)
        for (row, left) in product.left[0].enumerated() {
            for (column, right) in product.right[0].enumerated() {
                #expect(abs(left * right - (row < 2 && column < 2 ? 3 : 0)) < 1e-4)
            }
        }
        let shares = [product.left[0], product.right[0]].map { $0.reduce(0) { $0 + $1 * $1 } }
        #expect(abs(shares[0] - 6) < 1e-4 && abs(shares[1] - 6) < 1e-4)
    }
}
