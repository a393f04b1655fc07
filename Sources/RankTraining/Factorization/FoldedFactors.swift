/// A factorisation machine as a model file has it: one bias and one vector for each user and item, on the label's scale.
///
/// Whoever has features but no rating is what the features make of it. Row 0, and whoever has no feature at all, is the
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
        dimensions = machine.users.values.count - 1
        mean = Float((machine.mean - 1) / StarLabel.starsPerUnit)
        users = Self.table(machine.users, scale: 1)
        candidates = Self.table(machine.items, scale: 1 / StarLabel.starsPerUnit)
    }

    /// Folds a side; only one of the two vectors of a dot product is brought to the label's scale.
    private static func table(_ side: FactorSide, scale: Double) -> Table {
        let rows = side.groups.entityCount
        let dimensions = side.values.count - 1
        let rated = (0..<rows).filter { !side.groups.isEmpty($0) }
        var described = [Bool](repeating: false, count: rows)
        for block in side.blocks { for entity in block.entities { described[Int(entity)] = true } }

        func column(_ term: Int, _ scale: Double) -> [Float] {
            let values = side.values[term]
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
