import RankCore
import RankEngine
import Testing

@Suite("Ensembles of trees: self-check")
struct TreeSelfCheckTests {
    @Test(arguments: TreeFixture.all)
    func goldenRowsAreScoredInEachLayout(_ fixture: TreeFixture) throws {
        let model = try TreeModel.load(path: fixture.path)
        let ranker = try model.makeRanker()
        let queries = ranker.goldenQueries
        let ordinary = queries.filter(\.queryFeatures.isEmpty)
        let once = queries.filter { !$0.queryFeatures.isEmpty }
        #expect(ordinary.map(\.expectations.count).reduce(0, +) == model.goldenCount)
        #expect(once.isEmpty == model.queryColumns.isEmpty)
        for lists in [ordinary, once] where !lists.isEmpty {
            #expect(lists.contains { candidates(of: $0) == 1 } && lists.contains { candidates(of: $0) > 512 })
        }
        // A row's features of the query are those of its own in every other place.
        for query in once { #expect(query.expectations.count >= (candidates(of: query) + 1) / 2) }
        #expect(try ranker.reproduceGoldens() == queries.map(\.expectations.count).reduce(0, +))
    }

    @Test(arguments: [true, false])
    func aKernelThatIsWrongInOneLayoutIsFound(_ isOfOnce: Bool) throws {
        let fixture = try #require(TreeFixture.all.first)
        for longerThan in [0, 512] {
            let ranker = OneSidedRanker(
                try TreeModel.load(path: fixture.path).makeRanker(),
                isWrongOnce: isOfOnce,
                longerThan: longerThan
            )
            let error = try #require(throws: EngineError.self) { try ranker.reproduceGoldens() }
            #expect(error.code == .selfCheckFailed)
            #expect(error.message.contains("given once") == isOfOnce, "\(error.message)")
        }
    }

    private func candidates(of query: GoldenQuery) -> Int {
        switch query.ids {
        case .numbers(_, let candidates): candidates.count
        case .texts(_, let candidates): candidates.count
        }
    }
}

/// A ranker of trees whose scores are wrong in one layout of the features, from a length of lists on.
private final class OneSidedRanker: Ranker {
    private let honest: TreeRanker
    private let isWrongOnce: Bool
    private let longerThan: Int

    init(_ honest: TreeRanker, isWrongOnce: Bool, longerThan: Int) {
        self.honest = honest
        self.isWrongOnce = isWrongOnce
        self.longerThan = longerThan
    }

    var info: RankerInfo { honest.info }
    var goldenQueries: [GoldenQuery] { honest.goldenQueries }

    func score(
        _ query: RankQuery,
        candidates: Range<Int>,
        scores: UnsafeMutableBufferPointer<Float>,
        unknown: UnsafeMutableBufferPointer<Bool>
    ) throws(EngineError) -> ScoreOutcome {
        let outcome = try honest.score(query, candidates: candidates, scores: scores, unknown: unknown)
        if (query.queryFeatureCount > 0) == isWrongOnce, candidates.count > longerThan {
            for index in 0..<candidates.count { scores[index] = scores[index].nextUp }
        }
        return outcome
    }
}
