import CommandSupport
import RankData
import RankEngine
import RankReport
import RankTraining

extension FitCommand {
    /// Trains a teacher and distils it.
    func fitDistilled() throws {
        let options = distillation.options(seed: seed)
        let student = try Distillation(options, threads: threading.count)
        let teacherOptions = factor.options(.best, seed: seed)
        try requireOutputs()
        let resumed = try checkpoints.resumed()
        let dataSet = try source.load()
        let resolved = try split.resolve(dataSet.ratings)
        let set = try TrainingSet(dataSet, split: resolved, includesUnrated: true)
        try student.requireRoom(on: set, dataSet)
        // Of the teacher's sweeps; the student has a checkpoint with each report unless told otherwise.
        let plan = try checkpoints.plan(from: resumed, dataSet, resolved, as: split, every: 10)
        let studentPlan = try checkpoints.checkpointEvery == nil ? plan?.every(1) : plan

        let clock = ContinuousClock()
        let start = clock.now
        // The checkpoint is that of one of the two.
        let taughtBefore = plan?.resumed.map(\.isOfStudent) ?? false
        let show = showSweeps(teacherOptions, resumed: taughtBefore ? nil : plan?.resumed)
        let lesson = try Lesson(
            teacherOptions,
            set,
            dataSet,
            resolved,
            as: split,
            checkpoints: plan,
            show: show
        )
        let taught = clock.now
        var log = DistillationLog(options, resumed: taughtBefore ? plan?.resumed : nil, isQuiet: quiet || json)
        let result = try student.run(
            on: set,
            dataSet,
            lesson,
            checkpoints: studentPlan,
            testingReports: reportOption.report != nil
        ) { log.show($0, at: clock.now - taught) }
        let end = clock.now

        let model = try DistilledModel(result, set, dataSet, resolved, options, lesson.teacher)
        let id = try model.write(to: output.path)
        try reportOption.write(
            modelPath: output.path,
            dataSet,
            resolved,
            as: split,
            LearningCurve(result.reports, width: dataSet.ratings.scale.width)
        )
        let made = Made(
            id: id,
            data: dataSet,
            trainingCount: set.training.count,
            seconds: (end - start) / .seconds(1),
            test: model.test?.json,
            testLines: model.test?.lines ?? []
        )
        let teaching = [
            JSONValue.Member("teacher_test", lesson.factors.test.map { .object($0.json) } ?? .null),
            JSONValue.Member("teacher_seconds", .number((taught - start) / .seconds(1))),
        ]
        try tell(made, teaching + options.json(result, lesson.teacher))
    }
}
