public import RankData

/// How well a network that was trained with a ranking loss, and the baselines, order on several splits of one data set.
public struct RankingReport: Sendable, Equatable {
    /// The splits, as they were asked for.
    public let splits: [SplitSpec]
    /// The baselines, then the network.
    public let rows: [SplitRow<RankingMetrics>]

    /// Trains and tests a network once for each split.
    ///
    /// - Parameters:
    ///   - data: The data set.
    ///   - splits: At least one.
    ///   - options: What to train, for the model's fingerprint.
    ///   - training: The training by those options.
    ///   - show: Called with each split before its training.
    /// - Throws: `DataError` where a split does not fit the data; `TrainingError`, with code `unsuitableData` for a
    ///   split without test rows.
    public init(
        _ data: DataSet,
        splits: [SplitSpec],
        _ options: TrainingOptions,
        training: Training,
        show: (SplitSpec) -> Void = { _ in }
    ) throws {
        let name = options.loss.formula.rawValue
        rows = try SplitRow.rows(data, splits, name, show, measures: \.ranking) { spec, split in
            let set = try TrainingSet(data, split: split)
            return try TrainedModel(training.run(on: set), set, data, split, as: spec, options).ranking
        }
        self.splits = splits
    }
}
