import RankEngine

extension FactorTraining.Result {
    /// The result as a checkpoint holds it, under names that begin with `prefix`.
    func tensors(_ prefix: String) -> Checkpoint.Tensors {
        [
            (prefix + "users", .floats(tables.users.embedding)), (prefix + "user_biases", .floats(tables.users.bias)),
            (prefix + "items", .floats(tables.items.embedding)),
            (prefix + "item_biases", .floats(tables.items.bias)), (prefix + "mean", .floats([tables.mean])),
            (prefix + "losses", .doubles(sweeps.map(\.loss))),
        ]
    }

    /// The result that a checkpoint holds for the rows of a set, under names that begin with `prefix`.
    ///
    /// - Throws: `checkpointRefused` when it holds no such tables, or some of other rows.
    init(_ checkpoint: Checkpoint, _ prefix: String, _ set: TrainingSet) throws(TrainingError) {
        let users = FoldedFactors.Table(
            embedding: try checkpoint.floats(prefix + "users"),
            bias: try checkpoint.floats(prefix + "user_biases")
        )
        let items = FoldedFactors.Table(
            embedding: try checkpoint.floats(prefix + "items"),
            bias: try checkpoint.floats(prefix + "item_biases")
        )
        let mean = try checkpoint.floats(prefix + "mean")
        let dimensions = users.embedding.count / set.users.rowCount
        guard mean.count == 1, dimensions >= 1,
            users.bias.count == set.users.rowCount, users.embedding.count == users.bias.count * dimensions,
            items.bias.count == set.items.rowCount,
            items.embedding.count == items.bias.count * dimensions
        else { throw checkpoint.inconsistent }
        self.init(
            tables: FoldedFactors(dimensions: dimensions, mean: mean[0], users: users, items: items),
            sweeps: try checkpoint.doubles(prefix + "losses").enumerated().map {
                FactorTraining.SweepReport(sweep: $0 + 1, loss: $1, testLoss: nil)
            }
        )
    }
}

extension FoldedFactors {
    /// Tables as they were.
    fileprivate init(dimensions: Int, mean: Float, users: Table, items: Table) {
        self.dimensions = dimensions
        self.mean = mean
        self.users = users
        self.items = items
    }
}
