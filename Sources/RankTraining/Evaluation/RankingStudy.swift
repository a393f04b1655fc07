public import RankData

/// A comparison of how well a network that is trained with a ranking loss, and the baselines, order on several splits.
public struct RankingStudy: Sendable {
    /// The measures of all predictors.
    public struct Result: Sendable, Equatable {
        /// The splits, as they were asked for.
        public let splits: [SplitSpec]
        /// The baselines, then the network.
        public let rows: [SplitScores<RankingMetrics>]
    }

    private let dataSet: DataSet
    private let splits: [SplitSpec]
    private let options: TrainingOptions
    private let training: Training

    /// A comparison.
    ///
    /// - Parameters:
    ///   - dataSet: The data set.
    ///   - splits: At least one.
    ///   - options: The options of the training, for the model's fingerprint.
    ///   - training: The training by those options.
    public init(_ dataSet: DataSet, splits: [SplitSpec], _ options: TrainingOptions, training: Training) {
        self.dataSet = dataSet
        self.splits = splits
        self.options = options
        self.training = training
    }

    /// Trains and tests a network once for each split.
    ///
    /// - Parameter show: Called with each split before its training.
    /// - Returns: The measures.
    /// - Throws: `DataError` where a split does not fit the data; `TrainingError`, with code `unsuitableData` for a
    ///   split without test rows.
    public func run(show: (SplitSpec) -> Void = { _ in }) throws -> Result {
        let name = options.loss.formula.rawValue
        let rows = try SplitScores.rows(dataSet, splits, name, show, measures: \.ranking) { spec, split in
            let data = try TrainingData(dataSet, split, as: spec)
            return try TrainedModel(network: training.run(on: data), on: data, options).ranking
        }
        return Result(splits: splits, rows: rows)
    }
}
