import RankData
import RankEngine

extension TrainedModel {
    /// Makes a model of a trained factorisation machine and tests it.
    ///
    /// - Parameters:
    ///   - result: The result of the training on `data`.
    ///   - data: The data, with rows for users and items without ratings.
    ///   - options: The options of the training.
    /// - Throws: `TrainingError` with code `engineFailed` when the weights do not make a model that scores.
    public init(
        factors result: FactorTraining.Result,
        on data: TrainingData,
        _ options: FactorizationOptions
    ) throws(TrainingError) {
        let tables = result.tables
        func table(_ table: FoldedFactors.Table, _ index: RowIndex) -> ModelDraft.Table {
            ModelDraft.Table(
                embedding: table.embedding,
                dimensions: tables.dimensions,
                ids: index.modelIDs,
                bias: table.bias
            )
        }
        let draft = ModelDraft(
            users: table(tables.users, data.set.users),
            candidates: table(tables.items, data.set.items),
            layers: [],
            dotProduct: true,
            mean: tables.mean,
            metadata: ModelMetadata(
                labelTransform: LabelTransform(data.dataSet.ratings.scale),
                prior: data.set.prior,
                fingerprint: TrainingFingerprint(data, options)
            )
        )
        try self.init(draft, on: data, kernel: .best)
    }
}
