import RankData
import RankEngine
import RankTraining
import TestSupport
import Testing

@Suite struct RankingTrainingTests {
    private static func options(_ formula: Loss.Formula) -> TrainingOptions {
        var options = Sample.options()
        options.loss = Loss(formula)
        return options
    }

    private static func examples() throws -> TrainingSet.Examples {
        let data = try Sample.data()
        return try TrainingSet(data, split: SplitSpec.seed(42).resolve(data.ratings)).training
    }

    @Test func listsAreOfOneUserAndBatchesOfWholeLists() throws {
        let examples = try Self.examples()
        var options = Self.options(.listMLE)
        (options.listLength, options.batchSize) = (7, 20)
        var random = NumPyRandom(seed: 3)
        let batches = Batches(shuffling: examples, options, &random)
        #expect(batches.lists.allSatisfy { (1...7).contains($0) } && batches.lists.reduce(0, +) == examples.count)
        var (row, list) = (0, 0)
        for batch in batches.batches {
            #expect(batch.rows.lowerBound == row && batch.lists.lowerBound == list && batch.rows.count <= 20)
            #expect(batches.lists[batch.lists].reduce(0, +) == batch.rows.count && !batch.rows.isEmpty)
            (row, list) = (batch.rows.upperBound, batch.lists.upperBound)
        }
        #expect(row == examples.count && list == batches.lists.count)
        var start = 0
        var lengths: [Int32: Set<Int>] = [:]
        for length in batches.lists {
            let users = Set(batches.examples.users[start..<(start + length)])
            #expect(users.count == 1)
            for user in users { lengths[user, default: []].insert(length) }
            start += length
        }
        // The lists of a user are as equal as can be, and they do not come user by user.
        #expect(lengths.values.allSatisfy { ($0.max() ?? 0) - ($0.min() ?? 0) <= 1 })
        #expect(batches.examples.users != examples.users)
        func triples(_ examples: TrainingSet.Examples) -> [[Float]] {
            (0..<examples.count).map {
                [Float(examples.users[$0]), Float(examples.items[$0]), examples.labels[$0]]
            }.sorted { $0.lexicographicallyPrecedes($1) }
        }
        #expect(triples(batches.examples) == triples(examples))
    }

    @Test func withoutARankingLossTheOrderIsThePermutation() throws {
        let examples = try Self.examples()
        var (one, other) = (NumPyRandom(seed: 3), NumPyRandom(seed: 3))
        let batches = Batches(shuffling: examples, Sample.options(), &one)
        let order = other.permutation(examples.count)
        #expect(batches.examples.users == order.map { examples.users[$0] } && batches.lists.isEmpty)
        #expect(batches.batches.map(\.rows.count).dropLast().allSatisfy { $0 == 64 })
        #expect(one.nextUInt64() == other.nextUInt64())
    }

    @Test(arguments: [Loss.Formula.pairwiseLogistic, .listwiseSoftmax, .listMLE])
    func scoresOrderAndAreNoRatings(_ formula: Loss.Formula) throws {
        let directory = try TemporaryDirectory()
        let data = try Sample.data()
        let trained = try Sample.model(data, Self.options(formula))
        #expect(trained.test == nil)
        let id = try trained.write(to: directory.path + "/model")
        #expect(try Sample.model(data, Self.options(formula), kernel: .scalar).write(to: directory.path + "/2") == id)
        let model = try RankModel.load(path: directory.path + "/model")
        let metadata = model.metadata
        #expect(metadata.labelTransform == LabelTransform.none && metadata.claimedTestRMSE == nil)
        #expect(metadata.fingerprint["loss"] == formula.rawValue && metadata.fingerprint["temperature"] == "1.0")
        let split = try SplitSpec.seed(42).resolve(data.ratings)
        let evaluation = try Evaluation(model, data, split)
        #expect(evaluation.metrics == nil && evaluation.ranking == trained.ranking)
        // An unscored candidate gets the mean score of the training pairs.
        let ratings = data.ratings
        let scores = try Predictor(model).predict(
            users: split.trainingRows.map { ratings.userIDs[$0] },
            items: split.trainingRows.map { ratings.itemIDs[$0] }
        ).scores
        let mean = scores.reduce(0.0) { $0 + Double($1) } / Double(scores.count)
        #expect(abs(Double(metadata.prior) - mean) < 1e-6)
        #expect(model.display(0.3) == 0.3)
    }

    /// The loss falls, and users' own favourites come to the front.
    @Test(arguments: [Loss.Formula.pairwiseLogistic, .listwiseSoftmax, .listMLE])
    func trainingRows(_ formula: Loss.Formula) throws {
        let data = try Sample.data()
        var options = Self.options(formula)
        options.epochs = 40
        let trained = try Sample.model(data, split: .none, options)
        #expect(trained.ranking == nil && trained.result.epochs[39].loss < trained.result.epochs[0].loss)
        let directory = try TemporaryDirectory()
        _ = try trained.write(to: directory.path + "/model")
        let rows = try SplitSpec.none.resolve(data.ratings).trainingRows
        let predictor = try Predictor(RankModel.load(path: directory.path + "/model"))
        let (users, items) = (rows.map { data.ratings.userIDs[$0] }, rows.map { data.ratings.itemIDs[$0] })
        let stars = rows.map { data.ratings.stars[$0] }
        let scores = try predictor.predict(users: users, items: items).scores
        let metrics = RankingMetrics(users: users, stars: stars, scores: scores)
        let chance = RankingMetrics(users: users, stars: stars, scores: scores.map { _ in 0 })
        #expect(try #require(metrics).ndcg > #require(chance).ndcg + 0.03)
    }

    @Test func impossibleLossesAreRefused() {
        for (temperature, length) in [(Float(0), 10), (-1, 10), (.nan, 10), (.infinity, 10), (1, 1), (1, 10_001)] {
            var options = Self.options(.pairwiseLogistic)
            (options.loss.temperature, options.listLength) = (temperature, length)
            let error = #expect(throws: TrainingError.self) { _ = try Training(options) }
            #expect(error?.code == .invalidOption)
        }
        // Lists are not longer than a batch, and one of a single item teaches nothing.
        var options = Self.options(.listMLE)
        options.batchSize = 1
        let error = #expect(throws: TrainingError.self) { _ = try Training(options) }
        #expect(error?.code == .invalidOption && error?.message.contains("at least 2") == true)
    }

    @Test func theReportMeasuresTheOrderAlone() throws {
        let data = try Sample.data()
        let options = Self.options(.pairwiseLogistic)
        let study = try RankingStudy(data, splits: [.seed(1), .seed(2)], options, training: Training(options))
        let report = try study.run()
        #expect(report.rows.map(\.name) == ["global mean", "item mean", "user and item biases", "pairwise-logistic"])
        let row = report.rows[3]
        #expect(row.splits[1] == (try Sample.model(data, split: .seed(2), options).ranking))
        let (a, b) = (row.splits[0].ndcg, row.splits[1].ndcg)
        #expect(abs(row.mean(\.ndcg) - (a + b) / 2) < 1e-15)
        #expect(abs(row.deviation(\.ndcg) - abs(a - b) / 2.0.squareRoot()) < 1e-15)
        #expect(throws: TrainingError.self) {
            try RankingStudy(data, splits: [.none], options, training: Training(options)).run()
        }
    }
}
