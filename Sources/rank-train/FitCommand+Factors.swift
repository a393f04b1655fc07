import CommandSupport
import RankData
import RankEngine
import RankReport
import RankTraining

extension FitCommand {
    /// Trains a factorisation machine.
    func fitFactors(_ preset: FactorizationOptions) throws {
        let options = factor.options(preset, seed: seed)
        let training = try FactorTraining(options)
        try requireOutputs()
        let resumed = try checkpoints.resumed()
        let dataSet = try source.load()
        let resolved = try split.resolve(dataSet.ratings)
        let set = try TrainingSet(dataSet, split: resolved, includesUnrated: true)
        // A sweep may take less time than a checkpoint of it.
        let plan = try checkpoints.plan(from: resumed, dataSet, resolved, as: split, every: 10)
        let clock = ContinuousClock()
        let start = clock.now
        let result = try training.run(
            on: set,
            dataSet,
            checkpoints: plan,
            testingSweeps: reportOption.report != nil,
            show: showSweeps(options, resumed: plan?.resumed)
        )
        let seconds = (clock.now - start) / .seconds(1)

        let model = try TrainedFactors(result, set, dataSet, resolved, as: split, options)
        let id = try model.write(to: output.path)
        try reportOption.write(
            modelPath: output.path,
            dataSet,
            resolved,
            as: split,
            LearningCurve(result.sweeps, solved: options.sweeps, width: dataSet.ratings.scale.width)
        )
        let made = Made(
            id: id,
            data: dataSet,
            trainingCount: set.training.count,
            seconds: seconds,
            test: model.test?.json,
            testLines: model.test?.lines ?? []
        )
        try tell(
            made,
            [
                JSONValue.Member("preset", .string(options.preset)),
                JSONValue.Member("seed", .unsigned(options.seed)),
                JSONValue.Member("factors", .integer(options.factors)),
                JSONValue.Member("user_columns", .array(dataSet.userAttributes.columns.map { .string($0.name) })),
                JSONValue.Member("item_columns", .array(dataSet.itemAttributes.columns.map { .string($0.name) })),
                JSONValue.Member("sweeps", .array(result.sweeps.map(sweep))),
            ]
        )
    }

    /// What shows the sweeps of a training as they go, from now on; it may go on from a checkpoint.
    func showSweeps(
        _ options: FactorizationOptions,
        resumed: Checkpoint?
    ) -> (FactorTraining.SweepReport) -> Void {
        var line = ProgressLine(on: .error, isQuiet: quiet || json)
        if let resumed { line.note(resumed.note("sweep")) }
        let total = options.sweeps + (options.sampling?.sweeps ?? 0)
        let bar = ProgressBar(total: total, unit: "sweep", startingAt: resumed?.epoch ?? 0)
        let clock = ContinuousClock()
        let start = clock.now
        return { report in
            let elapsed = clock.now - start
            let text = {
                bar.line(
                    completed: report.sweep,
                    elapsed: elapsed,
                    details: [("loss", report.loss), ("root_mean_squared_error", report.rootMeanSquaredError)]
                )
            }
            if report.sweep < total { line.show(at: elapsed, text) } else { line.finish(text()) }
        }
    }

    private func sweep(_ report: FactorTraining.SweepReport) -> JSONValue {
        [
            "sweep": .integer(report.sweep),
            "loss": .number(report.loss),
            "root_mean_squared_error": .number(report.rootMeanSquaredError),
        ]
    }
}
