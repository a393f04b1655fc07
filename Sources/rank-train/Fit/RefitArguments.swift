import ArgumentParser
import RankCore
import RankData
import RankTraining

/// The option to train once more on all ratings after the test.
struct RefitArguments: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: """
            After the test, train once more on all ratings and write that model, with the figures of the test; \
            takes the \
            time of two trainings (default: --refit, and --no-refit for the tutorial). With --no-refit the model that \
            was tested is written.
            """
    )
    var refit: Bool?

    /// Whether a preset is trained once more; never without test ratings.
    func applies(to preset: Preset, _ split: Split) -> Bool {
        (refit ?? (preset != .tutorial)) && !split.testRows.isEmpty
    }
}
