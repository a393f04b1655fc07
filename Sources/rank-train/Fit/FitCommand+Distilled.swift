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
        let dataSet = try loadedData()
        let resolved = try split.resolve(dataSet.ratings)
        let set = try TrainingSet(dataSet, split: resolved, includesUnrated: true)
        try student.requireRoom(on: set, dataSet)
        let refits = refitOption.applies(to: preset, resolved)
        let refitted = refits ? resumed.flatMap { $0.isOfRefit ? $0 : nil } : nil
        let job = DistilledJob(
            command: self,
            options: options,
            student: student,
            teacherOptions: teacherOptions,
            data: dataSet
        )
        let clock = ContinuousClock()
        let start = clock.now
        let plan = try checkpoints.plan(from: refitted == nil ? resumed : nil, dataSet, resolved, as: split, every: 10)
        let taught =
            try refitted.map { try job.restored($0, set, resolved, as: split) }
            ?? job.run(on: set, resolved, as: split, plan, testingReports: reportOption.report != nil)
        let tested = try DistilledModel(taught.result, set, dataSet, resolved, options, taught.lesson.teacher)
        var model = tested
        var refit: Refit.Made?
        var lesson = taught.lesson
        if refits {
            let all = try Refit(
                dataSet,
                tested: set,
                as: split,
                includesUnrated: true,
                resumed: refitted,
                isQuiet: quiet || json
            )
            let kept = KeptTest(taught.result, taught.lesson, DataFingerprint(dataSet, resolved, as: split))
            let again = try job.run(
                on: all.set,
                all.split,
                as: .none,
                checkpoints.plan(from: refitted, dataSet, all.split, as: .none, every: 10)?.keeping(kept),
                testingReports: false
            )
            lesson = again.lesson
            model = try DistilledModel(again.result, all.set, dataSet, all.split, options, lesson.teacher)
                .refitted(testedBy: tested, dataSet)
            refit = all.made(tested: set, as: split, ("steps", options.steps(again.result)))
        }
        let seconds = (clock.now - start) / .seconds(1)

        let id = try model.write(to: output.path)
        try reportOption.write(
            modelPath: output.path,
            tested: refits ? tested.loaded(beside: output.path) : nil,
            dataSet,
            resolved,
            as: split,
            LearningCurve(taught.result.reports, width: dataSet.ratings.scale.width)
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
        let teaching = [
            JSONValue.Member("teacher_test", taught.lesson.factors.test.map { .object($0.json) } ?? .null),
            JSONValue.Member("teacher_seconds", .number(taught.teacherSeconds)),
        ]
        try tell(made, teaching + options.json(taught.result, lesson.teacher))
    }
}

/// A teacher and its student, trained one after the other on some ratings.
private struct DistilledJob {
    let command: FitCommand
    let options: DistillationOptions
    let student: Distillation
    let teacherOptions: FactorizationOptions
    let data: DataSet

    /// What came of it.
    struct Taught {
        let lesson: Lesson
        let result: Distillation.Result
        let teacherSeconds: Double
    }

    func run(
        on set: TrainingSet,
        _ split: Split,
        as spec: SplitSpec,
        _ plan: CheckpointPlan?,
        testingReports: Bool
    ) throws -> Taught {
        // The plan counts the teacher's sweeps; the student has a checkpoint with each report unless told otherwise.
        let studentPlan = try command.checkpoints.checkpointEvery == nil ? plan?.every(1) : plan
        let clock = ContinuousClock()
        let start = clock.now
        // The checkpoint is that of one of the two.
        let taughtBefore = plan?.resumed.map(\.isOfStudent) ?? false
        let show = command.showSweeps(teacherOptions, resumed: taughtBefore ? nil : plan?.resumed)
        let lesson = try Lesson(teacherOptions, set, data, split, as: spec, checkpoints: plan, show: show)
        let taught = clock.now
        let isQuiet = command.quiet || command.json
        var log = DistillationLog(options, resumed: taughtBefore ? plan?.resumed : nil, isQuiet: isQuiet)
        let result = try student.run(
            on: set,
            data,
            lesson,
            checkpoints: studentPlan,
            testingReports: testingReports
        ) { log.show($0, at: clock.now - taught) }
        return Taught(lesson: lesson, result: result, teacherSeconds: (taught - start) / .seconds(1))
    }

    /// The same as a checkpoint of the training on all ratings keeps it.
    func restored(_ checkpoint: Checkpoint, _ set: TrainingSet, _ split: Split, as spec: SplitSpec) throws -> Taught {
        let kept = try student.testedResult(checkpoint, set, data, DataFingerprint(data, split, as: spec))
        let lesson = try Lesson(trained: kept.teacher, by: teacherOptions, set, data, split, as: spec)
        return Taught(lesson: lesson, result: kept.0, teacherSeconds: 0)
    }
}
