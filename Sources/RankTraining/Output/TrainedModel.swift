public import RankData
public import RankEngine

/// A trained network with everything its file says of it, ready to be written.
public struct TrainedModel: Sendable {
    /// How the final model does on the test rows; nil without any, and after a ranking loss, whose scores are no ratings.
    ///
    /// Its RMSE becomes the file's claim. These are the scores that the written model gives, so a later evaluation of the file finds the same.
    public var test: Metrics? { tested.metrics }
    /// How well the final model orders the test rows; nil without any.
    public var ranking: RankingMetrics? { tested.ranking }
    /// Weights and losses.
    public let result: Training.Result
    private var tested: TestedDraft

    /// Puts a model together and tests it.
    ///
    /// - Parameters:
    ///   - result: What the training made of `set`.
    ///   - set: Made from `data` and `split`.
    ///   - data: The data set.
    ///   - split: Its split.
    ///   - spec: How the split was asked for.
    ///   - options: What `result` was trained with.
    /// - Throws: `TrainingError` with code `engineFailed` when the weights do not make a model, `diverged` when a score is not
    ///   finite.
    public init(
        _ result: Training.Result,
        _ set: TrainingSet,
        _ data: DataSet,
        _ split: Split,
        as spec: SplitSpec,
        _ options: TrainingOptions
    ) throws(TrainingError) {
        var draft = ModelDraft(
            result.network,
            set,
            ModelMetadata(
                labelTransform: options.loss.ranks ? LabelTransform.none : LabelTransform(data.ratings.scale),
                prior: set.prior,
                fingerprint: DataFingerprint(data, split, as: spec).training(options)
            )
        )
        if options.loss.ranks { draft.metadata.prior = try Self.meanScore(draft, set, result.kernel) }
        tested = try TestedDraft(draft, set, data, split, kernel: result.kernel)
        self.result = result
    }

    /// What takes the place of the mean label where scores are no ratings: the mean score of the training pairs.
    private static func meanScore(
        _ draft: ModelDraft,
        _ set: TrainingSet,
        _ kernel: Kernel
    ) throws(TrainingError) -> Float {
        let scores = try draft.scores(of: set.training, kernel)
        return Float(scores.reduce(0.0) { $0 + Double($1) } / Double(scores.count))
    }

    /// The same as the model of a training on all ratings, with what its tested sibling came to.
    ///
    /// - Parameters:
    ///   - sibling: Of the same options, trained and tested on a split.
    ///   - data: The data set, all of whose ratings this one was trained on.
    /// - Returns: The model whose `test` and claim are the sibling's, and whose file says so.
    public func refitted(testedBy sibling: TrainedModel, _ data: DataSet) -> TrainedModel {
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

extension ModelDraft {
    /// The file of a network that was trained on `set`.
    init(_ network: RankingNetwork, _ set: TrainingSet, _ metadata: ModelMetadata) {
        self.init(
            users: Table(
                embedding: network.userEmbedding,
                dimensions: network.shape.userDimensions,
                ids: set.users.modelIDs
            ),
            candidates: Table(
                embedding: network.candidateEmbedding,
                dimensions: network.shape.candidateDimensions,
                ids: set.candidates.modelIDs
            ),
            layers: network.layers.map { Dense(kernel: $0.kernel, bias: $0.bias) },
            metadata: metadata
        )
    }
}
