import CommandSupport
import RankData
import RankEngine
import RankTraining

extension FitCommand {
    /// Trains a teacher and distils it.
    func fitDistilled() throws {
        let options = distillation.options(seed: seed)
        let student = try Distillation(options, threads: threading.count)
        let teacherOptions = factor.options(.best, seed: seed)
        let training = try FactorTraining(teacherOptions)
        try requireOutputs()
        let dataSet = try source.load()
        let resolved = try split.resolve(dataSet.ratings)
        let set = try TrainingSet(dataSet, split: resolved, includesUnrated: true)

        let clock = ContinuousClock()
        let start = clock.now
        let factors = try TrainedFactors(
            runFactors(training, teacherOptions, set, dataSet),
            set,
            dataSet,
            resolved,
            as: split,
            teacherOptions
        )
        let teacher = try Teacher(factors, of: set)
        let taught = clock.now
        var log = DistillationLog(options, isQuiet: quiet || json)
        let result = try student.run(on: set, dataSet, teacher: teacher) { log.show($0, at: clock.now - taught) }
        let end = clock.now

        let model = try DistilledModel(result, set, dataSet, resolved, options, teacher)
        let id = try model.write(to: output.path)
        try reportOption.write(modelPath: output.path, dataSet, resolved, as: split)
        let made = Made(
            id: id,
            data: dataSet,
            trainingCount: set.training.count,
            seconds: (end - start) / .seconds(1),
            test: model.test?.json,
            testLines: model.test?.lines ?? []
        )
        let teaching = [
            JSONValue.Member("teacher_test", factors.test.map { .object($0.json) } ?? .null),
            JSONValue.Member("teacher_seconds", .number((taught - start) / .seconds(1))),
        ]
        try tell(made, teaching + options.json(result, teacher))
    }
}
