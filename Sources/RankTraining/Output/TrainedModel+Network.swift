import RankData
import RankEngine

extension TrainedModel {
    /// Makes a model of a trained network and tests it.
    ///
    /// - Parameters:
    ///   - result: The result of the training on `data`.
    ///   - data: The data.
    ///   - options: The options of the training.
    /// - Throws: `TrainingError` with code `engineFailed` when the weights do not make a model, `diverged` when a score
    ///   is not finite.
    public init(
        network result: Training.Result,
        on data: TrainingData,
        _ options: TrainingOptions
    ) throws(TrainingError) {
        let scale = data.dataSet.ratings.scale
        var draft = ModelDraft(
            result.network,
            data.set,
            ModelMetadata(
                labelTransform: options.loss.ranks ? LabelTransform.none : LabelTransform(scale),
                prior: data.set.prior,
                fingerprint: TrainingFingerprint(data.fingerprint, options)
            )
        )
        if options.loss.ranks { draft.metadata.prior = try draft.meanScore(of: data.set.training, result.kernel) }
        try self.init(draft, on: data, kernel: result.kernel)
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
                embedding: network.itemEmbedding,
                dimensions: network.shape.itemDimensions,
                ids: set.items.modelIDs
            ),
            layers: network.layers.map { Dense(kernel: $0.kernel, bias: $0.bias) },
            metadata: metadata
        )
    }

    /// The mean score of examples, which takes the place of the mean label where scores are no ratings.
    fileprivate func meanScore(
        of examples: TrainingSet.Examples,
        _ kernel: Kernel
    ) throws(TrainingError) -> Float {
        let scores = try scores(of: examples, kernel)
        return Float(scores.reduce(0.0) { $0 + Double($1) } / Double(scores.count))
    }
}
