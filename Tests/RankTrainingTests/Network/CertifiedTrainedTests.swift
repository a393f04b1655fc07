import RankCore
import RankData
import RankEngine
import RankTraining
import TestSupport
import Testing

@Suite(
    "Lists of trained networks, certified, are those of brute force",
    .enabled(if: Kernel.best.hasBounds, "this CPU has no kernel for bounds")
)
struct CertifiedTrainedTests {
    @Test func aNetworkTrainedOnRatingsHasTheSameLists() throws {
        let data = try TrainingData(Self.data(), split: .seed(42))
        var options = TrainingOptions.tutorial
        (options.userDimensions, options.itemDimensions, options.hidden) = (16, 16, [64, 40])
        (options.epochs, options.batchSize) = (3, 256)
        let result = try Training(options).run(on: data)
        try expectEqualLists(TrainedModel(network: result, on: data, options))
    }

    @Test func aNetworkDistilledFromFactorsHasTheSameLists() throws {
        let data = try TrainingData(Self.data(), split: .seed(42), includesUnrated: true)
        var teaching = FactorizationOptions.mapFM
        (teaching.factors, teaching.sweeps) = (4, 5)
        let factors = try FactorTraining(teaching).run(on: data)
        let teacher = try Teacher(TrainedModel(factors: factors, on: data, teaching), of: data.set)
        var options = DistillationOptions.distilled
        (options.dimensions, options.hidden, options.steps) = (16, [64, 40], 300)
        (options.users, options.items) = (16, 32)
        let result = try Distillation(options).run(on: data, teacher: teacher)
        try expectEqualLists(TrainedModel(student: result, on: data, teacher: teacher, options))
    }

    private static func data() throws -> DataSet {
        try SyntheticMovieLens(seed: 3, userCount: 60, itemCount: 400, ratingCount: 6_000).generate()
    }

    /// Whole catalogues and parts of them, with every number of outputs that bounds may keep.
    private func expectEqualLists(_ trained: TrainedModel) throws {
        let path = try TemporaryDirectory().file("model")
        _ = try trained.write(to: path)
        let model = try RankModel.load(path: path)
        let (plain, certified) = (try model.makeRanker(), try model.makeRanker(topKPlan: .certified))
        let catalogue = (1..<UInt64(model.candidates.rowCount)).map { $0 }
        for kept in certified.keptChoices {
            for front in [nil, 16] {
                certified.keep(kept, after: front)
                for user in 1..<UInt64(model.users.rowCount) {
                    for (ids, top) in [
                        (catalogue, 1), (catalogue, 10), (catalogue, 90), (Array(catalogue.suffix(50)), 5),
                    ] {
                        let found = try certified.rank(ids, for: user, top: top)
                        let expected = try plain.rank(ids, for: user, top: top)
                        #expect(found == expected, "user \(user), \(top) of \(ids.count), \(kept) kept")
                        #expect(found.map(\.score.bitPattern) == expected.map(\.score.bitPattern))
                    }
                }
            }
        }
    }
}
