import ArgumentParser
import CommandSupport
import RankData
import RankEngine
import RankReport
import RankTraining

/// `--report` of a training.
struct ReportArgument: ParsableArguments {
    @Option(
        help: """
            Also write a page on what was learnt, an HTML file: curves, calibration, errors by group, neighbours, and \
            the baselines beside it.
            """
    )
    var report: OutputPath?

    /// Refuses options without a page, and one file for two outputs.
    func validate(output: OutputPath, checkpoint: OutputPath?, _ loss: LossArguments.Name?) throws {
        guard let report else { return }
        if report == output { throw ValidationError("--output and --report name the same file; give two") }
        if report == checkpoint { throw ValidationError("--checkpoint and --report name the same file; give two") }
        if let loss, loss != .meanSquaredError {
            throw ValidationError(
                "--report goes with --loss mse: after \(loss.rawValue) scores are no ratings; rank-train evaluate "
                    + "tells how well they order"
            )
        }
    }

    /// Writes the page, if it was asked for, from the file of the model.
    ///
    /// For a model trained on all ratings the page describes the model that was tested before it.
    func write(
        modelPath: String,
        tested: @autoclosure () throws -> RankModel?,
        _ data: TrainingData,
        _ curve: @autoclosure () -> LearningCurve? = nil
    ) throws {
        guard let report else { return }
        let model = try RankModel.load(path: modelPath)
        let tested = try tested()
        try TrainingReport(
            tested ?? model,
            data.dataSet,
            data.split,
            as: data.spec,
            curve: curve(),
            refitted: tested == nil ? nil : model.modelID
        ).write(to: report.path)
    }
}
