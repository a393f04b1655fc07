import Foundation
import RankData
import RankEngine
import RankTraining
import TestSupport
import Testing

@Suite struct CatalogueRankingTests {
    /// Each user's list by the definitions of the measures, from the scores of all pairs.
    private static func measures(
        _ model: RankModel,
        _ data: DataSet,
        _ split: Split,
        _ cutoff: RankingMetrics.Cutoff,
        without isHidden: (Int) -> Bool
    ) throws -> [Double] {
        let ratings = data.ratings
        let known = (1..<model.candidates.rowCount).compactMap { model.candidates.id(ofRow: $0).flatMap { UInt64($0) } }
        var tested: [UInt64: [UInt64: Double]] = [:]
        var hidden: [UInt64: Set<UInt64>] = [:]
        for row in split.testRows {
            tested[ratings.userIDs[row], default: [:]][ratings.itemIDs[row]] = Double(ratings.stars[row])
        }
        for row in 0..<ratings.count where isHidden(row) {
            hidden[ratings.userIDs[row], default: []].insert(ratings.itemIDs[row])
        }
        var sums = [0.0, 0, 0, 0, 0]
        for (user, stars) in tested {
            let items = known.filter { stars[$0] != nil || !(hidden[user]?.contains($0) ?? false) }
            let scores = try Predictor(model).predict(users: items.map { _ in user }, items: items).scores
            let order = items.indices.sorted { (left: Int, right: Int) -> Bool in
                scores[left] == scores[right] ? items[left] < items[right] : scores[left] > scores[right]
            }
            let list: [Double?] = order.prefix(cutoff.k).map { stars[items[$0]] }
            sums[0] += gained(list, stars) { $0 }
            sums[1] += gained(list, stars) { exp2($0) - 1 }
            let least = Double(cutoff.relevantStars)
            let hits: [Int] = list.indices.filter { place in list[place].map { $0 >= least } ?? false }
            if let first = hits.first { sums[2] += 1 / Double(first + 1) }
            let relevant = Double(stars.values.count { $0 >= least })
            guard relevant > 0 else { continue }
            for (found, place) in hits.enumerated() {
                sums[3] += Double(found + 1) / Double(place + 1) / relevant
            }
            sums[4] += Double(hits.count) / relevant
        }
        return sums.map { $0 / Double(tested.count) }
    }

    /// The discounted gain of a list over that of the best possible of the same length.
    private static func gained(_ list: [Double?], _ stars: [UInt64: Double], _ gain: (Double) -> Double) -> Double {
        func discounted(_ gains: [Double]) -> Double {
            var sum = 0.0
            for (place, gain) in gains.enumerated() { sum += gain / log2(Double(place + 2)) }
            return sum
        }
        let best: [Double] = stars.values.map(gain).sorted(by: >)
        let gains: [Double] = list.map { $0.map(gain) ?? 0 }
        return discounted(gains) / discounted(Array(best.prefix(list.count)))
    }

    private static func measures(_ metrics: RankingMetrics) -> [Double] {
        [
            metrics.ndcg, metrics.exponentialNDCG, metrics.meanReciprocalRank, metrics.meanAveragePrecision,
            metrics.recall,
        ]
    }

    private static func expectEqual(_ found: RankingMetrics, _ expected: [Double]) {
        for (found, expected) in zip(measures(found), expected) { #expect(abs(found - expected) < 1e-12) }
    }

    private static func factors(_ data: DataSet) throws -> RankModel {
        let training = try TrainingData(data, split: .seed(42), includesUnrated: true)
        let result = try FactorTraining(SmallFactors.solved).run(on: training)
        let path = try TemporaryDirectory().file("model")
        _ = try TrainedModel(factors: result, on: training, SmallFactors.solved).write(to: path)
        return try RankModel.load(path: path)
    }

    private static func network(_ data: DataSet) throws -> RankModel {
        let path = try TemporaryDirectory().file("model")
        _ = try Sample.model(data).write(to: path)
        return try RankModel.load(path: path)
    }

    @Test(arguments: [1, 3, 10, 100])
    func measuresAreThoseOfAllScores(_ k: Int) throws {
        let data = try Sample.data()
        let split = try SplitSpec.seed(42).resolve(data.ratings)
        let cutoff = try RankingMetrics.Cutoff(k: k, relevantStars: 4)
        let trained = Set(split.trainingRows)
        for model in [try Self.factors(data), try Self.network(data)] {
            let expected = try Self.measures(model, data, split, cutoff) { trained.contains($0) }
            let evaluation = try Evaluation(model, data, split, cutoff: cutoff, candidates: .all)
            Self.expectEqual(evaluation.ranking, expected)
            let users = Set(split.testRows.map { data.ratings.userIDs[$0] })
            #expect(evaluation.ranking.count == split.testRows.count && evaluation.ranking.users == users.count)
            // All else is that of the test items.
            let own = try Evaluation(model, data, split, cutoff: cutoff)
            #expect(evaluation.metrics == own.metrics && evaluation.ranking.ndcg < own.ranking.ndcg)
        }
    }

    @Test func theIndexOfACatalogueGivesTheSameMeasures() throws {
        let data = try Sample.data()
        let split = try SplitSpec.seed(42).resolve(data.ratings)
        let model = try Self.factors(data)
        let rankings = try [TopKPlan.plain, .certified, .auto].map {
            try Evaluation(model, data, split, candidates: .all, topKPlan: $0).ranking
        }
        #expect(rankings[0] == rankings[1] && rankings[0] == rankings[2] && rankings[0].recall > 0)
    }

    @Test func itemsThatTheModelDoesNotKnowAreOnNoList() throws {
        let model = try Self.factors(Sample.data())
        let larger = try SyntheticMovieLens(seed: 9, userCount: 40, itemCount: 50, ratingCount: 900).generate()
        let split = try SplitSpec.seed(3).resolve(larger.ratings)
        let trained = Set(split.trainingRows)
        let evaluation = try Evaluation(model, larger, split, candidates: .all)
        #expect(evaluation.unknownPairs > 0)
        Self.expectEqual(
            evaluation.ranking,
            try Self.measures(model, larger, split, .standard) { trained.contains($0) }
        )
    }

    @Test func pairsOfTheTrainingAreLeftOutOfOtherDataToo() throws {
        let data = try Sample.data()
        let model = try Self.factors(data)
        let pairs = try TrainedPairs(model.metadata.fingerprint, trainedOn: data)
        // The same ratings, all of them tested: the model has seen the training rows alone.
        let lines = data.ratings.userIDs.indices.map { "\(data.ratings.userIDs[$0]),\(data.ratings.itemIDs[$0])\n" }
        let file = try TemporaryDirectory().write("all.csv", lines.joined())
        let (split, leftOut) = pairs.unseen(try SplitSpec.file(path: file).resolve(data.ratings), of: data.ratings)
        let own = try SplitSpec.seed(42).resolve(data.ratings)
        #expect(leftOut == own.trainingRows.count && split.trainingRows.isEmpty)
        let all = try Evaluation(model, data, split, candidates: .all, trainedOn: pairs)
        #expect(try all.ranking == Evaluation(model, data, own, candidates: .all).ranking)
        #expect(try all.ranking != Evaluation(model, data, split, candidates: .all).ranking)
    }

    @Test func withoutTestRowsThereIsNothingToRank() throws {
        let data = try Sample.data()
        let model = try Self.factors(data)
        let error = #expect(throws: TrainingError.self) {
            _ = try Evaluation(model, data, SplitSpec.none.resolve(data.ratings), candidates: .all)
        }
        #expect(error?.code == .unsuitableData)
    }
}
