import RankData

/// The measures of one predictor on several splits of one data set.
public struct SplitScores<Measures: Sendable & Equatable>: Sendable, Equatable {
    /// The predictor's name: a preset's, a loss's or a baseline's.
    public let name: String
    /// One entry for each split, in their order.
    public let splits: [Measures]

    /// The mean of a measure over the splits.
    public func mean(_ measure: (Measures) -> Double) -> Double {
        splits.reduce(0) { $0 + measure($1) } / Double(splits.count)
    }

    /// The standard deviation of a measure over the splits (n − 1); 0 for a single split.
    public func deviation(_ measure: (Measures) -> Double) -> Double {
        guard splits.count > 1 else { return 0 }
        let mean = mean(measure)
        let squares = splits.reduce(0) { $0 + (measure($1) - mean) * (measure($1) - mean) }
        return (squares / Double(splits.count - 1)).squareRoot()
    }

    /// The baselines and, last, a model on each split.
    ///
    /// - Parameters:
    ///   - data: The data set.
    ///   - splits: At least one.
    ///   - name: The model's.
    ///   - show: Called with each split before its training.
    ///   - measures: The measures taken from a baseline's metrics.
    ///   - train: Trains on a split and returns the model's measures.
    /// - Returns: A row for each predictor.
    /// - Throws: `DataError` where a split does not fit the data; `TrainingError` with code `unsuitableData` for a
    ///   split without test rows; what `train` throws.
    static func rows(
        _ data: DataSet,
        _ splits: [SplitSpec],
        _ name: String,
        _ show: (SplitSpec) -> Void,
        measures: (Metrics) -> Measures,
        train: (SplitSpec, Split) throws -> Measures?
    ) throws -> [SplitScores] {
        guard !splits.isEmpty else { throw TrainingError(.invalidOption, "no split to test on; name at least one") }
        let names = Baseline.allCases.map(\.rawValue) + [name]
        var columns = [[Measures]](repeating: [], count: names.count)
        for spec in splits {
            show(spec)
            let split = try spec.resolve(data.ratings)
            // Before a training whose test would be empty.
            guard !split.testRows.isEmpty else {
                throw TrainingError(.unsuitableData, "the split \(spec) has no test rows; choose another")
            }
            let baselines = Baseline.allCases.map { $0.evaluate(data.ratings, split: split).map(measures) }
            for (column, result) in try (baselines + [train(spec, split)]).enumerated() {
                guard let result else {
                    throw TrainingError(.unsuitableData, "on the split \(spec) nothing can be measured; choose another")
                }
                columns[column].append(result)
            }
        }
        return zip(names, columns).map { SplitScores(name: $0, splits: $1) }
    }
}
