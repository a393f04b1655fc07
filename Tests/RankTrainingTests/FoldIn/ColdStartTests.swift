import RankData
import RankTraining
import Testing

@Suite struct ColdStartTests {
    private static let training: FactorizationOptions = {
        var options = FactorizationOptions.mapFM
        (options.factors, options.sweeps) = (3, 4)
        return options
    }()

    private static func run(_ options: ColdStartOptions) throws -> ColdStart.Result {
        try ColdStart(Sample.data(), training, options).run()
    }

    /// The sample has 30 users and 40 items, with 700 ratings.
    @Test(arguments: [ColdStartOptions.Side.users, .items])
    func everyNumberIsTestedOnTheSameRatings(_ side: ColdStartOptions.Side) throws {
        var options = ColdStartOptions(side: side, shown: [0, 2, 6], folds: 3, trainsAnew: true)
        let result = try Self.run(options)
        #expect(result.rows.map(\.shown) == [0, 2, 6])
        let ratings = try Sample.data().ratings
        let ids = side == .users ? ratings.userIDs : ratings.itemIDs
        let counts = Dictionary(grouping: ids) { $0 }.mapValues(\.count)
        #expect(result.testedCount == counts.values.reduce(0) { $0 + max($1 - 6, 0) })
        #expect(result.entityCount == counts.values.count { $0 > 6 })
        #expect(result.entityCount + result.leftOut == counts.count)
        for row in result.rows {
            #expect(row.metrics.values.allSatisfy { $0.count == result.testedCount && $0.rmse > 0 })
            #expect((row.metrics[.trainedAnew] == nil) == (row.shown == 0))
            for fixed in [ColdStart.Predictor.partnerMean, .unknownRow, .columns] {
                #expect(row.metrics[fixed] == result.rows[0].metrics[fixed])
            }
        }
        // Without a rating there is nothing to fold in, and each one shown changes the row.
        let first = result.rows[0].metrics
        #expect(first[.foldIn] == first[.unknownRow] && first[.columnsAndFoldIn] == first[.columns])
        // Of the sample's users nothing is known, of its items the year.
        #expect((first[.columns] == first[.unknownRow]) == (side == .users))
        #expect(Set(result.rows.map { $0.metrics[.foldIn]?.rmse }).count == 3)

        options.trainsAnew = false
        #expect(try Self.run(options).rows.last?.metrics[.foldIn] == result.rows.last?.metrics[.foldIn])
        options.penalty = 1e12
        let held = try #require(try Self.run(options).rows.last?.metrics)
        #expect(abs((held[.foldIn]?.rmse ?? 0) - (held[.unknownRow]?.rmse ?? 1)) < 1e-6)
    }

    /// What is hidden has no part in the training: the parts' predictions without ratings are those of a training on
    /// the others alone, tested on the part.
    @Test func theHiddenPartIsNotTrainedOn() throws {
        let data = try Sample.data()
        let result = try Self.run(ColdStartOptions(shown: [0], folds: 2, seed: 7))
        var random = NumPyRandom(seed: 7)
        let users = Set(data.ratings.userIDs).sorted()
        var squares = 0.0
        let order = random.permutation(users.count)
        for part in 0..<2 {
            let hidden = Set(order.enumerated().filter { $0.offset % 2 == part }.map { users[$0.element] })
            let rows = (0..<data.ratings.count).filter { hidden.contains(data.ratings.userIDs[$0]) }
            let others = (0..<data.ratings.count).filter { !hidden.contains(data.ratings.userIDs[$0]) }
            let split = Split(trainingRows: others.map { UInt32($0) }, testRows: rows.map { UInt32($0) }, data.ratings)
            let training = try TrainingData(data, split, as: .none, includesUnrated: true)
            let result = try FactorTraining(Self.training).run(on: training)
            let test = try #require(TrainedModel(factors: result, on: training, Self.training).test)
            squares += test.loss * Double(test.count)
        }
        let loss = try #require(result.rows[0].metrics[.columns]?.loss)
        #expect(abs(loss - squares / Double(data.ratings.count)) < 1e-7)
    }

    /// Of 40 parts, 30 have a user.
    @Test func trainingsAreCounted() throws {
        let options = ColdStartOptions(shown: [0, 1], folds: 40, trainsAnew: true)
        var seen: [[Int]] = []
        _ = try ColdStart(Sample.data(), Self.training, options).run {
            seen.append([$0, $1])
        }
        #expect(seen == (1...60).map { [$0, 60] })
    }

    @Test func optionsThatMakeNoSenseAreRefused() throws {
        for (options, code) in [
            (ColdStartOptions(shown: []), TrainingError.Code.invalidOption),
            (ColdStartOptions(shown: [1, 1]), .invalidOption), (ColdStartOptions(shown: [-1, 1]), .invalidOption),
            (ColdStartOptions(folds: 1), .invalidOption), (ColdStartOptions(penalty: 0), .invalidOption),
            (ColdStartOptions(shown: [0, 5_000]), .unsuitableData),
        ] {
            let error = #expect(throws: TrainingError.self) { try Self.run(options) }
            #expect(error?.code == code)
        }
    }
}
