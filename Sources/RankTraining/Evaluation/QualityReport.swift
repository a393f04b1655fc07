public import RankData

/// A preset and the baselines on several splits of one data set.
public struct QualityReport: Sendable, Equatable {
    /// The splits, as they were asked for.
    public let splits: [SplitSpec]
    /// The baselines, then the preset.
    public let rows: [SplitRow<Metrics>]

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
        rows = try SplitRow.rows(data, splits, preset, show, measures: { $0 }, train: train)
        self.splits = splits
    }
}

extension SplitRow<Metrics> {
    /// The mean test RMSE over the splits, on the label's scale.
    public var meanRMSE: Double { mean(\.rmse) }
    /// The same in stars, or whatever ratings are given in.
    public var meanRMSEInStars: Double { mean(\.rmseInStars) }
    /// The mean NDCG@10 over the splits.
    public var meanNDCG: Double { mean(\.ndcgAt10) }
    /// The standard deviation of the test RMSE over the splits (n − 1); 0 for a single split.
    public var deviationOfRMSE: Double { deviation(\.rmse) }
}
