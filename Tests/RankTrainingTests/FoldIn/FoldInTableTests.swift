import RankTraining
import Testing

@Suite struct FoldInTableTests {
    /// Rows of a bias and two factors, of some spread in each; row 0 is near their mean.
    private static let rows: [[Double]] = [
        [0.02, 0.1, -0.1], [0.1, 0.5, 0.2], [-0.05, -0.3, 0.4], [0.0, 0.2, -0.7], [0.2, -0.1, -0.2], [-0.1, 0.3, 0.0],
    ]
    private static let partners: [[Double]] = [
        [0.1, 0.6, -0.4], [-0.2, 0.3, 0.5], [0.05, -0.4, 0.1], [0, 0.2, 0.2],
    ]
    private static let targets = [0.3, -0.25, 0.1, 0.2]

    private static func score(_ row: [Double], _ partner: [Double]) -> Double {
        row[0] + partner[0] + row[1] * partner[1] + row[2] * partner[2]
    }

    /// Σ errors² + penalty · distance², the distance by way of the inverse of the covariance.
    private static func sum(_ row: [Double], center: [Double], penalty: Double) -> Double {
        let examples = rows.dropFirst()
        let mean = (0..<3).map { term in examples.reduce(0) { $0 + $1[term] } / Double(examples.count) }
        var covariance = [Double](repeating: 0, count: 9)
        for example in examples {
            for i in 0..<3 {
                for j in 0..<3 {
                    covariance[i * 3 + j] += (example[i] - mean[i]) * (example[j] - mean[j]) / Double(examples.count)
                }
            }
        }
        let moved = zip(row, center).map { $0 - $1 }
        let solved = CholeskyFactor(covariance, order: 3).solve(moved)
        let distance = zip(moved, solved).reduce(0) { $0 + $1.0 * $1.1 }
        return penalty * distance
            + zip(partners, targets).reduce(0) { sum, pair in
                let error = pair.1 - score(row, pair.0)
                return sum + error * error
            }
    }

    @Test(arguments: [0.001, 0.05, 1])
    func theRowIsTheLowestPointOfTheSum(_ penalty: Double) {
        let table = FoldInTable(rows: Self.rows)
        let center = Self.rows[0]
        let best = table.solve(center: center, partners: Self.partners, targets: Self.targets, penalty: penalty)
        let lowest = Self.sum(best, center: center, penalty: penalty)
        for term in 0..<3 {
            for step in [-1e-3, 1e-3] {
                var other = best
                other[term] += step
                #expect(Self.sum(other, center: center, penalty: penalty) > lowest)
            }
        }
    }

    /// Factors brought through a linear map, and back on the other side, are the same model: so are its new rows.
    @Test func anotherBasisGivesTheSameScores() {
        func map(_ row: [Double]) -> [Double] { [row[0], 2 * row[1] + 0.5 * row[2], 0.25 * row[2]] }
        func mapBack(_ row: [Double]) -> [Double] { [row[0], row[1] / 2, 4 * row[2] - row[1]] }
        let one = FoldInTable(rows: Self.rows)
            .solve(center: Self.rows[0], partners: Self.partners, targets: Self.targets, penalty: 0.03)
        let other = FoldInTable(rows: Self.rows.map(map)).solve(
            center: map(Self.rows[0]),
            partners: Self.partners.map(mapBack),
            targets: Self.targets,
            penalty: 0.03
        )
        for partner in Self.partners {
            #expect(abs(Self.score(one, partner) - Self.score(other, mapBack(partner))) < 1e-12)
        }
    }

    @Test func aHighPenaltyHoldsAndALowOneLetsGo() {
        let table = FoldInTable(rows: Self.rows)
        func solve(_ penalty: Double, _ count: Int) -> [Double] {
            table.solve(
                center: Self.rows[0],
                partners: Array(Self.partners.prefix(count)),
                targets: Array(Self.targets.prefix(count)),
                penalty: penalty
            )
        }
        #expect(zip(solve(1e12, 4), Self.rows[0]).allSatisfy { abs($0 - $1) < 1e-9 })
        #expect(solve(0.1, 0) == Self.rows[0])
        // Three ratings, three terms: met exactly.
        let free = solve(1e-12, 3)
        for (partner, target) in zip(Self.partners.prefix(3), Self.targets) {
            #expect(abs(Self.score(free, partner) - target) < 1e-6)
        }
    }

    /// Known rows that are all the same say nothing of how new ones differ, so those stay what row 0 is.
    @Test func withoutSpreadNothingMoves() {
        let table = FoldInTable(rows: [[0.5, 1, 1], [0, 1, 2], [0, 1, 2]])
        let row = table.solve(center: [0.5, 1, 1], partners: Self.partners, targets: Self.targets, penalty: 0.1)
        #expect(row == [0.5, 1, 1])
    }
}
