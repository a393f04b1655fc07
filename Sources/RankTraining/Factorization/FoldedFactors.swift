/// A factorisation machine as a model file has it: one bias and one vector for each user and item, on the label's scale.
///
/// Whoever has features but no rating is what the features make of the mean of those with ratings. Row 0, and whoever has no feature at all, is the
/// mean of the rows that have ratings.
public struct FoldedFactors: Sendable, Equatable {
    /// One side's tables.
    public struct Table: Sendable, Equatable {
        /// rows × dimensions, row-major.
        public fileprivate(set) var embedding: [Float]
        /// rows.
        public fileprivate(set) var bias: [Float]
    }

    /// The length of a vector.
    public let dimensions: Int
    /// The mean, on the label's scale.
    public let mean: Float
    /// The users' tables.
    public let users: Table
    /// The items' tables.
    public let candidates: Table

    package init(_ machine: FactorizationMachine) {
        let terms = machine.users.values.indices
        self.init(
            machine,
            mean: machine.mean,
            users: terms.map { machine.users.served($0) },
            items: terms.map { machine.items.served($0) }
        )
    }

    /// The mixture with its product brought to `dimensions` columns; the sides are those of one of its machines.
    package init(_ mixture: FactorMixture, of machine: FactorizationMachine, dimensions: Int, seed: UInt64) {
        let product = LowRank(mixture.userColumns, mixture.itemColumns, rank: dimensions, seed: seed)
        self.init(
            machine,
            mean: mixture.mean,
            users: [mixture.userBiases] + product.left,
            items: [mixture.itemBiases] + product.right
        )
    }

    /// - Parameters:
    ///   - machine: Who has ratings and features.
    ///   - mean: In stars, like the other parameters.
    ///   - users: By term and user, the linear term first.
    ///   - items: By term and item.
    private init(_ machine: FactorizationMachine, mean: Double, users: [[Double]], items: [[Double]]) {
        dimensions = users.count - 1
        self.mean = Float((mean - 1) / StarLabel.starsPerUnit)
        self.users = Self.table(machine.users, users, scale: 1)
        candidates = Self.table(machine.items, items, scale: 1 / StarLabel.starsPerUnit)
    }

    /// Folds a side; only one of the two vectors of a dot product is brought to the label's scale.
    private static func table(_ side: FactorSide, _ terms: [[Double]], scale: Double) -> Table {
        let rows = side.groups.entityCount
        let dimensions = terms.count - 1
        let rated = (0..<rows).filter { !side.groups.isEmpty($0) }
        let described = side.described

        func column(_ term: Int, _ scale: Double) -> [Float] {
            let values = terms[term]
            let mean = rated.reduce(0) { $0 + values[$1] } / Double(max(rated.count, 1))
            return (0..<rows).map { Float(scale * (described[$0] ? values[$0] : mean)) }
        }
        var embedding = [Float](repeating: 0, count: rows * dimensions)
        for dimension in 0..<dimensions {
            for (row, value) in column(dimension + 1, scale).enumerated() {
                embedding[row * dimensions + dimension] = value
            }
        }
        return Table(embedding: embedding, bias: column(0, 1 / StarLabel.starsPerUnit))
    }
}
