import RankData
import RankEngine
import RankTraining
import TestSupport
import Testing

/// A small invented data set and short trainings of it.
enum Sample {
    static func data(seed: UInt64 = 1) throws -> DataSet {
        try SyntheticMovieLens(seed: seed, userCount: 30, itemCount: 40, ratingCount: 700).generate()
    }

    static func options(seed: UInt64 = 5) -> TrainingOptions {
        var options = TrainingOptions.tutorial
        (options.userDimensions, options.itemDimensions, options.hidden) = (6, 4, [12, 8])
        (options.epochs, options.batchSize, options.seed) = (3, 64, seed)
        return options
    }

    static func model(
        _ data: DataSet,
        split spec: SplitSpec = .seed(42),
        _ options: TrainingOptions = options(),
        kernel: Kernel = .best,
        show: (Training.Event) -> Void = { _ in }
    ) throws -> Trained<Training.Result> {
        let data = try TrainingData(data, split: spec)
        let result = try Training(options, kernel: kernel).run(on: data, show: show)
        return Trained(model: try TrainedModel(network: result, on: data, options), result: result)
    }
}

@Suite struct TrainingTests {
    @Test func theSameInputsGiveTheSameFile() throws {
        let directory = try TemporaryDirectory()
        let data = try Sample.data()
        let ids = try Kernel.supported.enumerated().map { index, kernel in
            try Sample.model(data, kernel: kernel).write(to: "\(directory.path)/\(index)")
        }
        let again = try Sample.model(data) { _ in }.write(to: "\(directory.path)/again")
        #expect(Set(ids + [again]).count == 1)

        let others = [
            try Sample.model(data, Sample.options(seed: 6)),
            try Sample.model(data, split: .seed(1)),
            try Sample.model(Sample.data(seed: 2)),
        ]
        let otherIDs = try others.enumerated().map { try $1.write(to: "\(directory.path)/other\($0)") }
        #expect(Set(otherIDs + [again]).count == 4)
    }

    @Test func theOrderOfTheDataFileDoesNotMatter() throws {
        let directory = try TemporaryDirectory()
        let header = "user_id:token\titem_id:token\trating:float\n"
        let rows = ["1\t1\t5\n", "1\t2\t3\n", "2\t1\t4\n", "2\t2\t1\n", "3\t2\t2\n", "3\t1\t2\n"]
        let networks = try [rows, Array(rows.reversed())].enumerated().map { index, rows in
            let directory = try TemporaryDirectory()
            _ = try directory.write("x.inter", header + rows.joined())
            _ = try directory.write("x.item", "item_id:token\tmovie_title:token_seq\n1\tOne\n2\tTwo\n")
            let data = try DataSet.load(directory: directory.path)
            return try Training(Sample.options()).run(on: TrainingData(data, split: .none)).network
        }
        #expect(networks[0] == networks[1])
        #expect(directory.names == [])
    }

    @Test func reportsStepsAndEpochs() throws {
        let data = try Sample.data()
        var steps: [Int] = []
        var reports: [Training.EpochReport] = []
        let model = try Sample.model(data) { event in
            switch event {
            case .step(let epoch, let step, let total, let loss):
                #expect(total == 9 && epoch == reports.count + 1 && loss.isFinite)
                steps.append(step)
            case .epoch(let report): reports.append(report)
            }
        }
        #expect(steps == Array(1...9) + Array(1...9) + Array(1...9))
        #expect(reports == model.result.epochs && reports.map(\.epoch) == [1, 2, 3])
        #expect(reports[2].loss < reports[0].loss)
        let test = try #require(model.test)
        let last = try #require(reports[2].testRootMeanSquaredError)
        // Training and serving sum in different orders: equal up to rounding.
        #expect(abs(test.rmse - last) < 1e-6)
        #expect(test.count == 140)
    }

    @Test func withoutATestSetNothingIsClaimed() throws {
        let directory = try TemporaryDirectory()
        let model = try Sample.model(Sample.data(), split: .none)
        #expect(model.test == nil)
        #expect(model.result.epochs.allSatisfy { $0.testLoss == nil })
        _ = try model.write(to: "\(directory.path)/m")
        let loaded = try RankModel.load(path: "\(directory.path)/m")
        #expect(loaded.metadata.claimedTestRMSE == nil)
        #expect(loaded.metadata.fingerprint["split"] == "none")
    }

    @Test func theUnknownRowIsTheMeanOfTheTrainedOnes() throws {
        let data = try Sample.data()
        let network = try Sample.model(data).result.network
        let trained = Set(try SplitSpec.seed(42).resolve(data.ratings).trainingRows.map { data.ratings.itemIDs[$0] })
        for column in 0..<4 {
            let sum = trained.reduce(0.0) { $0 + Double(network.itemEmbedding[Int($1) * 4 + column]) }
            #expect(abs(Double(network.itemEmbedding[column]) - sum / Double(trained.count)) < 1e-7)
        }
    }

    @Test func freshWeightsAreThoseOfNumPy() throws {
        let shape = try NetworkShape(
            userRows: 2,
            itemRows: 2,
            userDimensions: 1,
            itemDimensions: 2,
            hidden: [2]
        )
        var random = NumPyRandom(seed: 42)
        let network = RankingNetwork(shape: shape, random: &random)
        // numpy.float32((2 * numpy.random.default_rng(42).random(6) - 1) * 0.05)
        #expect(
            network.userEmbedding + network.itemEmbedding
                == [0.027395604, -0.006112156, 0.035859793, 0.019736802, -0.040582266, 0.047562234]
        )
        #expect(network.layers.map(\.bias) == [[0, 0], [0]])
        let limit = Float((6.0 / 5).squareRoot())
        #expect(network.layers[0].kernel.allSatisfy { abs($0) <= limit })
        #expect(network.layers[0].kernel.count == 6)
    }

    @Test func impossibleOptionsAreRefused() throws {
        var none = Sample.options()
        none.epochs = 0
        var endless = Sample.options()
        endless.epochs = .max
        var batch = Sample.options()
        batch.batchSize = 0
        var wide = Sample.options()
        wide.hidden = [70_000]
        var still = Sample.options()
        still.optimizer = .adam(Adam(rate: 0))
        var rising = Sample.options()
        rising.decay = LearningRateDecay(.cosine, finalShare: 1.5)
        var vanishing = Sample.options()
        vanishing.decay = LearningRateDecay(.exponential, finalShare: 0)
        let data = try Sample.data()
        for options in [none, endless, batch, wide, still, rising, vanishing] {
            let error = #expect(throws: TrainingError.self) { _ = try Sample.model(data, options) }
            #expect(error?.code == .invalidOption)
        }
    }

    @Test func theFileTellsOfAnotherOptimizerThanTheTutorials() throws {
        let directory = try TemporaryDirectory()
        var options = Sample.options()
        func fingerprint(_ name: String) throws -> TrainingFingerprint {
            _ = try Sample.model(Sample.data(), options).write(to: "\(directory.path)/\(name)")
            return try RankModel.load(path: "\(directory.path)/\(name)").metadata.fingerprint
        }
        #expect(try fingerprint("adagrad")["optimizer"] == TrainingFingerprint.unknown)
        options.optimizer = .adam(Adam(rate: 0.004))
        options.decay = LearningRateDecay(.exponential, finalShare: 0.25)
        let adam = try fingerprint("adam")
        let expected = ["optimizer": "adam", "learning_rate": "0.004", "decay": "exponential", "decay_to": "0.25"]
        for (name, value) in expected { #expect(adam[name] == value) }
    }

    @Test func divergenceIsSaidAndNotWritten() throws {
        var options = Sample.options()
        options.optimizer = .adagrad(Adagrad(rate: 1e30))
        let data = try Sample.data()
        let error = #expect(throws: TrainingError.self) { _ = try Sample.model(data, options) }
        #expect(error?.code == .diverged)
    }

    @Test func aSplitThatLeavesNothingToTrainOnIsRefused() throws {
        let directory = try TemporaryDirectory()
        let data = try Sample.data()
        let pairs = zip(data.ratings.userIDs, data.ratings.itemIDs).map { "\($0),\($1)\n" }.joined()
        let file = try directory.write("all.csv", pairs)
        let error = #expect(throws: TrainingError.self) { _ = try Sample.model(data, split: .file(path: file)) }
        #expect(error?.code == .unsuitableData)
    }
}

@Suite struct RowIndexTests {
    @Test func idsWithoutAGapAreTheirOwnRows() {
        let index = RowIndex(ids: [3, 1, 2, 3])
        #expect(index == .identity(count: 3) && index.rowCount == 4)
        #expect([0, 1, 3, 4, .max].map { index.row(of: $0) } == [0, 1, 3, 0, 0])
    }

    @Test(arguments: [[0, 1], [2, 3], [1, 3], [1, .max], [5]] as [[UInt64]])
    func otherIDsAreSorted(_ ids: [UInt64]) {
        let index = RowIndex(ids: ids.reversed())
        #expect(index == .sorted(ids) && index.rowCount == ids.count + 1)
        for (row, id) in ids.enumerated() { #expect(index.row(of: id) == row + 1) }
        #expect(index.row(of: 4) == 0 && index.row(of: .max - 1) == 0)
    }
}
