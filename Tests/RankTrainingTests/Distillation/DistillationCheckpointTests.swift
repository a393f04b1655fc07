import Foundation
import RankCore
import RankData
import RankEngine
import RankTraining
import TestSupport
import Testing

@Suite struct DistillationCheckpointTests {
    /// Reports after 100, 200 and 250 steps.
    private static let options: DistillationOptions = {
        var options = DistillationOptions.distilled
        (options.dimensions, options.hidden, options.steps) = (8, [24, 12], 250)
        (options.users, options.items) = (8, 16)
        return options
    }()
    private static let teacherOptions = SmallFactors.mixed(sweeps: 4, drawn: 9, warmUp: 2)

    /// A data set, and what is trained on it.
    private struct Sampled {
        let data: TrainingData

        init(seed: UInt64 = 1, split spec: SplitSpec = .seed(42)) throws {
            data = try TrainingData(Sample.data(seed: seed), split: spec, includesUnrated: true)
        }

        func plan(to path: String?, from resumed: String?, every interval: Int = 1) throws -> CheckpointPlan {
            try CheckpointPlan(
                path: path,
                interval: interval,
                resumed: resumed.map(Checkpoint.init(path:))
            )
        }

        /// A student of a teacher that has a file.
        func distil(
            _ options: DistillationOptions = options,
            teacher: TrainedModel,
            to path: String? = nil,
            every interval: Int = 1,
            from resumed: String? = nil,
            kernel: Kernel = .best,
            threads: Int = 1,
            tests: Bool = false,
            show: (Distillation.StepReport) -> Void = { _ in }
        ) throws -> Distillation.Result {
            try Distillation(options, kernel: kernel, threads: threads).run(
                on: data,
                teacher: Teacher(teacher, of: data.set),
                checkpoints: plan(to: path, from: resumed, every: interval),
                testingReports: tests,
                show: show
            )
        }

        func teacher(_ options: FactorizationOptions = SmallFactors.solved) throws -> TrainedModel {
            let result = try FactorTraining(options).run(on: data)
            return try TrainedModel(factors: result, on: data, options)
        }

        /// A teacher, and then its student.
        func fit(
            _ options: DistillationOptions = options,
            _ teacher: FactorizationOptions = teacherOptions,
            to path: String? = nil,
            from resumed: String? = nil,
            sweep: (FactorTraining.SweepReport) -> Void = { _ in },
            report: (Distillation.StepReport) -> Void = { _ in }
        ) throws -> (ModelID, Distillation.Result) {
            let plan = try plan(to: path, from: resumed)
            let taught = try TeacherTraining(teacher).run(on: data, checkpoints: plan, show: sweep).teacher
            let student = try Distillation(options)
            let result = try student.run(on: data, teacher: taught, checkpoints: plan, show: report)
            let model = try TrainedModel(student: result, on: data, teacher: taught, options)
            return (try model.write(to: TemporaryDirectory().file("model")), result)
        }
    }

    @Test(.timeLimit(.minutes(2))) func whatIsResumedEndsAsIfNothingHadHappened() throws {
        let directory = try TemporaryDirectory()
        let (sampled, path) = (try Sampled(), directory.file("checkpoint"))
        let teacher = try sampled.teacher()
        let undisturbed = try sampled.distil(teacher: teacher)
        #expect(undisturbed.reports.map(\.step) == [100, 200, 250])
        let written = try sampled.distil(teacher: teacher, to: path) { report in
            try? FileManager.default.copyItem(atPath: path, toPath: "\(path).\(report.step)")
        }
        #expect(written.network == undisturbed.network)
        for (place, step) in [100, 200, 250].enumerated() {
            let from = "\(path).\(step)"
            #expect(try Checkpoint(path: from).epoch == step)
            var seen: [Int] = []
            let resumed = try sampled.distil(teacher: teacher, to: path, from: from, kernel: .scalar, threads: 2) {
                seen.append($0.step)
            }
            #expect(seen == Array([100, 200, 250][(place + 1)...]))
            #expect(resumed.network.parameters.map(\.bitPattern) == undisturbed.network.parameters.map(\.bitPattern))
            #expect(resumed.reports == undisturbed.reports)
        }
        // Where nothing is left to train, the other file has the last one too.
        _ = try sampled.distil(teacher: teacher, to: "\(path).other", from: "\(path).250")
        #expect(try Checkpoint(path: "\(path).other").epoch == 250)
    }

    @Test func checkpointsAreMadeAfterSoManyReportsAndAfterTheLast() throws {
        let directory = try TemporaryDirectory()
        let (sampled, path, teacher) = (try Sampled(), directory.file("checkpoint"), try Sampled().teacher())
        var steps: [Int] = []
        _ = try sampled.distil(teacher: teacher, to: path, every: 2) { _ in
            if let checkpoint = try? Checkpoint(path: path) { steps.append(checkpoint.epoch) }
        }
        #expect(steps == [200, 250])
    }

    /// Tests change no bit, and what they found is in the checkpoint.
    @Test func reportsAreTestedAsTheModelWillBe() throws {
        let directory = try TemporaryDirectory()
        let (sampled, path) = (try Sampled(), directory.file("checkpoint"))
        let teacher = try sampled.teacher()
        let untested = try sampled.distil(teacher: teacher)
        let tested = try sampled.distil(teacher: teacher, to: path, every: 2, tests: true) { report in
            try? FileManager.default.copyItem(atPath: path, toPath: "\(path).\(report.step)")
        }
        #expect(tested.network == untested.network)
        #expect(tested.reports.map(\.loss) == untested.reports.map(\.loss))
        #expect(untested.reports.allSatisfy { $0.testLoss == nil })
        let model = try TrainedModel(
            student: tested,
            on: sampled.data,
            teacher: Teacher(teacher, of: sampled.data.set),
            Self.options
        )
        let (found, expected) = (try #require(tested.reports.last?.testLoss), try #require(model.test?.loss))
        #expect(abs(found - expected) < 1e-6)
        let resumed = try sampled.distil(teacher: teacher, from: "\(path).200", tests: true)
        #expect(resumed.reports == tested.reports)
    }

    /// At any sweep of the teacher and any report of the student.
    @Test(.timeLimit(.minutes(2))) func teacherAndStudentAreOneTraining() throws {
        let directory = try TemporaryDirectory()
        let (sampled, path) = (try Sampled(), directory.file("checkpoint"))
        let undisturbed = try sampled.fit()
        let written = try sampled.fit(
            to: path,
            sweep: { try? FileManager.default.copyItem(atPath: path, toPath: "\(path).sweep.\($0.sweep)") },
            report: { try? FileManager.default.copyItem(atPath: path, toPath: "\(path).step.\($0.step)") }
        )
        #expect(written.0 == undisturbed.0)
        for name in ["sweep.2", "sweep.4", "sweep.9", "sweep.13", "step.100", "step.200", "step.250"] {
            var (sweeps, steps) = (0, 0)
            let resumed = try sampled.fit(
                from: "\(path).\(name)",
                sweep: { _ in sweeps += 1 },
                report: { _ in steps += 1 }
            )
            #expect(resumed.0 == undisturbed.0 && resumed.1.reports == undisturbed.1.reports, "\(name)")
            #expect(name.hasPrefix("sweep") ? steps == 3 : sweeps == 0, "\(name): \(sweeps) sweeps, \(steps) steps")
        }
    }

    @Test func thatOfAnotherRunIsRefusedWithWhatDiffers() throws {
        let directory = try TemporaryDirectory()
        let (sampled, path) = (try Sampled(), directory.file("checkpoint"))
        _ = try sampled.fit(to: path)
        var (longer, wider, quicker, reseeded) = (Self.options, Self.options, Self.options, Self.options)
        (longer.steps, wider.hidden, quicker.optimizer.rate, reseeded.seed) = (300, [24, 13], 0.004, 1)
        var (other, dearer) = (Self.teacherOptions, Self.teacherOptions)
        other.sweeps = 5
        dearer.items.columns.linear = 51
        let cases: [(Sampled, DistillationOptions, FactorizationOptions, String)] = [
            (sampled, longer, Self.teacherOptions, "steps 250 (now 300)"),
            (sampled, wider, Self.teacherOptions, "hidden 24,12 (now 24,13)"),
            (sampled, quicker, Self.teacherOptions, "learning_rate 0.003 (now 0.004)"),
            (sampled, reseeded, Self.teacherOptions, "seed 42 (now 1)"),
            (sampled, Self.options, other, "teacher_epochs 4 (now 5)"),
            (sampled, Self.options, dearer, "teacher_item_columns_penalty 375.0,50.0 (now 375.0,51.0)"),
            (try Sampled(seed: 2), Self.options, Self.teacherOptions, "data_sha256"),
            (try Sampled(split: .seed(1)), Self.options, Self.teacherOptions, "split_sha256"),
        ]
        for (sampled, options, teacher, text) in cases {
            let error = #expect(throws: TrainingError.self) { try sampled.fit(options, teacher, from: path) }
            #expect(
                error?.code == .checkpointRefused && error?.message.contains(text) == true,
                "\(error?.message ?? "")"
            )
        }
        // Neither a student's nor its teacher's.
        let factors = "\(path).map-fm"
        _ = try FactorTraining(SmallFactors.solved).run(
            on: sampled.data,
            checkpoints: sampled.plan(to: factors, from: nil)
        )
        let error = #expect(throws: TrainingError.self) { try sampled.fit(from: factors) }
        #expect(
            error?.message.contains(": preset map-fm (now distilled, whose teacher is best); give") == true,
            "\(error?.message ?? "")"
        )
        // A student of a file's teacher is another run, and so is that of another teacher.
        let teacher = try sampled.teacher()
        let mixed = #expect(throws: TrainingError.self) { try sampled.distil(teacher: teacher, from: path) }
        #expect(
            mixed?.message.contains(": teacher_preset best (now not there); give") == true,
            "\(mixed?.message ?? "")"
        )
        _ = try sampled.distil(teacher: teacher, to: path)
        let untaught = #expect(throws: TrainingError.self) { try sampled.fit(from: path) }
        #expect(
            untaught?.message.contains(": teacher_preset not there (now best); give") == true,
            "\(untaught?.message ?? "")"
        )
        let changed = try sampled.teacher(Self.teacherOptions)
        let taught = #expect(throws: TrainingError.self) { try sampled.distil(teacher: changed, from: path) }
        #expect(taught?.message.contains("teacher ") == true && taught?.code == .checkpointRefused)
    }

    /// Files with a right digest that no training has written.
    @Test func whatDoesNotFitIsRefused() throws {
        let path = try TemporaryDirectory().file("checkpoint")
        let sampled = try Sampled()
        _ = try sampled.fit(to: path)
        let file = try TensorFile(path: path)
        var good: [(name: String, values: TensorFile.Values)] = [
            ("losses", .doubles(try file.doubles("losses"))), ("generator", .numbers(try file.numbers("generator"))),
            ("teacher_losses", .doubles(try file.doubles("teacher_losses"))),
        ]
        let floats = [
            "weights", "momentum", "velocity", "teacher_users", "teacher_user_biases", "teacher_items",
            "teacher_item_biases", "teacher_mean",
        ]
        for name in floats { good.append((name, .floats(try file.floats(name)))) }
        try TensorFile.write(to: path, metadata: file.metadata, tensors: good)
        #expect(try sampled.fit(from: path).1.reports.count == 3)
        var changes: [(String, TensorFile.Values)] = [
            ("losses", .doubles([1])), ("losses", .floats([1])), ("generator", .numbers([1])),
            ("teacher_losses", .numbers([1])), ("teacher_mean", .floats([1, 2])),
        ]
        for loss in [Double.infinity, .nan, -1] {
            changes.append(("losses", .doubles([loss] + (try file.doubles("losses").dropFirst()))))
        }
        for name in floats { changes += [(name, .floats([])), (name, .floats([1, 2, 3])), (name, .numbers([1]))] }
        for (name, values) in changes {
            let tensors = good.filter { $0.name != name } + [(name: name, values: values)]
            try TensorFile.write(to: path, metadata: file.metadata, tensors: tensors)
            let error = #expect(throws: TrainingError.self) { try sampled.fit(from: path) }
            #expect(error?.code == .checkpointRefused, "\(name)")
        }
        for (key, value) in [
            ("epoch", "300"), ("epoch", "150"), ("epoch", "100"), ("epoch", "-5"), ("epoch", "\(Int.max)"),
            ("identity.version", "rank-distill/0"),
        ] {
            let metadata = file.metadata.merging([key: value]) { $1 }
            try TensorFile.write(to: path, metadata: metadata, tensors: good)
            let error = #expect(throws: TrainingError.self) { try sampled.fit(from: path) }
            #expect(error?.code == .checkpointRefused, "\(key) \(value)")
        }
    }

    @Test func divergenceKeepsTheLastGoodCheckpoint() throws {
        let directory = try TemporaryDirectory()
        let (sampled, path) = (try Sampled(), directory.file("checkpoint"))
        let teacher = try sampled.teacher()
        _ = try sampled.distil(teacher: teacher, to: path)
        let good = FileManager.default.contents(atPath: path)
        var options = Self.options
        options.optimizer.rate = 1e30
        let error = #expect(throws: TrainingError.self) { try sampled.distil(options, teacher: teacher, to: path) }
        #expect(
            error?.code == .diverged
                && error?.message.contains("no checkpoint was written, \(path) is as it was") == true
        )
        #expect(FileManager.default.contents(atPath: path) == good && directory.names == ["checkpoint"])
    }
}
