public import RankData
public import RankEngine

/// A model held against the test rows of a split.
public struct Evaluation: Sendable, Equatable {
    /// How it did.
    public let metrics: Metrics
    /// Test pairs with a user or an item that the model does not know; they were scored by its row for unknown ids.
    public let unknownPairs: Int

    /// Scores the test rows and compares.
    ///
    /// Labels are those of the model's transform: `(stars − 1)/4`, or the stars themselves where it has none.
    ///
    /// - Throws: `TrainingError` with code `unsuitableData` when the split has no test rows, `engineFailed`.
    public init(
        _ model: RankModel,
        _ data: DataSet,
        _ split: Split,
        kernel: String? = nil,
        precision: Precision = .fp32
    ) throws(TrainingError) {
        let ratings = data.ratings
        let users = split.testRows.map { ratings.userIDs[$0] }
        let items = split.testRows.map { ratings.itemIDs[$0] }
        let predictions = try Predictor(model, kernel: kernel, precision: precision)
            .predict(users: users, items: items)
        let metrics = Metrics(
            users: users,
            stars: split.testRows.map { ratings.stars[$0] },
            scores: predictions.scores,
            starsPerUnit: model.metadata.labelTransform == .unitFromStars ? StarLabel.starsPerUnit : 1
        )
        guard let metrics else {
            throw TrainingError(
                .unsuitableData,
                "the split has no test rows to evaluate on; give --split seed:N or a file of test pairs"
            )
        }
        self.metrics = metrics
        unknownPairs = zip(predictions.isUserKnown, predictions.isItemKnown).count { !$0 || !$1 }
    }
}
