import RankData
import RankEngine
import RankTraining
import TestSupport
import Testing

@Suite("Training on texts and other scales")
struct DataOfAnyKindTests {
    /// The ratings of `Sample`, with ids and ratings written as wanted.
    private static func data(
        _ user: (UInt64) -> String = { "\($0)" },
        _ item: (UInt64) -> String = { "\($0)" },
        _ rating: (Float) -> Float = { $0 },
        _ options: DataOptions = DataOptions()
    ) throws -> DataSet {
        let ratings = try Sample.data().ratings
        let lines = (0..<ratings.count).map {
            "\(user(ratings.userIDs[$0])),\(item(ratings.itemIDs[$0])),\(rating(ratings.stars[$0]))\n"
        }
        return try DataSet.load(path: TemporaryDirectory().write("x.csv", lines.joined()), options)
    }

    private static func loaded(_ model: Trained<Training.Result>) throws -> RankModel {
        let path = try TemporaryDirectory().file("model")
        _ = try model.write(to: path)
        return try RankModel.load(path: path)
    }

    @Test func textsGoThroughTheFileToThePredictions() throws {
        let data = try Self.data({ "user \($0)" }, { "ß\($0)" })
        let trained = try Sample.model(data)
        let model = try Self.loaded(trained)
        #expect(model.users.kind.isText && model.candidates.kind.isText)
        #expect(model.users.row(ofText: "user 7") != nil && model.users.row(ofText: "7") == nil)
        let split = try SplitSpec.seed(42).resolve(data.ratings)
        let evaluation = try Evaluation(model, data, split)
        #expect(evaluation.metrics == trained.test && evaluation.unknownPairs == 0)
        let predictions = try Predictor(model).predict(userTexts: ["user 7", "7"], itemTexts: ["ß3", "ß3"])
        #expect(predictions.isUserKnown == [true, false] && predictions.isItemKnown == [true, true])
    }

    @Test func textsInTheOrderOfNumbersTrainTheSameWeights() throws {
        let padded = { (id: UInt64) in "\(id + 1_000)x" }
        let texts = try Sample.model(Self.data(padded, padded))
        let numbers = try Sample.model(Self.data())
        #expect(texts.result.network.userEmbedding == numbers.result.network.userEmbedding)
        #expect(texts.test == numbers.test)
    }

    @Test(arguments: [(0.5, 5), (0, 1), (0, 100), (-10, 10)] as [(Float, Float)])
    func everyScaleTrainsAsStarsDo(_ minimum: Float, _ maximum: Float) throws {
        let scale = try RatingScale(minimum: minimum, maximum: maximum)
        let data = try Self.data({ "\($0)" }, { "\($0)" }, { minimum + ($0 - 1) / 4 * scale.width })
        #expect(data.ratings.scale == scale)
        let stars = try Sample.model(Self.data())
        let trained = try Sample.model(data)
        let test = try #require(trained.test)
        let expected = try #require(stars.test)
        #expect(abs(test.rmse - expected.rmse) < 1e-4 && abs(test.ndcgAt10 - expected.ndcgAt10) < 1e-2)
        #expect(abs(test.rmseInStars - test.rmse * Double(scale.width)) < 1e-9)
        let model = try Self.loaded(trained)
        #expect(model.metadata.labelTransform.minimum == minimum && model.metadata.labelTransform.width == scale.width)
        #expect(abs(model.display(0.5) - (minimum + maximum) / 2) < 1e-4)
        let evaluation = try Evaluation(model, data, SplitSpec.seed(42).resolve(data.ratings))
        #expect(evaluation.metrics == test)
        let baseline = try #require(
            Baseline.itemMean.evaluate(data.ratings, split: SplitSpec.seed(42).resolve(data.ratings))
        )
        #expect(baseline.rmse < 0.5)
    }

    @Test func aRatingAloneTrainsWhereItsScaleIsGiven() throws {
        let path = try TemporaryDirectory().write("x.csv", "7,8,3\n")
        let data = try DataSet.load(path: path, DataOptions(scale: .stars))
        let trained = try Sample.model(data, split: .none)
        #expect(trained.test == nil)
        #expect(try Predictor(Self.loaded(trained)).predict(userTexts: ["7"], itemTexts: ["8"]).scores[0].isFinite)
        #expect(throws: TrainingError.self) { try Sample.model(data, split: .seed(42)) }
    }
}
