public import RankData
import RankEngine

/// A test of predictions for users or items that are new to a training, by the number of their shown ratings.
///
/// Users (or items) are dealt into parts. Each part in turn is hidden from a training; then a few ratings of each of
/// its users are folded in, and the others predicted. Every number of shown ratings is tested on the same ratings:
/// those that are shown in no case.
public struct ColdStart: Sendable {
    /// A way of predicting.
    public enum Predictor: String, Sendable, CaseIterable {
        /// The mean training rating of the item (of the user, where items are hidden).
        case partnerMean
        /// The model's row for unknown ids.
        case unknownRow
        /// The row that the columns of the users' (items') file make, in a training and in a fold-in.
        case columns
        /// The row folded in from the row for unknown ids.
        case foldIn
        /// The row folded in from the row of the columns.
        case columnsAndFoldIn
        /// The row of a training that had the shown ratings.
        case trainedAnew
    }

    /// One number of shown ratings.
    public struct Row: Sendable {
        /// The number of shown ratings of each user (item).
        public let shown: Int
        /// The figures of each way on the tested ratings of all parts.
        public let metrics: [Predictor: Metrics]
    }

    /// The measures by number of shown ratings.
    public struct Result: Sendable {
        /// One row for each number of shown ratings, in their order.
        public let rows: [Row]
        /// Users or items with a tested rating.
        public let entityCount: Int
        /// Users or items with too few ratings to be tested.
        public let leftOut: Int
        /// The tested ratings.
        public let testedCount: Int
    }

    private let data: DataSet
    private let trainer: FactorTraining
    private let options: ColdStartOptions

    /// Prepares the test.
    ///
    /// - Parameters:
    ///   - data: The data set.
    ///   - training: The options of the trainings.
    ///   - options: The options of the test.
    /// - Throws: `TrainingError` with code `invalidOption`.
    public init(
        _ data: DataSet,
        _ training: FactorizationOptions,
        _ options: ColdStartOptions
    ) throws(TrainingError) {
        try options.validate()
        trainer = try FactorTraining(training)
        self.data = data
        self.options = options
    }

    /// Trains once for each part, or once more for each number of shown ratings.
    ///
    /// - Parameter show: Called before each training with its number, counted from 1, and the number of all.
    /// - Returns: The measures.
    /// - Throws: `TrainingError` with code `unsuitableData` when no user (item) has more ratings than are shown, or
    ///   nothing is left to train on, `diverged`.
    public func run(show: (Int, Int) -> Void = { _, _ in }) throws(TrainingError) -> Result {
        let deal = HiddenRatings(data.ratings, options)
        guard !deal.tested.isEmpty else {
            throw TrainingError(
                .unsuitableData,
                "no \(options.side == .users ? "user" : "item") has more than \(deal.reserved) ratings; show fewer"
            )
        }
        var scores = [[Predictor: [Float]]](repeating: [:], count: options.shown.count)
        var tested: [Int] = []
        // With more parts than users some parts are empty.
        let parts = (0..<options.folds).map { (part: $0, rows: deal.tested(in: $0)) }.filter { !$0.rows.isEmpty }
        let total = parts.count * (1 + (options.trainsAnew ? options.shown.count(where: { $0 > 0 }) : 0))
        var number = 0
        for (part, rows) in parts {
            tested += rows
            number += 1
            show(number, total)
            let hidden = try ColdModel(data, trainer, deal, options.side, part: part, shown: 0)
            for (index, count) in options.shown.enumerated() {
                for (predictor, list) in hidden.predict(rows, deal, part: part, shown: count, penalty: options.penalty)
                {
                    scores[index][predictor, default: []] += list
                }
                guard options.trainsAnew, count > 0 else { continue }
                number += 1
                show(number, total)
                let anew = try ColdModel(data, trainer, deal, options.side, part: part, shown: count)
                scores[index][.trainedAnew, default: []] += anew.predict(rows)
            }
        }
        let users = tested.map { data.ratings.userIDs[$0] }
        let transform = LabelTransform(data.ratings.scale)
        let stars = tested.map { data.ratings.stars[$0] }
        return Result(
            rows: zip(options.shown, scores).map { shown, scores in
                Row(
                    shown: shown,
                    metrics: scores.compactMapValues {
                        Metrics(users: users, stars: stars, scores: $0, transform: transform)
                    }
                )
            },
            entityCount: deal.entityCount,
            leftOut: deal.leftOut,
            testedCount: tested.count
        )
    }
}
