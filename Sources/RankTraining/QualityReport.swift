public import RankData

/// A preset and the baselines on several splits of one data set.
public struct QualityReport: Sendable, Equatable {
    /// What predicted.
    public struct Row: Sendable, Equatable {
        /// The preset's or the baseline's name.
        public let name: String
        /// One entry for each split, in their order.
        public let splits: [Metrics]

        /// The mean test RMSE over the splits, on the label's scale.
        public var meanRMSE: Double { splits.reduce(0) { $0 + $1.rmse } / Double(splits.count) }
        /// The same in stars, or whatever ratings are given in.
        public var meanRMSEInStars: Double { splits.reduce(0) { $0 + $1.rmseInStars } / Double(splits.count) }
        /// The mean NDCG@10 over the splits.
        public var meanNDCG: Double { splits.reduce(0) { $0 + $1.ndcgAt10 } / Double(splits.count) }
        /// The standard deviation of the test RMSE over the splits (n − 1); 0 for a single split.
        public var deviationOfRMSE: Double {
            guard splits.count > 1 else { return 0 }
            let mean = meanRMSE
            let squares = splits.reduce(0) { $0 + ($1.rmse - mean) * ($1.rmse - mean) }
            return (squares / Double(splits.count - 1)).squareRoot()
        }
    }

    /// The splits, as they were asked for.
    public let splits: [SplitSpec]
    /// The baselines, then the preset.
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
        try self.init(data, splits, options.preset, show) { spec, split in
            let set = try TrainingSet(data, split: split)
            return try TrainedModel(training.run(on: set), set, data, split, as: spec, options).test
        }
    }

    /// Trains and tests a factorisation machine once for each split; see the other initialiser.
    ///
    /// - Throws: As the other, and `TrainingError` with code `invalidOption`.
    public init(
        _ data: DataSet,
        splits: [SplitSpec],
        _ options: FactorizationOptions,
        show: (SplitSpec) -> Void = { _ in }
    ) throws {
        let training = try FactorTraining(options)
        try self.init(data, splits, options.preset, show) { spec, split in
            let set = try TrainingSet(data, split: split, includesUnrated: true)
            return try TrainedFactors(training.run(on: set, data), set, data, split, as: spec, options).test
        }
    }

    /// Trains a teacher, distils it and tests the student, once for each split; see the other initialisers.
    ///
    /// - Throws: As the others.
    public init(
        _ data: DataSet,
        splits: [SplitSpec],
        _ options: DistillationOptions,
        distillation: Distillation,
        teacher: FactorizationOptions,
        show: (SplitSpec) -> Void = { _ in }
    ) throws {
        let training = try FactorTraining(teacher)
        try self.init(data, splits, options.preset, show) { spec, split in
            let set = try TrainingSet(data, split: split, includesUnrated: true)
            let factors = try TrainedFactors(training.run(on: set, data), set, data, split, as: spec, teacher)
            let teacher = try Teacher(factors, of: set)
            let result = try distillation.run(on: set, data, teacher: teacher)
            return try DistilledModel(result, set, data, split, options, teacher).test
        }
    }

    private init(
        _ data: DataSet,
        _ splits: [SplitSpec],
        _ preset: String,
        _ show: (SplitSpec) -> Void,
        train: (SplitSpec, Split) throws -> Metrics?
    ) throws {
        guard !splits.isEmpty else { throw TrainingError(.invalidOption, "no split to test on; name at least one") }
        let names = Baseline.allCases.map(\.rawValue) + [preset]
        var columns = [[Metrics]](repeating: [], count: names.count)
        for spec in splits {
            show(spec)
            let split = try spec.resolve(data.ratings)
            let results = try Baseline.allCases.map { $0.evaluate(data.ratings, split: split) } + [train(spec, split)]
            for (column, result) in results.enumerated() {
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
