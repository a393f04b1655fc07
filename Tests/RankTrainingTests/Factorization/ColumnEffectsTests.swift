import RankTraining
import Testing

@Suite struct ColumnEffectsTests {
    private static let penalty = FactorizationOptions.Penalty(factor: 1, linear: 1)
    /// The features of nine entities, 0 being the place for unknown ids.
    ///
    /// All but entity 8 have one value of the first column, and perhaps several of the second. The last feature is one
    /// that no known entity has.
    private static let blocks = [
        FeatureBlock([[1, 2, 5, 7], [3, 4, 6]], count: 9, penalty: penalty),
        FeatureBlock([[1, 3, 4, 7], [2, 3, 6], [1, 5], [8]], count: 9, penalty: penalty),
    ]
    private static let known: [[Double]?] = [
        nil, [0.1, 0.5], [-0.2, 0.3], [0.4, -0.6], [0.3, -0.2], [0, 0.8], [0.5, -0.1], nil, nil,
    ]

    /// Of each entity, its features' values.
    private static func features(_ entity: Int) -> [Double] {
        blocks.flatMap { block in
            (0..<block.columnCount).map { column in
                block.entries(of: column).contains { Int(block.entities[$0]) == entity } ? block.scales[entity] : 0
            }
        }
    }

    @Test(arguments: [0.01, 1, 30])
    func theRowsAreThoseOfRidgeRegression(_ penalty: Double) throws {
        let effects = ColumnEffects(Self.blocks, known: Self.known, penalty: penalty)
        let examples = Self.known.indices.filter { Self.known[$0] != nil }
        let expected = RidgeRegression(
            features: examples.map(Self.features),
            rows: examples.compactMap { Self.known[$0] },
            penalty: penalty
        )
        for entity in 1...7 {
            let row = try #require(effects.rows[entity])
            #expect(
                zip(row, expected.row(Self.features(entity))).allSatisfy { abs($0 - $1) < 1e-9 },
                "\(entity)"
            )
        }
    }

    /// Entity 8 has only a value that nobody known has, and 0 has none.
    @Test func whatNobodyKnownHasSaysNothing() {
        let rows = ColumnEffects(Self.blocks, known: Self.known).rows
        #expect(rows[0] == nil && rows[8] == nil)
        #expect((1...7).allSatisfy { rows[$0] != nil })
        let nobody = [[Double]?](repeating: nil, count: 9)
        #expect(ColumnEffects(Self.blocks, known: nobody).rows == nobody)
        // Rows that are all the same have no effects.
        let same = Self.known.map { $0.map { _ in [0.25, 0.5] } }
        let row = ColumnEffects(Self.blocks, known: same).rows[7] ?? []
        #expect(row.count == 2 && zip(row, [0.25, 0.5]).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    /// Rows brought through a linear map give rows brought through it.
    @Test func anotherBasisGivesTheSameScores() throws {
        func map(_ row: [Double]) -> [Double] { [row[0], 3 * row[1] + 0.5 * row[0]] }
        let one = try #require(ColumnEffects(Self.blocks, known: Self.known).rows[7])
        let other = try #require(ColumnEffects(Self.blocks, known: Self.known.map { $0.map(map) }).rows[7])
        #expect(zip(map(one), other).allSatisfy { abs($0 - $1) < 1e-9 })
    }
}
