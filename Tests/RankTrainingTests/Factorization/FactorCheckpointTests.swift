import Foundation
import RankData
import RankEngine
import RankTraining
import TestSupport
import Testing

@Suite struct FactorCheckpointTests {
    private static let solved = SmallFactors.solved
    private static let mixed = SmallFactors.mixed(sweeps: 4, drawn: 9, warmUp: 2)

    /// Draws alone.
    private static let drawn: FactorizationOptions = {
        var options = mixed
        options.sampling?.share = 1
        return options
    }()

    private static func run(
        _ options: FactorizationOptions,
        seed: UInt64 = 1,
        to path: String? = nil,
        every interval: Int = 1,
        from resumed: String? = nil,
        testingSweeps: Bool = false,
        show: (FactorTraining.SweepReport) -> Void = { _ in }
    ) throws -> FactorTraining.Result {
        let plan = try CheckpointPlan(
            path: path,
            interval: interval,
            resumed: resumed.map(Checkpoint.init(path:))
        )
        return try FactorTraining(options).run(
            on: TrainingData(Sample.data(seed: seed), split: .seed(42), includesUnrated: true),
            checkpoints: plan,
            testingSweeps: testingSweeps,
            show: show
        )
    }

    @Test(arguments: [solved, mixed, drawn])
    func whatIsResumedEndsAsIfNothingHadHappened(_ options: FactorizationOptions) throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("checkpoint")
        let undisturbed = try Self.run(options)
        let written = try Self.run(options, to: path) { report in
            try? FileManager.default.copyItem(atPath: path, toPath: "\(path).\(report.sweep)")
        }
        #expect(written.tables == undisturbed.tables)
        let sweeps = undisturbed.sweeps.count
        #expect(directory.names.count == sweeps + 1)
        for sweep in 1...sweeps {
            var seen: [Int] = []
            let resumed = try Self.run(options, from: "\(path).\(sweep)") { seen.append($0.sweep) }
            #expect(seen == Array((sweep + 1)..<(sweeps + 1)))
            #expect(resumed.tables == undisturbed.tables && resumed.sweeps == undisturbed.sweeps)
        }
        // Where nothing is left to train, the other file has the last one too.
        _ = try Self.run(options, to: "\(path).other", from: "\(path).\(sweeps)")
        #expect(try Checkpoint(path: "\(path).other").epoch == sweeps)
    }

    @Test(arguments: [solved, mixed, drawn])
    func sweepsAreTestedAsFarAsWhatWasBeforeThemIsKnown(_ options: FactorizationOptions) throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("checkpoint")
        let undisturbed = try Self.run(options)
        let tested = try Self.run(options, to: path, testingSweeps: true) { report in
            try? FileManager.default.copyItem(atPath: path, toPath: "\(path).\(report.sweep)")
        }
        #expect(tested.tables == undisturbed.tables)
        #expect(tested.sweeps.map(\.loss) == undisturbed.sweeps.map(\.loss))
        #expect(tested.sweeps.first?.testLoss != nil && tested.sweeps.last?.testLoss != nil)
        for sweep in tested.sweeps.indices.dropLast().map({ $0 + 1 }) {
            let resumed = try Self.run(options, from: "\(path).\(sweep)", testingSweeps: true)
            #expect(resumed.tables == undisturbed.tables)
            let expected = tested.sweeps.map { $0.sweep > sweep && sweep <= options.sweeps ? $0.testLoss : nil }
            #expect(resumed.sweeps.map(\.testLoss) == expected)
        }
    }

    @Test func thatOfAnotherRunIsRefusedWithWhatDiffers() throws {
        let path = try TemporaryDirectory().file("checkpoint")
        _ = try Self.run(Self.solved, to: path, every: 4)
        #expect(try Checkpoint(path: path).epoch == 6)
        var (wider, dearer, longer, plainer) = (Self.solved, Self.solved, Self.solved, Self.solved)
        (wider.factors, dearer.users.history.factor, longer.sweeps, plainer.items.numbers) = (6, 61, 7, nil)
        let others: [(FactorizationOptions, UInt64, String)] = [
            (wider, 1, "factors 5 (now 6)"), (dearer, 1, "user_history_penalty 60.0,40.0 (now 61.0,40.0)"),
            (longer, 1, "epochs 6 (now 7)"), (Self.mixed, 1, ": preset map-fm (now best); give"),
            (plainer, 1, "item_numbers_penalty 375.0,50.0 (now not there)"), (Self.solved, 2, "data_sha256"),
        ]
        for (options, seed, text) in others {
            let error = #expect(throws: TrainingError.self) { try Self.run(options, seed: seed, from: path) }
            #expect(
                error?.code == .checkpointRefused && error?.message.contains(text) == true,
                "\(error?.message ?? "")"
            )
        }
    }

    /// Files with a right digest that no training has written.
    @Test func whatDoesNotFitIsRefused() throws {
        let path = try TemporaryDirectory().file("checkpoint")
        _ = try Self.run(Self.mixed, to: path)
        let file = try TensorFile(path: path)
        let good: [(name: String, values: TensorFile.Values)] = [
            ("machine", .doubles(try file.doubles("machine"))), ("losses", .doubles(try file.doubles("losses"))),
            ("draws", .numbers(try file.numbers("draws"))), ("mixture", .doubles(try file.doubles("mixture"))),
        ]
        try TensorFile.write(to: path, metadata: file.metadata, tensors: good)
        #expect(try Self.run(Self.mixed, from: path).sweeps.count == 13)
        let changes: [(String, TensorFile.Values)] = [
            ("machine", .doubles([])), ("machine", .numbers([1])), ("losses", .doubles([1])), ("draws", .numbers([])),
            ("draws", .numbers([1, 2, 3])), ("mixture", .doubles([])), ("mixture", .doubles([1, 2, 3])),
        ]
        for (name, values) in changes {
            let tensors = good.filter { $0.name != name } + [(name: name, values: values)]
            try TensorFile.write(to: path, metadata: file.metadata, tensors: tensors)
            let error = #expect(throws: TrainingError.self) { try Self.run(Self.mixed, from: path) }
            #expect(error?.code == .checkpointRefused, "\(name)")
        }
        var older = file.metadata
        #expect(older.updateValue("rank-train-fm/4", forKey: "identity.version") == FactorTraining.version)
        try TensorFile.write(to: path, metadata: older, tensors: good)
        let error = #expect(throws: TrainingError.self) { try Self.run(Self.mixed, from: path) }
        #expect(
            error?.code == .checkpointRefused
                && error?.message.contains("version rank-train-fm/4 (now \(FactorTraining.version)); give") == true,
            "\(error?.message ?? "")"
        )
    }

    @Test func whatDivergesSaysWhatToDo() throws {
        let path = try TemporaryDirectory().file("checkpoint")
        _ = try Self.run(Self.solved, to: path) { report in
            if report.sweep == 1 { try? FileManager.default.copyItem(atPath: path, toPath: "\(path).1") }
        }
        let file = try TensorFile(path: "\(path).1")
        // Numbers whose squares are not finite.
        let huge = try file.doubles("machine").map { $0 * 1e200 }
        try TensorFile.write(
            to: path,
            metadata: file.metadata,
            tensors: [("machine", .doubles(huge)), ("losses", .doubles(try file.doubles("losses")))]
        )
        let error = #expect(throws: TrainingError.self) { try Self.run(Self.solved, to: path, from: path) }
        #expect(error?.code == .diverged, "\(String(describing: error))")
        for text in ["in sweep 2", "another seed", "train without it", "\(path) is that of sweep 1"] {
            #expect(error?.message.contains(text) == true, "\(text): \(error?.message ?? "")")
        }
    }
}
