public import RankData
public import RankEngine

/// A trained factorisation machine with everything its file says of it, ready to be written.
public struct TrainedFactors: Sendable {
    /// How the final model does on the test rows; nil without any.
    ///
    /// Its RMSE becomes the file's claim.
    public var test: Metrics? { tested.metrics }
    /// Tables and losses.
    public let result: FactorTraining.Result
    private var tested: TestedDraft

    /// The model, as it would be written.
    var draft: ModelDraft { tested.draft }

    /// Puts a model together and tests it.
    ///
    /// - Parameters:
    ///   - result: What the training made of `set`.
    ///   - set: Made from `data` and `split`, with those who have no rating.
    ///   - data: The data set.
    ///   - split: Its split.
    ///   - spec: How the split was asked for.
    ///   - options: What `result` was trained with.
    /// - Throws: `TrainingError` with code `engineFailed` when the weights do not make a model that scores.
    public init(
        _ result: FactorTraining.Result,
        _ set: TrainingSet,
        _ data: DataSet,
        _ split: Split,
        as spec: SplitSpec,
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
        let fingerprint = DataFingerprint(data, split, as: spec)
        let draft = ModelDraft(
            users: table(tables.users, set.users),
            candidates: table(tables.candidates, set.candidates),
            layers: [],
            dotProduct: true,
            mean: tables.mean,
            metadata: ModelMetadata(
                labelTransform: LabelTransform(data.ratings.scale),
                prior: set.prior,
                fingerprint: fingerprint.training(options, ratings: set.training.count, data)
            )
        )
        tested = try TestedDraft(draft, set, data, split, kernel: .best)
        self.result = result
    }

    /// The same as the model of a training on all ratings, with what its tested sibling came to.
    ///
    /// - Parameters:
    ///   - sibling: Of the same options, trained and tested on a split.
    ///   - data: The data set, all of whose ratings this one was trained on.
    /// - Returns: The model whose `test` and claim are the sibling's, and whose file says so.
    public func refitted(testedBy sibling: TrainedFactors, _ data: DataSet) -> TrainedFactors {
        var model = self
        model.tested = tested.refitted(testedBy: sibling.tested, data.ratings)
        return model
    }

    /// The model that the file would be, without leaving one.
    ///
    /// - Parameter path: Beside which a file lies while it is loaded.
    /// - Returns: The model.
    /// - Throws: `TrainingError` with code `engineFailed`.
    public func loaded(beside path: String) throws(TrainingError) -> RankModel {
        try tested.loaded(beside: path)
    }

    /// Writes the model file: whole, proved and under its own name, or not at all.
    ///
    /// - Returns: The model's id.
    /// - Throws: `TrainingError` with code `engineFailed`; an older file at the path is then as it was.
    public func write(to path: String) throws(TrainingError) -> ModelID {
        try tested.write(to: path)
    }
}
