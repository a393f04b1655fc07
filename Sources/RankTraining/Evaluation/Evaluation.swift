public import RankData
public import RankEngine

/// The figures of a model on the test rows of a split.
public struct Evaluation: Sendable, Equatable {
    /// The items that are ranked for each user.
    public enum Candidates: String, Sendable, CaseIterable {
        /// The user's own test items.
        case test
        /// The whole catalogue, less what the user rated in training.
        case all
    }

    /// The errors of the scores; nil if the model was trained to rank, so that its scores are no ratings.
    public let metrics: Metrics?
    /// The quality of the order of each user's items, up to the cutoff.
    public let ranking: RankingMetrics
    /// Test pairs with a user or an item that the model does not know; they were scored by its row for unknown ids.
    public let unknownPairs: Int

    /// Scores the test rows and compares.
    ///
    /// Labels are those of the model's transform, or the ratings themselves where it is unknown. On a scale that is
    /// none of stars the cutoff, and the gains, are those of ratings brought to 1...5.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - data: The data set.
    ///   - split: Its split.
    ///   - kernel: The kernel, or nil for the fastest for this CPU, model and precision.
    ///   - precision: The precision of the first two dense layers.
    ///   - cutoff: The length at which lists are cut, and the relevant ratings.
    ///   - candidates: The items that are ranked for each user.
    ///   - trained: The pairs that the lists of whole catalogues leave out; nil for those of the split's training rows.
    ///   - topKPlan: The way to the best of whole catalogues, which does not change them.
    /// - Throws: `TrainingError` with code `unsuitableData` when the split has no test rows, `engineFailed`.
    public init(
        _ model: RankModel,
        _ data: DataSet,
        _ split: Split,
        kernel: Kernel? = nil,
        precision: Precision = .fp32,
        cutoff: RankingMetrics.Cutoff = .standard,
        candidates: Candidates = .test,
        trainedOn trained: TrainedPairs? = nil,
        topKPlan: TopKPlan = .auto
    ) throws(TrainingError) {
        let ratings = data.ratings
        let predictions = try Predictor(model, kernel: kernel, precision: precision)
            .predict(split.testRows, of: ratings)
        let users = split.testRows.map { ratings.userIDs[$0] }
        let stars = split.testRows.map { ratings.stars[$0] }
        let gains = LabelTransform(ratings.scale).gains(of: stars)
        let scores = predictions.scores
        let ranking =
            switch candidates {
            case .test: RankingMetrics(users: users, stars: gains, scores: scores, cutoff: cutoff)
            case .all:
                try CatalogueRanking(
                    model: model,
                    scorer: TrainingError.translating { () throws(EngineError) in
                        try BatchScorer(model, kernel: kernel, precision: precision)
                    },
                    trained: (trained ?? TrainedPairs(split, of: ratings)).rows(of: model),
                    cutoff: cutoff
                ).metrics(split.testRows, gains: gains, of: ratings, by: topKPlan)
            }
        guard let ranking else {
            throw TrainingError(
                .unsuitableData,
                "the split has no test rows to evaluate on; give --split seed:N or a file of test pairs"
            )
        }
        self.ranking = ranking
        let transform = model.metadata.labelTransform
        metrics =
            transform == LabelTransform.none
            ? nil : Metrics(users: users, stars: stars, scores: scores, transform: transform)
        unknownPairs = zip(predictions.isUserKnown, predictions.isItemKnown).count { !$0 || !$1 }
    }
}
