import RankData
import RankEngine
import RankTraining
import TestSupport
import Testing

@Suite struct FactorTrainingTests {
    private static let options = SmallFactors.solved
    private static let sampled = SmallFactors.mixed(sweeps: 6, drawn: 12, warmUp: 4)

    private static func train(
        _ data: DataSet,
        split spec: SplitSpec = .seed(42),
        _ options: FactorizationOptions = options
    ) throws -> Trained<FactorTraining.Result> {
        let data = try TrainingData(data, split: spec, includesUnrated: true)
        let result = try FactorTraining(options).run(on: data)
        return Trained(model: try TrainedModel(factors: result, on: data, options), result: result)
    }

    /// A data set from lines `user item stars`.
    private static func data(
        _ ratings: [String],
        items: String = "1\tOne\t1990\tA B\n2\tTwo\t1970\tB\n3\tThree\t1990\tA B\n",
        users: String? = nil
    ) throws -> DataSet {
        let directory = try TemporaryDirectory()
        let rows = ratings.map { $0.replacing(" ", with: "\t") + "\n" }.joined()
        try directory.write("x.inter", "user_id:token\titem_id:token\trating:float\n" + rows)
        let header = "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
        try directory.write("x.item", header + items)
        if let users { try directory.write("x.user", "user_id:token\tage:token\tzip_code:token\n" + users) }
        return try DataSet.load(directory: directory.path)
    }

    private static func loaded(_ model: Trained<FactorTraining.Result>) throws -> RankModel {
        let path = try TemporaryDirectory().file("model")
        _ = try model.write(to: path)
        return try RankModel.load(path: path)
    }

    private static func scores(_ model: Trained<FactorTraining.Result>, _ users: [UInt64], _ items: [UInt64]) throws
        -> [Float]
    {
        try Predictor(loaded(model)).predict(users: users, items: items).scores
    }

    @Test func theWrittenModelScoresAsTheMachine() throws {
        let data = try Sample.data()
        let training = try TrainingData(data, split: .seed(42), includesUnrated: true)
        var machine = FactorTraining.machine(training, Self.options)
        for _ in 1...Self.options.sweeps { machine.sweep() }
        let users = Array(data.ratings.userIDs)
        let items = Array(data.ratings.itemIDs)
        let scores = try Self.scores(Self.train(data), users, items)
        for (index, score) in scores.enumerated() {
            let stars = machine.predict(user: Int(users[index]), item: Int(items[index]))
            #expect(abs(Double(score) - (stars - 1) / 4) < 1e-6)
        }
    }

    @Test func theFileSaysWhatItIs() throws {
        let data = try Sample.data()
        let trained = try Self.train(data)
        let model = try Self.loaded(trained)
        #expect(model.shape.dotProduct && model.shape.userBias && model.shape.candidateBias && model.shape.mean)
        #expect(model.shape.layerWidths.isEmpty && model.shape.userDimensions == 5)
        let fingerprint = model.metadata.fingerprint
        #expect(fingerprint["preset"] == "map-fm" && fingerprint["epochs"] == "6" && fingerprint["factors"] == "5")
        #expect(fingerprint["version"] == FactorTraining.version && fingerprint["batch_size"] == "560")
        #expect(fingerprint["user_attributes_sha256"] != fingerprint["item_attributes_sha256"])
        let test = try #require(trained.test)
        let evaluation = try Evaluation(model, data, SplitSpec.seed(42).resolve(data.ratings))
        #expect(evaluation.metrics == test && model.metadata.claimedTestRMSE == Float(test.rmse))
        let losses = trained.result.sweeps.map(\.loss)
        #expect(losses.count == 6)
        // What falls with every sweep is the loss with its penalties; the loss alone is below that of the mean.
        let labels = try TrainingSet(data, split: SplitSpec.seed(42).resolve(data.ratings)).training.labels.map(
            Double.init
        )
        let center = labels.reduce(0, +) / Double(labels.count)
        let variance = labels.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(labels.count)
        #expect(losses.allSatisfy { $0 > 0 && $0 < variance })
        let mean = try #require(
            Baseline.globalMean.evaluate(data.ratings, split: SplitSpec.seed(42).resolve(data.ratings))
        )
        #expect(test.rmse < mean.rmse)
    }

    @Test func aMixtureIsSampledAndSaysSo() throws {
        let data = try Sample.data()
        var reseeded = Self.sampled
        reseeded.seed = 1
        let models = try [Self.train(data, Self.sampled), Self.train(data, Self.sampled), Self.train(data, reseeded)]
        let directory = try TemporaryDirectory()
        let ids = try models.enumerated().map { try $1.write(to: directory.file("\($0)")) }
        #expect(ids[0] == ids[1] && ids[0] != ids[2])
        #expect(models[0].result.sweeps.map(\.sweep) == Array(1...18))
        let model = try Self.loaded(models[0])
        #expect(model.shape.layerWidths.isEmpty && model.shape.userDimensions == 5)
        let fingerprint = model.metadata.fingerprint
        #expect(fingerprint["preset"] == "best" && fingerprint["sampling_sweeps"] == "12")
        #expect(fingerprint["sampling_factors"] == "3" && fingerprint["sampling_share"] == "0.5")
        let mean = try #require(
            Baseline.globalMean.evaluate(data.ratings, split: SplitSpec.seed(42).resolve(data.ratings))
        )
        let test = try #require(models[0].test)
        #expect(test.rmse < mean.rmse)
    }

    @Test func theSameInputsGiveTheSameFile() throws {
        let directory = try TemporaryDirectory()
        let data = try Sample.data()
        var seeded = Self.options
        seeded.seed = 1
        var wider = Self.options
        wider.factors = 6
        let models = try [
            Self.train(data), Self.train(data), Self.train(data, seeded), Self.train(data, wider),
            Self.train(data, split: .seed(1)),
        ]
        let ids = try models.enumerated().map { try $1.write(to: directory.file("\($0)")) }
        #expect(ids[0] == ids[1] && Set(ids).count == 4)
        #expect(models[0].result.tables == models[1].result.tables)
    }

    @Test func theOrderOfTheDataFileDoesNotMatter() throws {
        let rows = ["1 1 5", "1 2 3", "2 1 4", "2 2 1", "3 2 2", "3 1 2"]
        let one = try Self.train(Self.data(rows), split: .none)
        let other = try Self.train(Self.data(rows.reversed()), split: .none)
        #expect(one.result.tables == other.result.tables)
    }

    /// Whoever tests must not be seen: the test rows get other users, other items and other stars, and the items that
    /// no training row has get other years of the same intervals.
    ///
    /// Of the users none is described, or all, or those with training ratings and one without any rating.
    @Test(arguments: [[], Array(1...11) + [20], Array(1...20)], [options, sampled])
    func nothingOfTheTestRowsIsLearnt(_ described: [Int], _ options: FactorizationOptions) throws {
        var lines: [String] = []
        for user in 1...12 {
            for item in 1...9 where (user * 7 + item * 5) % 4 != 0 { lines.append("\(user) \(item)") }
        }
        let catalogues = [["89", "90", "91", "92"], ["86", "92", "90", "91"]].map { years in
            let all = (81...88).map { "\($0)" } + years
            return zip(1..., all).map { "\($0)\tFilm \($0)\t19\($1)\t\($0 % 2 == 0 ? "A" : "A B")\n" }.joined()
        }
        let users = described.isEmpty ? nil : described.map { "\($0)\t\($0 * 4)\t\($0 % 10)0000\n" }.joined()
        // Item 9 and user 12 are known from test rows alone.
        let isTest = { (line: String) in line.hasSuffix(" 9") || line.hasPrefix("12 ") || line.hasSuffix("3 5") }
        let training = lines.filter { !isTest($0) }.map { "\($0) \(1 + ($0.utf8.reduce(0) { $0 + Int($1) }) % 5)" }
        let tests = lines.filter(isTest)
        let pairs = { (tests: [String]) in
            try TemporaryDirectory().write("t.csv", tests.joined(separator: "\n").replacing(" ", with: ","))
        }
        let others = tests.indices.map { "\(13 + $0 % 7) \(10 + $0 / 7)" }
        let models = try [(tests, 5, catalogues[0]), (others, 1, catalogues[1])].map { rows, stars, items in
            let data = try Self.data(training + rows.map { "\($0) \(stars)" }, items: items, users: users)
            return try Self.train(data, split: .file(path: pairs(rows)), options)
        }
        let asked = Array(1...13) + [20]
        let users1 = asked.flatMap { user in (1...12).map { _ in UInt64(user) } }
        let items1 = asked.flatMap { _ in (1...12).map { UInt64($0) } }
        let scores = try models.map { try Self.scores($0, users1, items1).map(\.bitPattern) }
        #expect(scores[0] == scores[1])
        #expect(Set(scores[0]).count > 100)
        #expect(try Self.scores(models[0], [0], [0]) == Self.scores(models[1], [0], [0]))
    }

    @Test func anItemWithoutRatingsIsWhatItsFeaturesAre() throws {
        // Items 1 and 3 have the same features; nobody has rated 3, and of 4 nothing is known.
        let items = "1\tOne\t1990\tA B\n2\tTwo\t1970\tC\n3\tThree\t1991\tA B\n4\tFour\t\t\n"
        let rows = (1...8).flatMap { ["\($0) 1 5", "\($0) 2 1"] }
        let trained = try Self.train(Self.data(rows, items: items, users: "1\t20\t1\n9\t21\t1\n"), split: .none)
        let model = try Self.loaded(trained)
        #expect(model.candidates.rowCount == 5 && model.users.rowCount == 10)
        let biases = trained.result.tables.items.bias
        #expect(biases[3] > biases[0] && biases[3] < biases[1] && biases[1] > biases[2])
        #expect(biases[4] == biases[0])
        let scores = try Self.scores(trained, [9, 9, 9, 9], [1, 2, 3, 4])
        #expect(scores[0] > scores[2] && scores[2] > scores[3] && scores[3] > scores[1])
        // User 9 has the columns of user 1 and, for a history, the mean of those who rate.
        let users = trained.result.tables.users.bias
        #expect(abs(users[9] - users[1]) < 0.05)
        // The unknown user and item are the mean of those who rate and are rated.
        #expect(abs(biases[0] - (biases[1] + biases[2]) / 2) < 1e-7)
    }

    @Test func metadataOfTheUnknownAndNoMetadataOfTheKnown() throws {
        let rows = ["1 1 5", "1 2 3", "2 1 4", "2 2 1", "3 2 2"]
        let some = try Self.train(Self.data(rows, users: "2\tforty\t\n7\t\tX1\n2000\t30\t99999\n"), split: .none)
        let model = try Self.loaded(some)
        #expect(model.users.rowCount == 6)
        #expect([1, 2, 3, 7, 2_000].allSatisfy { model.users.row(ofText: "\($0)") != nil })
        #expect(try Self.scores(some, [1, 3, 7, 2_000], [1, 2, 3, 1]).allSatisfy(\.isFinite))
        // Whoever has only values that nobody with ratings has learns nothing from them, and is the mean of those who
        // rate.
        let biases = some.result.tables.users.bias
        #expect(biases[0] != 0 && [4, 5].allSatisfy { abs(biases[$0] - biases[0]) < 1e-6 })
    }

    @Test(arguments: [
        (["1 1 4"], 0), (["1 1 4", "1 2 1"], 1), (["1 1 4", "2 1 1"], 1), (["7 2 1"], 0),
    ])
    func theSmallestDataTrain(_ rows: [String], _ differences: Int) throws {
        let trained = try Self.train(Self.data(rows), split: .none)
        let pairs = rows.map { $0.split(separator: " ").compactMap { UInt64($0) } }
        let scores = try Self.scores(trained, pairs.map { $0[0] }, pairs.map { $0[1] })
        #expect(scores.allSatisfy(\.isFinite) && Set(scores).count == differences + 1)
        if differences == 0 {
            #expect(abs(Double(1 + 4 * scores[0]) - Double(pairs[0][2])) < 1e-3)
        } else {
            #expect(scores[0] > scores[1])
        }
    }

    @Test(arguments: [["1 1 4"], ["1 1 4", "1 2 1"], ["1 1 4", "2 1 1"]])
    func theSmallestDataAreSampled(_ rows: [String]) throws {
        let trained = try Self.train(Self.data(rows), split: .none, Self.sampled)
        let scores = try Self.scores(trained, [1, 0], [1, 0])
        #expect(scores.allSatisfy { $0.isFinite })
    }

    @Test func impossibleSamplingIsRefused() throws {
        var options = [Self.sampled, Self.sampled, Self.sampled, Self.sampled]
        options[0].sampling?.warmUp = 11
        options[1].sampling?.interval = 0
        options[2].sampling?.share = 1.5
        options[3].sampling?.priorCount = 0
        for options in options {
            let error = #expect(throws: TrainingError.self) { _ = try FactorTraining(options) }
            #expect(error?.code == .invalidOption)
        }
    }

    @Test func impossibleOptionsAreRefused() throws {
        var options = Array(repeating: Self.options, count: 5) + [Self.sampled, Self.options]
        options[0].factors = 0
        options[1].sweeps = 0
        options[2].items.history.linear = 0
        options[3].users.columns.factor = .nan
        // Neither number nor their sum may be beyond counting.
        options[4].sweeps = .max
        options[5].sampling?.sweeps = .max
        options[6].items.numbers?.factor = -1
        for options in options {
            let error = #expect(throws: TrainingError.self) { _ = try FactorTraining(options) }
            #expect(error?.code == .invalidOption)
        }
    }
}
