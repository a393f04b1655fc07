public import RankData

/// How well a network that was trained with a ranking loss, and the baselines, order on several splits of one data set.
public struct RankingReport: Sendable, Equatable {
    /// What predicted.
    public struct Row: Sendable, Equatable {
        /// The loss's or the baseline's name.
        public let name: String
        /// One entry for each split, in their order.
        public let splits: [RankingMetrics]

        /// The mean of a measure over the splits.
        public func mean(_ measure: (RankingMetrics) -> Double) -> Double {
            splits.reduce(0) { $0 + measure($1) } / Double(splits.count)
        }

        /// The standard deviation of a measure over the splits (n − 1); 0 for a single split.
        public func deviation(_ measure: (RankingMetrics) -> Double) -> Double {
            guard splits.count > 1 else { return 0 }
            let mean = mean(measure)
            let squares = splits.reduce(0) { $0 + (measure($1) - mean) * (measure($1) - mean) }
            return (squares / Double(splits.count - 1)).squareRoot()
        }
    }

    /// The splits, as they were asked for.
    public let splits: [SplitSpec]
    /// The baselines, then the network.
    public let rows: [Row]

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
        guard !splits.isEmpty else { throw TrainingError(.invalidOption, "no split to test on; name at least one") }
        let names = Baseline.allCases.map(\.rawValue) + [options.loss.formula.rawValue]
        var columns = [[RankingMetrics]](repeating: [], count: names.count)
        for spec in splits {
            show(spec)
            let split = try spec.resolve(data.ratings)
            let set = try TrainingSet(data, split: split)
            let model = try TrainedModel(training.run(on: set), set, data, split, as: spec, options)
            let baselines = Baseline.allCases.map { $0.evaluate(data.ratings, split: split)?.ranking }
            for (column, result) in (baselines + [model.ranking]).enumerated() {
                guard let result else {
                    throw TrainingError(.unsuitableData, "the split \(spec) has no test rows; choose another")
                }
                columns[column].append(result)
            }
        }
        self.splits = splits
        rows = zip(names, columns).map { Row(name: $0, splits: $1) }
    }
}
