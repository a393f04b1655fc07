import CommandSupport
import RankData
import RankEngine
import RankTraining

extension FitCommand {
    /// Trains a preset, tests it, trains it once more where that is asked for, and writes model, page and summary.
    func fit<Fit: PresetFit>(_ fit: Fit) throws {
        try requireOutputs()
        let resumed = try checkpoints.resumed()
        let data = try TrainingData(loadedData(), split: split, includesUnrated: Fit.includesUnrated)
        try fit.requireRoom(on: data)
        let refits = refitArguments.applies(to: preset, data.split)
        let refitted = refits ? resumed.flatMap { $0.isOfRefit ? $0 : nil } : nil
        let plan = try checkpoints.plan(from: refitted == nil ? resumed : nil, every: Fit.checkpointInterval)
        let clock = ContinuousClock()
        let start = clock.now
        let result =
            try refitted.map { try fit.restored($0, on: data) }
            ?? fit.train(on: data, plan, testing: reportArgument.report != nil)
        let tested = try fit.model(result, on: data)
        var (model, written) = (tested, result)
        var refit: Refit.Summary?
        if refits {
            let all = try Refit(after: data, includesUnrated: Fit.includesUnrated, resumed: refitted, isQuiet: isSilent)
            let last = try fit.refit(after: result)
            let plan = try checkpoints.plan(from: refitted, every: Fit.checkpointInterval)
            written = try last.train(on: all.data, plan?.keeping(fit.keptTest(result, on: data)), testing: false)
            model = try last.model(written, on: all.data).refitted(testedBy: tested, data.dataSet)
            refit = all.summary(after: data, last.reports(written))
        }
        let seconds = (clock.now - start) / .seconds(1)

        let id = try model.write(to: output.path)
        try reportArgument.write(
            modelPath: output.path,
            tested: refits ? tested.loaded(beside: output.path) : nil,
            data,
            fit.curve(result, width: data.dataSet.ratings.scale.width)
        )
        let summary = FitSummary(id: id, data: data, refit: refit, seconds: seconds, model: model)
        try tell(summary, lines: fit.lines(result), fit.members(tested: result, written: written))
    }
}
