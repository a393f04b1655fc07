/// A factorisation machine as a model file has it: one bias and one vector for each user and item, on the label's
/// scale.
///
/// Row 0, for unknown ids, is the mean of the rows with ratings. A user without ratings gets a row predicted from the
/// user's columns (``ColumnEffects``), or row 0 if no rated user shares any of their values; so does an item.
public struct FoldedFactors: Sendable, Equatable {
    /// One side's tables.
    public struct Table: Sendable, Equatable {
        /// rows × dimensions, row-major.
        public private(set) var embedding: [Float]
        /// rows.
        public private(set) var bias: [Float]

        init(embedding: [Float], bias: [Float]) {
            (self.embedding, self.bias) = (embedding, bias)
        }

        /// Takes terms by row, the bias first.
        fileprivate init(byTerm terms: [[Float]]) {
            bias = terms[0]
            embedding = terms[0].indices.flatMap { row in terms.dropFirst().map { $0[row] } }
        }

        /// A row's bias and vector, in one list.
        func terms(of row: Int) -> [Double] {
            let dimensions = embedding.count / bias.count
            return [Double(bias[row])] + embedding[row * dimensions..<(row + 1) * dimensions].map { Double($0) }
        }

        fileprivate mutating func replace(_ row: Int, with terms: [Double]) {
            bias[row] = Float(terms[0])
            for (index, term) in terms.dropFirst().enumerated() {
                embedding[row * (terms.count - 1) + index] = Float(term)
            }
        }
    }

    /// The length of a vector.
    public let dimensions: Int
    /// The mean, on the label's scale.
    public let mean: Float
    /// The users' tables.
    public let users: Table
    /// The items' tables.
    public let items: Table

    package init(_ machine: FactorizationMachine) {
        self.init(machine, mean: machine.mean, users: machine.users.values, items: machine.items.values)
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
    ///   - machine: The machine, for ratings and columns.
    ///   - mean: In stars, like the other parameters.
    ///   - users: The values by term and user, the linear term first; users without ratings are ignored.
    ///   - items: The values by term and item.
    private init(_ machine: FactorizationMachine, mean: Double, users: [[Double]], items: [[Double]]) {
        dimensions = users.count - 1
        self.mean = Float((mean - 1) / StarLabel.starsPerUnit)
        self.users = Self.table(machine.users, users, scale: 1)
        self.items = Self.table(machine.items, items, scale: 1 / StarLabel.starsPerUnit)
    }

    /// Folds a side; only one of the two vectors of a dot product is brought to the label's scale.
    private static func table(_ side: FactorSide, _ terms: [[Double]], scale: Double) -> Table {
        let isRated = (0..<side.groups.entityCount).map { !side.groups.isEmpty($0) }
        let ratedCount = Double(max(isRated.count { $0 }, 1))
        var table = Table(
            byTerm: terms.enumerated().map { term, values in
                let sum = zip(values, isRated).reduce(0) { $1.1 ? $0 + $1.0 : $0 }
                let scale = term == 0 ? 1 / StarLabel.starsPerUnit : scale
                return zip(values, isRated).map { Float(scale * ($1 ? $0 : sum / ratedCount)) }
            }
        )
        let unrated = isRated.indices.dropFirst().filter { !isRated[$0] }
        let columns = side.blocks.filter { !$0.isOfRatings }
        if unrated.isEmpty || columns.isEmpty { return table }
        // The rows as they are served, which are also those that fold-in will know.
        let effects = ColumnEffects(columns, known: isRated.indices.map { isRated[$0] ? table.terms(of: $0) : nil })
        for row in unrated {
            if let terms = effects.rows[row] { table.replace(row, with: terms) }
        }
        return table
    }
}
