import RankCore
import RankData
import RankEngine
import RankTraining
import TestSupport
import Testing

@Suite struct EvaluationTests {
    private let directory: TemporaryDirectory
    private let data: DataSet
    private let trained: Trained<Training.Result>
    private let model: RankModel

    init() throws {
        directory = try TemporaryDirectory()
        data = try Sample.data()
        trained = try Sample.model(data)
        _ = try trained.write(to: directory.path + "/model")
        model = try RankModel.load(path: directory.path + "/model")
    }

    @Test func theFileKeepsItsClaim() throws {
        let split = try SplitSpec.seed(42).resolve(data.ratings)
        let evaluation = try Evaluation(model, data, split)
        #expect(evaluation.metrics == trained.test)
        #expect(model.metadata.claimedTestRMSE == evaluation.metrics.map { Float($0.rmse) })
        #expect(evaluation.ranking == trained.test?.ranking)
        #expect(evaluation.unknownPairs == 0)
    }

    @Test(arguments: [Precision.int16, .int8])
    func aReducedPrecisionIsEvaluatedAsItServes(_ precision: Precision) throws {
        let split = try SplitSpec.seed(42).resolve(data.ratings)
        let exact = try #require(Evaluation(model, data, split).metrics)
        let reduced = try #require(
            Evaluation(model, data, split, kernel: .scalar, precision: precision).metrics
        )
        #expect(reduced.rmse != exact.rmse && (reduced.rmse - exact.rmse).magnitude < 0.005)
        let users = split.testRows.map { data.ratings.userIDs[$0] }
        let items = split.testRows.map { data.ratings.itemIDs[$0] }
        let predicted = try Predictor(model, kernel: .scalar, precision: precision).predict(users: users, items: items)
        let ranker = try model.makeRanker(kernel: .scalar, precision: precision)
        for (index, score) in predicted.scores.enumerated() {
            let ranked = try ranker.rank([items[index]], for: users[index], unknownIDs: .fallback)
            #expect(ranked[0].score.bitPattern == score.bitPattern)
        }
    }

    @Test func theFingerprintSaysWhatItWasTrainedOn() throws {
        let fingerprint = model.metadata.fingerprint
        #expect(fingerprint["data"] == "synthetic (seed 1)")
        #expect(fingerprint["split"] == "seed:42" && fingerprint["seed"] == "5" && fingerprint["epochs"] == "3")
        #expect(fingerprint["batch_size"] == "64" && fingerprint["preset"] == "tutorial")
        #expect(fingerprint["version"] == Training.version)
        let labels = try TrainingSet(data, split: SplitSpec.seed(42).resolve(data.ratings)).training.labels
        let mean = labels.reduce(0.0) { $0 + Double($1) } / Double(labels.count)
        #expect(model.metadata.prior == Float(mean))
    }

    @Test func itsOwnSplitIsAcceptedInAnySpelling() throws {
        let split = try SplitSpec.seed(42).resolve(data.ratings)
        let lines = split.testRows.reversed().map { "\(data.ratings.userIDs[$0]),\(data.ratings.itemIDs[$0])\n" }
        let file = SplitSpec.file(path: try directory.write("own.csv", lines.joined()))
        let given = DataFingerprint(data, try file.resolve(data.ratings), as: file)
        #expect(given.split == "own.csv")
        try given.requireMatch(model.metadata.fingerprint)
    }

    @Test func anotherSplitOrOtherDataIsRefused() throws {
        let other = SplitSpec.seed(0)
        let otherData = try Sample.data(seed: 2)
        let cases = [
            (DataFingerprint(data, try other.resolve(data.ratings), as: other), "seed:42"),
            (DataFingerprint(data, try SplitSpec.none.resolve(data.ratings), as: .none), "seed:42"),
            (
                DataFingerprint(otherData, try SplitSpec.seed(42).resolve(otherData.ratings), as: .seed(42)),
                "synthetic (seed 1)"
            ),
        ]
        for (given, named) in cases {
            let error = #expect(throws: TrainingError.self) { try given.requireMatch(model.metadata.fingerprint) }
            #expect(error?.code == .fingerprintMismatch)
            #expect(error?.message.contains(named) == true && error?.message.contains("--force") == true)
        }
        let unknown = #expect(throws: TrainingError.self) { try cases[0].0.requireMatch(TrainingFingerprint()) }
        #expect(unknown?.code == .fingerprintMismatch)
    }

    @Test func withoutTestRowsThereIsNothingToEvaluate() throws {
        let error = #expect(throws: TrainingError.self) {
            _ = try Evaluation(model, data, SplitSpec.none.resolve(data.ratings))
        }
        #expect(error?.code == .unsuitableData)
    }

    @Test func idsTheModelDoesNotKnowAreCountedAndScoredAsUnknown() throws {
        let larger = try SyntheticMovieLens(seed: 9, userCount: 40, itemCount: 50, ratingCount: 900).generate()
        let split = try SplitSpec.seed(3).resolve(larger.ratings)
        let evaluation = try Evaluation(model, larger, split)
        let expected = split.testRows.count { larger.ratings.userIDs[$0] > 30 || larger.ratings.itemIDs[$0] > 40 }
        #expect(evaluation.unknownPairs == expected && expected > 0)
        #expect(evaluation.ranking.count == split.testRows.count)
    }

    @Test func predictionsAreThoseOfTheRanker() throws {
        let predictor = try Predictor(model)
        let items: [UInt64] = [7, 40, 41, 1]
        let predictions = try predictor.predict(users: [3, 3, 3, 3], items: items)
        #expect(predictions.isItemKnown == [true, true, false, true])
        let ranked = try model.makeRanker().rank(items, for: 3, unknownIDs: .fallback)
        for entry in ranked {
            #expect(entry.score.bitPattern == predictions.scores[entry.position].bitPattern)
        }
        let unknown = try predictor.predict(users: [31, 0, .max, 30], items: [1, 1, 1, 1])
        #expect(unknown.isUserKnown == [false, false, false, true])
        #expect(unknown.scores[0] == unknown.scores[1] && unknown.scores[1] == unknown.scores[2])
        #expect(try predictor.predict(users: [], items: []).scores == [])
    }

    @Test func idsWithGapsSurviveTheFile() throws {
        _ = try directory.write(
            "x.inter",
            "user_id:token\titem_id:token\trating:float\n18446744073709551615\t900\t5\n7\t900\t1\n7\t20\t3\n"
        )
        _ = try directory.write("x.item", "item_id:token\tmovie_title:token_seq\n20\tA\n900\tB\n")
        let sparse = try DataSet.load(directory: directory.path)
        _ = try Sample.model(sparse, split: .none).write(to: directory.path + "/sparse")
        let model = try RankModel.load(path: directory.path + "/sparse")
        #expect(model.users.kind == .u64 && model.candidates.kind == .u64)
        let predictions = try Predictor(model).predict(users: [.max, 7, 8], items: [900, 21, 20])
        #expect(predictions.isUserKnown == [true, true, false])
        #expect(predictions.isItemKnown == [true, false, true])
    }

    @Test func noFileIsLeftWhereNoneCanBeWritten() throws {
        let error = #expect(throws: TrainingError.self) { _ = try trained.write(to: directory.path + "/no/model") }
        #expect(error?.code == .engineFailed && (error?.cause as? EngineError)?.code == .cannotWrite)
        #expect(directory.names == ["model"])
        let refused = #expect(throws: TrainingError.self) {
            _ = try Predictor(model, kernel: .portable, precision: .int8)
        }
        #expect((refused?.cause as? EngineError)?.code == .kernelUnavailable)
    }
}

@Suite struct QualityStudyTests {
    @Test func baselinesAndPresetOnEachSplit() throws {
        let data = try Sample.data()
        let options = Sample.options()
        var shown: [SplitSpec] = []
        let study = try QualityStudy(data, splits: [.seed(1), .seed(2)], options, training: Training(options))
        let report = try study.run { shown.append($0) }
        #expect(shown == [.seed(1), .seed(2)] && report.splits == shown)
        #expect(report.rows.map(\.name) == ["global mean", "item mean", "user and item biases", "tutorial"])
        let row = report.rows[3]
        #expect(row.splits[1] == (try Sample.model(data, split: .seed(2)).test))
        let (a, b) = (row.splits[0].rmse, row.splits[1].rmse)
        #expect(abs(row.meanRMSE - (a + b) / 2) < 1e-15)
        #expect(abs(row.deviationOfRMSE - abs(a - b) / 2.0.squareRoot()) < 1e-15)
        #expect(throws: TrainingError.self) {
            try QualityStudy(data, splits: [.none], options, training: Training(options)).run()
        }
    }

    @Test func baselinesByHand() throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write(
            "x.inter",
            "user_id:token\titem_id:token\trating:float\n1\t1\t5\n2\t1\t4\n3\t2\t2\n1\t2\t1\n4\t3\t3\n4\t1\t1\n"
        )
        _ = try directory.write("x.item", "item_id:token\tmovie_title:token_seq\n1\tA\n2\tB\n3\tC\n")
        let data = try DataSet.load(directory: directory.path)
        // Training: 5 and 4 for item 1, 2 for item 2; nothing for item 3. Their mean is 11/3.
        let split = try SplitSpec.file(path: directory.write("test.csv", "1,2\n4,3\n4,1\n")).resolve(data.ratings)
        let global = try #require(Baseline.globalMean.evaluate(data.ratings, split: split))
        let mean = 11.0 / 3
        let squares = (mean - 1) * (mean - 1) + (mean - 3) * (mean - 3) + (mean - 1) * (mean - 1)
        #expect(abs(global.rmseInStars - (squares / 3).squareRoot()) < 1e-6)
        let item = try #require(Baseline.itemMean.evaluate(data.ratings, split: split))
        let itemSquares = 1.0 + (mean - 3) * (mean - 3) + 3.5 * 3.5
        #expect(abs(item.rmseInStars - (itemSquares / 3).squareRoot()) < 1e-6)
        // A user's and an item's bias solve each other's ridge regression; by a program of its own.
        let biases = try #require(Baseline.biases.predict(split.testRows, of: data.ratings, split: split))
        for (prediction, expected) in zip(biases, [3.598919172932, 3.666666666667, 3.798245614035]) {
            #expect(abs(prediction - expected) < 1e-9)
        }
        let none = try SplitSpec.none.resolve(data.ratings)
        #expect(Baseline.itemMean.evaluate(data.ratings, split: none) == nil)
    }
}
