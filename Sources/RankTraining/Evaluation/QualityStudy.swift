public import RankData

/// A comparison of a preset and the baselines on several splits of one data set.
public struct QualityStudy: Sendable {
    /// The measures of all predictors.
    public struct Result: Sendable, Equatable {
        /// The splits, as they were asked for.
        public let splits: [SplitSpec]
        /// The baselines, then the preset.
        public let rows: [SplitScores<Metrics>]
    }

    private let dataSet: DataSet
    private let splits: [SplitSpec]
    private let preset: String
    private let train: @Sendable (SplitSpec, Split) throws -> TrainedModel

    /// A comparison with a network.
    ///
    /// - Parameters:
    ///   - dataSet: The data set.
    ///   - splits: At least one.
    ///   - options: The options of the training, for the model's fingerprint.
    ///   - training: The training by those options.
    public init(_ dataSet: DataSet, splits: [SplitSpec], _ options: TrainingOptions, training: Training) {
        self.init(dataSet, splits, options.preset) { spec, split in
            let data = try TrainingData(dataSet, split, as: spec)
            return try TrainedModel(network: training.run(on: data), on: data, options)
        }
    }

    /// A comparison with a factorisation machine; see the first initialiser.
    ///
    /// - Throws: `TrainingError` with code `invalidOption`.
    public init(_ dataSet: DataSet, splits: [SplitSpec], _ options: FactorizationOptions) throws(TrainingError) {
        let training = try FactorTraining(options)
        self.init(dataSet, splits, options.preset) { spec, split in
            let data = try TrainingData(dataSet, split, as: spec, includesUnrated: true)
            return try TrainedModel(factors: training.run(on: data), on: data, options)
        }
    }

    /// A comparison with a student, whose teacher is trained on each split; see the first initialiser.
    ///
    /// - Throws: `TrainingError` with code `invalidOption`.
    public init(
        _ dataSet: DataSet,
        splits: [SplitSpec],
        _ options: DistillationOptions,
        distillation: Distillation,
        teacher: FactorizationOptions
    ) throws(TrainingError) {
        let training = try TeacherTraining(teacher)
        self.init(dataSet, splits, options.preset) { spec, split in
            let data = try TrainingData(dataSet, split, as: spec, includesUnrated: true)
            let teacher = try training.run(on: data).teacher
            let result = try distillation.run(on: data, teacher: teacher)
            return try TrainedModel(student: result, on: data, teacher: teacher, options)
        }
    }

    private init(
        _ dataSet: DataSet,
        _ splits: [SplitSpec],
        _ preset: String,
        train: @escaping @Sendable (SplitSpec, Split) throws -> TrainedModel
    ) {
        self.dataSet = dataSet
        self.splits = splits
        self.preset = preset
        self.train = train
    }

    /// Trains and tests the preset once for each split.
    ///
    /// - Parameter show: Called with each split before its training.
    /// - Returns: The measures.
    /// - Throws: `DataError` where a split does not fit the data; `TrainingError`, with code `unsuitableData` for a
    ///   split without test rows.
    public func run(show: (SplitSpec) -> Void = { _ in }) throws -> Result {
        let rows = try SplitScores.rows(dataSet, splits, preset, show, measures: \.self) { try train($0, $1).test }
        return Result(splits: splits, rows: rows)
    }
}

extension SplitScores<Metrics> {
    /// The mean test RMSE over the splits, on the label's scale.
    public var meanRMSE: Double { mean(\.rmse) }
    /// The RMSE in stars, or on the ratings' own scale.
    public var meanRMSEInStars: Double { mean(\.rmseInStars) }
    /// The mean NDCG@10 over the splits.
    public var meanNDCG: Double { mean(\.ndcgAt10) }
    /// The standard deviation of the test RMSE over the splits (n − 1); 0 for a single split.
    public var deviationOfRMSE: Double { deviation(\.rmse) }
}
