import CommandSupport
import RankCore
import RankData
import RankTraining

/// A training on all ratings, after the test: its data, and its summary.
struct Refit {
    /// All ratings, none of which tests.
    let data: TrainingData
    private let start: ContinuousClock.Instant

    /// Prepares the training, and says on a terminal that it begins.
    ///
    /// - Parameters:
    ///   - tested: The data of the training before it.
    ///   - includesUnrated: Whether users and items without ratings get rows.
    ///   - resumed: The checkpoint that this training resumes; nil for none.
    ///   - isQuiet: Whether nothing is said.
    /// - Throws: `DataError`, `TrainingError`.
    init(after tested: TrainingData, includesUnrated: Bool, resumed: Checkpoint?, isQuiet: Bool) throws {
        data = try TrainingData(tested.dataSet, split: .none, includesUnrated: includesUnrated)
        let line = ProgressLine(on: .error, isQuiet: isQuiet)
        if resumed == nil {
            line.note("tested on \(grouped(tested.set.test.count)) ratings (\(oneLine(tested.spec.description)))")
        }
        line.note("training once more, on all \(grouped(data.set.training.count)) ratings")
        start = ContinuousClock().now
    }

    /// The summary of the training, once it is done.
    ///
    /// - Parameters:
    ///   - tested: The data of the training before it.
    ///   - reports: The losses of this training, for programs.
    /// - Returns: The summary.
    func summary(after tested: TrainingData, _ reports: (name: String, values: JSONValue)) -> Summary {
        Summary(
            trainingCount: data.set.training.count,
            testedTrainingCount: tested.set.training.count,
            testCount: tested.set.test.count,
            seconds: (ContinuousClock().now - start) / .seconds(1),
            reports: reports
        )
    }

    /// The figures of the training.
    struct Summary {
        /// The ratings that it was trained on.
        let trainingCount: Int
        /// The ratings that the training before it was trained on.
        let testedTrainingCount: Int
        /// The ratings that tested that one.
        let testCount: Int
        let seconds: Double
        let reports: (name: String, values: JSONValue)

        /// One line, which fits a terminal of 80 columns.
        var text: String {
            "trained on all \(grouped(trainingCount)) ratings; tested before without \(grouped(testCount))"
        }

        /// The figures for programs.
        var json: JSONValue {
            .object([
                JSONValue.Member("training_count", .integer(trainingCount)),
                JSONValue.Member("tested_training_count", .integer(testedTrainingCount)),
                JSONValue.Member("seconds", .number(seconds)), JSONValue.Member(reports.name, reports.values),
            ])
        }
    }
}
