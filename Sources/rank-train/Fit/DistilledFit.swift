import CommandSupport
import RankCore
import RankData
import RankReport
import RankTraining

/// The training of a teacher, and then of its student.
struct DistilledFit: PresetFit {
    static let includesUnrated = true
    static let checkpointInterval = 10

    /// A teacher and its student, trained on the same ratings.
    struct Outcome {
        let teaching: TeacherTraining.Result
        let result: Distillation.Result
        let teacherSeconds: Double
    }

    private let options: DistillationOptions
    private let student: Distillation
    private let teacherOptions: FactorizationOptions
    private let teacherTraining: TeacherTraining
    /// The student's reports between two checkpoints; nil for as many as the teacher's sweeps.
    private let studentInterval: Int?
    private let isQuiet: Bool

    /// Prepares both trainings.
    ///
    /// - Parameters:
    ///   - options: The student's options.
    ///   - threads: The number of threads that train the student.
    ///   - teacher: The teacher's options.
    ///   - studentInterval: The student's reports between two checkpoints; nil for as many as the teacher's sweeps.
    ///   - isQuiet: Whether there is no log.
    /// - Throws: `TrainingError` with code `invalidOption`.
    init(
        _ options: DistillationOptions,
        threads: Int,
        teacher: FactorizationOptions,
        studentInterval: Int?,
        isQuiet: Bool
    ) throws(TrainingError) {
        student = try Distillation(options, threads: threads)
        teacherTraining = try TeacherTraining(teacher)
        (self.options, teacherOptions) = (options, teacher)
        (self.studentInterval, self.isQuiet) = (studentInterval, isQuiet)
    }

    func requireRoom(on data: TrainingData) throws { try student.requireRoom(on: data) }

    func train(on data: TrainingData, _ plan: CheckpointPlan?, testing: Bool) throws -> Outcome {
        let studentPlan = try studentInterval.map { interval in try plan?.every(interval) } ?? plan
        let clock = ContinuousClock()
        let start = clock.now
        // The checkpoint belongs to either the teacher or the student.
        let isTaught = plan?.resumed.map(\.isOfStudent) ?? false
        var sweeps = ReportLog(teacherOptions, resumed: isTaught ? nil : plan?.resumed, isQuiet: isQuiet)
        let teaching = try teacherTraining.run(on: data, checkpoints: plan) { sweeps.show($0) }
        let seconds = (clock.now - start) / .seconds(1)
        var steps = ReportLog(options, resumed: isTaught ? plan?.resumed : nil, isQuiet: isQuiet)
        let result = try student.run(
            on: data,
            teacher: teaching.teacher,
            checkpoints: studentPlan,
            testingReports: testing
        ) { steps.show($0) }
        return Outcome(teaching: teaching, result: result, teacherSeconds: seconds)
    }

    func restored(_ checkpoint: Checkpoint, on data: TrainingData) throws -> Outcome {
        let (result, factors) = try student.testedResult(checkpoint, on: data)
        let teaching = try teacherTraining.result(factors, on: data)
        return Outcome(teaching: teaching, result: result, teacherSeconds: 0)
    }

    func model(_ outcome: Outcome, on data: TrainingData) throws -> TrainedModel {
        try TrainedModel(student: outcome.result, on: data, teacher: outcome.teaching.teacher, options)
    }

    func keptTest(_ outcome: Outcome, on data: TrainingData) -> KeptTest {
        KeptTest(student: outcome.result, outcome.teaching, on: data)
    }

    func curve(_ outcome: Outcome, width: Float) -> LearningCurve {
        LearningCurve(outcome.result.reports, width: width)
    }

    func reports(_ outcome: Outcome) -> (name: String, values: JSONValue) {
        ("steps", options.steps(outcome.result))
    }

    func members(tested: Outcome, written: Outcome) -> [JSONValue.Member] {
        [
            JSONValue.Member("teacher_test", tested.teaching.model.test.map { .object($0.json) } ?? .null),
            JSONValue.Member("teacher_seconds", .number(tested.teacherSeconds)),
        ] + options.json(tested.result, written.teaching.teacher)
    }
}
