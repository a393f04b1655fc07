import ArgumentParser
import CommandSupport
import RankCore
import RankData
import RankTraining

/// Whether the model that is written is trained on all ratings, once its like has been tested.
struct RefitArguments: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: """
            After the test, train once more on all ratings and write that model, with the figures of the test; takes the \
            time of two trainings (default: --refit, and --no-refit for the tutorial). With --no-refit the model that \
            was tested is written.
            """
    )
    var refit: Bool?

    /// Whether a preset is trained once more; never where nothing is held out.
    func applies(to preset: Preset, _ split: Split) -> Bool {
        (refit ?? (preset != .tutorial)) && !split.testRows.isEmpty
    }
}

/// A training on all ratings, after the test: what it is trained on, and what is said of it.
struct Refit {
    /// All ratings train.
    let split: Split
    /// The same as rows and labels.
    let set: TrainingSet
    /// What its checkpoints say that it is trained on.
    let fingerprint: DataFingerprint
    private let start: ContinuousClock.Instant

    /// Prepares the training, and says on a terminal that it begins.
    init(
        _ data: DataSet,
        tested: TrainingSet,
        as spec: SplitSpec,
        includesUnrated: Bool,
        resumed: Checkpoint?,
        isQuiet: Bool
    ) throws {
        split = try SplitSpec.none.resolve(data.ratings)
        set = try TrainingSet(data, split: split, includesUnrated: includesUnrated)
        fingerprint = DataFingerprint(data, split, as: .none)
        let line = ProgressLine(on: .error, isQuiet: isQuiet)
        if resumed == nil {
            line.note("tested on \(grouped(tested.test.count)) ratings (\(oneLine(spec.description)))")
        }
        line.note("training once more, on all \(grouped(set.training.count)) ratings")
        start = ContinuousClock().now
    }

    /// What people and programs are told of it.
    func made(tested: TrainingSet, as spec: SplitSpec, _ reports: (name: String, values: JSONValue)) -> Made {
        Made(
            trainingCount: set.training.count,
            testedTrainingCount: tested.training.count,
            testCount: tested.test.count,
            seconds: (ContinuousClock().now - start) / .seconds(1),
            reports: reports
        )
    }

    /// What came of it, for the summary.
    struct Made {
        let trainingCount: Int
        let testedTrainingCount: Int
        let testCount: Int
        let seconds: Double
        let reports: (name: String, values: JSONValue)

        /// In one line, which fits a terminal of 80 columns.
        var text: String {
            "trained on all \(grouped(trainingCount)) ratings; tested before without \(grouped(testCount))"
        }

        /// For programs.
        var json: JSONValue {
            .object([
                JSONValue.Member("training_count", .integer(trainingCount)),
                JSONValue.Member("tested_training_count", .integer(testedTrainingCount)),
                JSONValue.Member("seconds", .number(seconds)), JSONValue.Member(reports.name, reports.values),
            ])
        }
    }
}
