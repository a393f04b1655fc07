import CommandSupport
import RankData
import RankEngine
import RankReport
import RankTraining

extension FitCommand {
    /// Trains a factorisation machine.
    func fitFactors(_ standard: FactorizationOptions) throws {
        let options = factor.options(standard, seed: seed)
        let training = try FactorTraining(options)
        try requireOutputs()
        let resumed = try checkpoints.resumed()
        let dataSet = try loadedData()
        let resolved = try split.resolve(dataSet.ratings)
        let set = try TrainingSet(dataSet, split: resolved, includesUnrated: true)
        let refits = refitOption.applies(to: preset, resolved)
        let refitted = refits ? resumed.flatMap { $0.isOfRefit ? $0 : nil } : nil
        // A sweep may take less time than a checkpoint of it.
        let plan = try checkpoints.plan(
            from: refitted == nil ? resumed : nil,
            dataSet,
            resolved,
            as: split,
            every: 10
        )
        let clock = ContinuousClock()
        let start = clock.now
        let result =
            try refitted.map { try training.testedResult($0, set, DataFingerprint(dataSet, resolved, as: split)) }
            ?? training.run(
                on: set,
                dataSet,
                checkpoints: plan,
                testingSweeps: reportOption.report != nil,
                show: showSweeps(options, resumed: plan?.resumed)
            )
        let tested = try TrainedFactors(result, set, dataSet, resolved, as: split, options)
        var model = tested
        var refit: Refit.Made?
        if refits {
            let all = try Refit(
                dataSet,
                tested: set,
                as: split,
                includesUnrated: true,
                resumed: refitted,
                isQuiet: quiet || json
            )
            let kept = KeptTest(result, DataFingerprint(dataSet, resolved, as: split))
            let again = try training.run(
                on: all.set,
                dataSet,
                checkpoints: checkpoints.plan(from: refitted, dataSet, all.split, as: .none, every: 10)?.keeping(kept),
                show: showSweeps(options, resumed: refitted)
            )
            model = try TrainedFactors(again, all.set, dataSet, all.split, as: .none, options)
                .refitted(testedBy: tested, dataSet)
            refit = all.made(tested: set, as: split, ("sweeps", .array(again.sweeps.map(sweep))))
        }
        let seconds = (clock.now - start) / .seconds(1)

        let id = try model.write(to: output.path)
        try reportOption.write(
            modelPath: output.path,
            tested: refits ? tested.loaded(beside: output.path) : nil,
            dataSet,
            resolved,
            as: split,
            LearningCurve(result.sweeps, solved: options.sweeps, width: dataSet.ratings.scale.width)
        )
        let made = Made(
            id: id,
            data: dataSet,
            trainingCount: set.training.count,
            refit: refit,
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
            let text = { width in
                bar.line(
                    completed: report.sweep,
                    elapsed: elapsed,
                    details: [("loss", report.loss), ("root_mean_squared_error", report.rootMeanSquaredError)],
                    width: width
                )
            }
            if report.sweep < total { line.show(at: elapsed, text) } else { line.finish(text) }
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
