import CommandSupport
import RankCore
import RankData
import RankEngine
import RankReport
import RankTraining

/// The training of a preset, as `fit` runs it: on the training ratings, and once more on all of them.
protocol PresetFit {
    /// The result of one training.
    associatedtype Outcome

    /// Whether users and items without ratings get rows.
    static var includesUnrated: Bool { get }
    /// The reports between two checkpoints unless `--checkpoint-every` says otherwise.
    static var checkpointInterval: Int { get }

    /// Refuses data that are too large, before anything takes time.
    func requireRoom(on data: TrainingData) throws
    /// Trains with a log.
    ///
    /// - Parameters:
    ///   - data: The data.
    ///   - plan: What to do about checkpoints.
    ///   - testing: Whether the reports are tested for a curve.
    func train(on data: TrainingData, _ plan: CheckpointPlan?, testing: Bool) throws -> Outcome
    /// The tested training that a checkpoint of the training on all ratings keeps.
    func restored(_ checkpoint: Checkpoint, on data: TrainingData) throws -> Outcome
    /// The model of a training on `data`.
    func model(_ outcome: Outcome, on data: TrainingData) throws -> TrainedModel
    /// The test for the checkpoints of the training on all ratings.
    func keptTest(_ outcome: Outcome, on data: TrainingData) -> KeptTest
    /// The training on all ratings that follows a tested one.
    func refit(after tested: Outcome) throws -> Self

    /// The curve of a training, for the page.
    func curve(_ outcome: Outcome, width: Float) -> LearningCurve
    /// The reports of a training, for programs.
    func reports(_ outcome: Outcome) -> (name: String, values: JSONValue)
    /// Further lines of the summary, for people.
    func lines(_ tested: Outcome) -> [(String, String)]
    /// Further members of the summary, for programs.
    ///
    /// - Parameters:
    ///   - tested: The training that was tested.
    ///   - written: The training whose model was written; the same where there was no other.
    func members(tested: Outcome, written: Outcome) -> [JSONValue.Member]
}

extension PresetFit {
    func requireRoom(on data: TrainingData) throws {}
    func refit(after tested: Outcome) throws -> Self { self }
    func lines(_ tested: Outcome) -> [(String, String)] { [] }
}

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
