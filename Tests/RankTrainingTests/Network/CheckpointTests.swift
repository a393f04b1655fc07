import Foundation
import RankData
import RankEngine
import RankTraining
import TestSupport
import Testing

@Suite struct CheckpointTests {
    /// Everything that a training carries from one epoch to the next.
    private static func everything() -> TrainingOptions {
        var options = Sample.options()
        options.epochs = 5
        options.optimizer = .adam(Adam(rate: 0.005))
        options.decay = LearningRateDecay(.cosine, finalShare: 0.1)
        options.reshuffles = true
        options.regularization = Regularization(dropout: 0.3, kernelPenalty: 1e-4, embeddingPenalty: 1e-5)
        options.validation = TrainingOptions.Validation(fraction: 0.2, patience: 4)
        return options
    }

    private struct Sampled {
        let data: TrainingData

        init(seed: UInt64 = 1, split spec: SplitSpec = .seed(42)) throws {
            data = try TrainingData(Sample.data(seed: seed), split: spec)
        }

        func run(
            _ options: TrainingOptions,
            to path: String? = nil,
            every interval: Int = 1,
            from resumed: String? = nil,
            kernel: Kernel = .best,
            show: (Training.Event) -> Void = { _ in }
        ) throws -> Training.Result {
            let checkpoint = try resumed.map(Checkpoint.init(path:))
            let plan = try CheckpointPlan(path: path, interval: interval, resumed: checkpoint)
            return try Training(options, kernel: kernel).run(on: data, checkpoints: plan, show: show)
        }
    }

    @Test(arguments: [Sample.options(), everything()])
    func whatIsResumedEndsAsIfNothingHadHappened(_ options: TrainingOptions) throws {
        let directory = try TemporaryDirectory()
        let sampled = try Sampled()
        let undisturbed = try Training(options).run(on: sampled.data)
        #expect(undisturbed.epochs.count == options.epochs)
        let path = directory.file("checkpoint")
        let written = try sampled.run(options, to: path) { event in
            guard case .epoch(let report) = event else { return }
            try? FileManager.default.copyItem(atPath: path, toPath: "\(path).\(report.epoch)")
        }
        #expect(written.network == undisturbed.network)
        for epoch in 1...options.epochs {
            #expect(try Checkpoint(path: "\(path).\(epoch)").epoch == epoch)
            var seen: [Int] = []
            let resumed = try sampled.run(options, to: path, from: "\(path).\(epoch)", kernel: .scalar) { event in
                if case .epoch(let report) = event { seen.append(report.epoch) }
            }
            #expect(seen == Array((epoch + 1)..<(options.epochs + 1)))
            #expect(resumed.network.parameters.map(\.bitPattern) == undisturbed.network.parameters.map(\.bitPattern))
            #expect(resumed.epochs == undisturbed.epochs && resumed.keptEpoch == undisturbed.keptEpoch)
        }
        #expect(directory.names == ["checkpoint"] + (1...options.epochs).map { "checkpoint.\($0)" })
        // Where nothing is left to train, the other file has the last one too.
        _ = try sampled.run(options, to: "\(path).other", from: "\(path).\(options.epochs)")
        #expect(try Checkpoint(path: "\(path).other").epoch == options.epochs)
    }

    @Test func theLastEpochIsAlwaysSaved() throws {
        let directory = try TemporaryDirectory()
        let sampled = try Sampled()
        var (options, epochs, path) = (Sample.options(), [Int](), directory.file("checkpoint"))
        options.epochs = 5
        _ = try sampled.run(options, to: path, every: 2) { event in
            if case .epoch = event, let checkpoint = try? Checkpoint(path: path) { epochs.append(checkpoint.epoch) }
        }
        #expect(epochs == [2, 2, 4, 5])
        path += ".none"
        #expect(throws: TrainingError.self) { try sampled.run(options, to: path, every: 0) }
        #expect(directory.names == ["checkpoint"])
    }

    @Test func thatOfAnotherRunIsRefusedWithWhatDiffers() throws {
        let directory = try TemporaryDirectory()
        let (sampled, path) = (try Sampled(), directory.file("checkpoint"))
        _ = try sampled.run(Sample.options(), to: path)
        var others: [(Sampled, TrainingOptions, [String])] = [
            (try Sampled(seed: 2), Sample.options(), ["data_sha256", "…", "(now"]),
            (try Sampled(split: .seed(1)), Sample.options(), ["split_sha256"]),
            (sampled, Sample.options(seed: 6), ["seed 5 (now 6)"]),
            (sampled, Self.everything(), ["dropout 0.0 (now 0.3)", "epochs 3 (now 5)", "reshuffle"]),
        ]
        var wider = Sample.options()
        (wider.hidden, wider.userDimensions, wider.optimizer.rate) = ([12, 9], 7, 0.2)
        others.append((sampled, wider, ["hidden 12,8 (now 12,9)", "user_dimensions", "learning_rate 0.1 (now 0.2)"]))
        for (sampled, options, texts) in others {
            let error = #expect(throws: TrainingError.self) { try sampled.run(options, to: path, from: path) }
            #expect(error?.code == .checkpointRefused)
            let message = (error?.message ?? "").replacing(path, with: "checkpoint")
            for text in texts { #expect(message.contains(text), "\(message)") }
            #expect(message.count < 500, "\(message)")
        }
        #expect(try Checkpoint(path: path).epoch == 3)
    }

    @Test func whatIsDamagedIsRefused() throws {
        let directory = try TemporaryDirectory()
        let (sampled, path) = (try Sampled(), directory.file("checkpoint"))
        _ = try sampled.run(Sample.options(), to: path)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        func refuses(_ bytes: Data) throws -> Bool {
            let damaged = directory.file("damaged")
            try bytes.write(to: URL(fileURLWithPath: damaged))
            do {
                _ = try Checkpoint(path: damaged)
                return false
            } catch {
                return error.code == .checkpointRefused && error.message.contains(damaged)
            }
        }
        #expect(try !refuses(bytes))
        for count in stride(from: 0, to: bytes.count, by: 83) { #expect(try refuses(bytes.prefix(count)), "\(count)") }
        #expect(try refuses(bytes + [0]))
        for index in stride(from: 0, to: bytes.count, by: 41) {
            var flipped = bytes
            flipped[index] ^= 1 << UInt8(index % 8)
            #expect(try refuses(flipped), "byte \(index)")
        }
        let missing = #expect(throws: TrainingError.self) { try Checkpoint(path: directory.file("missing")) }
        #expect(missing?.code == .checkpointRefused)
        let model = try Sample.model(Sample.data())
        _ = try model.write(to: directory.file("model"))
        let other = #expect(throws: TrainingError.self) { try Checkpoint(path: directory.file("model")) }
        #expect(other?.message.contains("swift-rank/1") == true)
        // Only what is no checkpoint would be lost to one.
        try Data().write(to: URL(fileURLWithPath: directory.file("empty")))
        let found = ["model", "checkpoint", "empty", "missing"].map {
            Checkpoint.wouldReplaceOther(at: directory.file($0))
        }
        #expect(found == [true, false, false, false])
    }

    /// Files with a right digest that no training has written.
    @Test func whatDoesNotFitIsRefused() throws {
        let directory = try TemporaryDirectory()
        let (sampled, path) = (try Sampled(), directory.file("checkpoint"))
        let options = Self.everything()
        _ = try sampled.run(options, to: path)
        let file = try TensorFile(path: path)
        #expect(try rewritten(file, path) { $0 } != nil)
        #expect(try sampled.run(options, from: path).epochs.count == 5)
        let changes: [(String, TensorFile.Values)] = [
            ("step_count", .numbers([])), ("step_count", .doubles([1])), ("step_count", .numbers([.max])),
            ("step_count", .numbers([1 << 63 - 1])), ("step_count", .numbers([1])),
            ("generator", .numbers([0, 0, 0, 0, 0])),
            ("generator", .numbers([1])), ("losses", .doubles([1, 2, 3])), ("best_epoch", .numbers([0])),
            ("best_epoch", .numbers([6])), ("best_epoch", .numbers([.max])), ("best", .floats([1, 2, 3])),
            ("weights", .floats([])), ("momentum", .floats([1])), ("velocity", .numbers([])), ("weights", .doubles([])),
        ]
        for (name, values) in changes {
            _ = try rewritten(file, path) { $0.filter { $0.name != name } + [(name: name, values: values)] }
            let error = #expect(throws: TrainingError.self) { try sampled.run(options, from: path) }
            #expect(error?.code == .checkpointRefused, "\(name)")
        }
        for (key, value) in [
            ("epoch", "0"), ("epoch", "many"), ("epoch", "9"), ("epoch", "\(Int.max)"),
            ("format", "swift-rank-checkpoint/2"),
            ("identity.version", "rank-train/1"),
        ] {
            _ = try rewritten(file, path, metadata: [key: value]) { $0 }
            let error = #expect(throws: TrainingError.self) { try sampled.run(options, from: path) }
            #expect(error?.code == .checkpointRefused && error?.message.contains(path) == true, "\(key)")
        }
    }

    @Test func divergenceKeepsTheLastGoodCheckpoint() throws {
        let directory = try TemporaryDirectory()
        let (sampled, path) = (try Sampled(), directory.file("checkpoint"))
        var options = Sample.options()
        _ = try sampled.run(options, to: path)
        let good = FileManager.default.contents(atPath: path)
        options.optimizer.rate = 1e30
        let first = #expect(throws: TrainingError.self) { try sampled.run(options, to: path) }
        #expect(first?.code == .diverged && first?.message.contains("no checkpoint was written") == true)
        #expect(FileManager.default.contents(atPath: path) == good && directory.names == ["checkpoint"])

        // Weights with which the next epoch cannot but diverge.
        options = Sample.options()
        let early = directory.file("early")
        _ = try sampled.run(options, to: early, every: 1) { event in
            if case .epoch(let report) = event, report.epoch == 1 {
                try? FileManager.default.copyItem(atPath: early, toPath: early + ".1")
            }
        }
        let huge = try TensorFile(path: early + ".1").floats("weights").map { _ in Float(1e30) }
        let changed = try rewritten(TensorFile(path: early + ".1"), early) { tensors in
            tensors.filter { $0.name != "weights" } + [(name: "weights", values: .floats(huge))]
        }
        let second = #expect(throws: TrainingError.self) { try sampled.run(options, to: early, from: early) }
        #expect(second?.code == .diverged, "\(String(describing: second))")
        #expect(second?.message.contains("\(early) is that of epoch 1") == true)
        #expect(FileManager.default.contents(atPath: early) == changed)

        // The same file under other names, and another file of the same bytes.
        try FileManager.default.createSymbolicLink(atPath: directory.file("link"), withDestinationPath: early)
        try FileManager.default.copyItem(atPath: early, toPath: directory.file("copy"))
        for (name, isSaid) in [("./early", true), ("link", true), ("copy", false)] {
            let other = "\(directory.path)/\(name)"
            let error = #expect(throws: TrainingError.self) { try sampled.run(options, to: other, from: early) }
            let said = isSaid ? "\(other) is that of epoch 1" : "no checkpoint was written"
            #expect(error?.message.contains(said) == true, "\(name): \(String(describing: error))")
        }
    }

    /// A unit that such a weight has put out changes no loss.
    @Test func aWeightThatIsNotFiniteEndsTheEpochThoughTheLossIs() throws {
        let directory = try TemporaryDirectory()
        let (sampled, path, options) = (try Sampled(), directory.file("checkpoint"), Sample.options())
        let shape = try sampled.run(options, to: path) { event in
            if case .epoch(let report) = event, report.epoch == 1 {
                try? FileManager.default.copyItem(atPath: path, toPath: path + ".1")
            }
        }.network.shape
        let file = try TensorFile(path: path + ".1")
        var network = RankingNetwork(shape: shape, parameters: try file.floats("weights"))
        network.layers[0].bias[0] = -.infinity
        _ = try rewritten(file, path) { tensors in
            tensors.filter { $0.name != "weights" } + [(name: "weights", values: .floats(network.parameters))]
        }
        let error = #expect(throws: TrainingError.self) { try sampled.run(options, from: path) }
        #expect(error?.code == .diverged && error?.message.contains("in epoch 2, at its end") == true)
    }

    @Test func aPlaceThatCannotBeWrittenIsSaid() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("missing/checkpoint")
        let error = #expect(throws: TrainingError.self) { try Sampled().run(Sample.options(), to: path) }
        #expect(error?.code == .engineFailed && (error?.cause as? EngineError)?.code == .cannotWrite)
        #expect(error?.message.contains(path) == true)
    }

    /// Writes a file with other metadata or tensors and a right digest, and gives its bytes.
    private func rewritten(
        _ file: TensorFile,
        _ path: String,
        metadata: [String: String] = [:],
        _ change: ([(name: String, values: TensorFile.Values)]) -> [(name: String, values: TensorFile.Values)]
    ) throws -> Data? {
        var tensors: [(name: String, values: TensorFile.Values)] = []
        for name in ["weights", "accumulator", "momentum", "velocity", "best"] {
            if let floats = try? file.floats(name) { tensors.append((name, .floats(floats))) }
        }
        for name in ["step_count", "generator", "best_epoch"] {
            if let numbers = try? file.numbers(name) { tensors.append((name, .numbers(numbers))) }
        }
        tensors.append(("losses", .doubles(try file.doubles("losses"))))
        let pairs = file.metadata.merging(metadata) { $1 }
        try TensorFile.write(to: path, metadata: pairs, tensors: change(tensors))
        return FileManager.default.contents(atPath: path)
    }
}
