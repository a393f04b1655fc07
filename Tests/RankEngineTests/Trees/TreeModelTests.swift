import RankCore
import RankEngine
import TestSupport
import Testing

@Suite("Ensembles of trees")
struct TreeModelTests {
    @Test(arguments: TreeFixture.all, Kernel.supported)
    func everyRowScoresAsTheIndependentWalk(_ fixture: TreeFixture, _ kernel: Kernel) throws {
        let ranker = try TreeModel.load(path: fixture.path).makeRanker(kernel: kernel)
        let (rows, expected) = try fixture.expected()
        let found = try scores(of: ranker, rows)
        #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
        for row in expected.indices {
            let alone = try scores(of: ranker, Array(rows[(row * fixture.width)..<((row + 1) * fixture.width)]))
            #expect(alone.map(\.bitPattern) == [expected[row].bitPattern], "row \(row)")
        }
        #expect(try ranker.reproduceGoldens() >= 40)
    }

    @Test(arguments: TreeFixture.all, Kernel.supported)
    func aPartOfAListHasTheSameBits(_ fixture: TreeFixture, _ kernel: Kernel) throws {
        let ranker = try TreeModel.load(path: fixture.path).makeRanker(kernel: kernel)
        let (rows, expected) = try fixture.expected()
        for part in [0..<0, 0..<1, 7..<50, 119..<120] {
            let found = try scores(of: ranker, rows, in: part)
            #expect(found.map(\.bitPattern) == expected[part].map(\.bitPattern))
        }
    }

    @Test func whatAModelSaysOfItself() throws {
        let model = try TreeModel.load(path: TreeFixture.all[0].path)
        #expect(model.shape.treeCount == 22)
        #expect(model.shape.featureCount == 6)
        #expect(model.shape.depth == 6)
        #expect(model.shape.leafCount == model.shape.nodeCount + 22)
        #expect(model.queryColumns == [0, 3])
        #expect(model.objective == "rank:ndcg")
        #expect(model.output == .margin)
        #expect(model.goldenCount == 40)
        #expect(model.metadata.proof == .source(.init(source: "make_trees.py", maximumDifference: 0)))
        let info = try model.makeRanker().info
        #expect(info.profile == .treeSum)
        #expect(info.featureCount == 6)
        #expect(info.takesMissingFeatures)
        #expect(info.prior == 0.125)
        let facts = Dictionary(uniqueKeysWithValues: info.facts)
        #expect(facts["architecture"] == "tree-ensemble/1")
        #expect(facts["objective"] == "rank:ndcg")
        #expect(facts["missing_features"] == "accepted")
        #expect(facts["proof"] == "source make_trees.py")

        let texts = try TreeModel.load(path: TreeFixture.all[1].path)
        #expect(texts.featureNames == ["age", "genre", "gewicht in µg", "country"])
        #expect(texts.output == .logistic(0.7))
        #expect(texts.hasTextIDs && texts.sumsDoubles)
        #expect(texts.shape.categoricalNodes > 0)
        let names = try texts.makeRanker().info.facts.first { $0.key == "feature_names" }
        #expect(names?.value.hasPrefix("age,") == true)
    }

    @Test func oneDoorLoadsEveryFamily() throws {
        for placement in [nil, RankModel.Placement.mapped, .copied] {
            let trees = try LoadedModel.load(path: TreeFixture.all[0].path, placement: placement)
            guard case .trees(let model) = trees else { throw EngineTestFailure.wrongFamily }
            #expect(trees.modelID == model.modelID)
            #expect(try trees.makeRanker() is TreeRanker)
        }
        let path = "\(fixtures)/model/every_term.rank"
        guard case .embeddings(let model) = try LoadedModel.load(path: path) else {
            throw EngineTestFailure.wrongFamily
        }
        #expect(model.modelID == (try RankModel.load(path: path)).modelID)
    }

    @Test func aDoorOfOneFamilyRefusesTheOther() throws {
        let network = engineError { _ = try RankModel.load(path: TreeFixture.all[0].path) }
        #expect(network?.code == .modelRefused)
        #expect(network?.message.contains("\"tree-ensemble/1\", an ensemble of trees") == true)
        let trees = engineError { _ = try TreeModel.load(path: "\(fixtures)/model/every_term.rank") }
        #expect(trees?.message.contains("this version reads \"tree-ensemble/1\"") == true)
    }

    @Test func equalScoresAreOrderedByID() throws {
        let ranker = try TreeModel.load(path: TreeFixture.all[0].path).makeRanker()
        let row = [Float](repeating: 0.5, count: 6)
        let list = try ranker.rank([9, 4, 7], for: 1, features: row + row + row)
        #expect(list.entries.map(\.id) == [4, 7, 9])
        #expect(!list.isUserUnknown)
    }

    @Test(arguments: Kernel.supported)
    func featuresOfTheQueryAreThoseOfEveryCandidate(_ kernel: Kernel) throws {
        let fixture = TreeFixture.all[0]
        let ranker = try TreeModel.load(path: fixture.path).makeRanker(kernel: kernel)
        let rows = try fixture.expected().rows
        for count in [1, 16, 100] {
            let ids = (0..<UInt64(count)).map { $0 }
            // Columns 0 and 3 are the first row's in every row.
            let whole = (0..<(6 * count)).map { [0, 3].contains($0 % 6) ? rows[$0 % 6] : rows[$0] }
            let others = whole.enumerated().filter { ![0, 3].contains($0.offset % 6) }.map(\.element)
            let repeated = try ranker.scores(of: ids, for: 1, features: whole)
            let once = try ranker.scores(of: ids, for: 1, features: others, queryFeatures: [rows[0], rows[3]])
            #expect(once.map(\.bitPattern) == repeated.map(\.bitPattern))
        }
        let few = engineError { _ = try ranker.scores(of: [1], for: 1, features: [1, 2, 3, 4, 5], queryFeatures: [1]) }
        #expect(
            few?.message
                == "the request has 1 features of the query and 5 per candidate, this model wants 2 and 4, or 6 per "
                + "candidate"
        )
    }

    @Test func aMissingFeatureIsNamedByItsColumn() throws {
        let ranker = try TreeModel.load(path: TreeFixture.all[2].path).makeRanker()
        let ofQuery = engineError { _ = try ranker.scores(of: [1], for: 1, features: [1], queryFeatures: [.nan]) }
        #expect(ofQuery?.message.hasPrefix("feature 1 of the query is missing (NaN)") == true)
        let ofRow = engineError { _ = try ranker.scores(of: [1, 2], for: 1, features: [1, .nan], queryFeatures: [1]) }
        #expect(ofRow?.message.hasPrefix("feature 0 of candidate 1 is missing (NaN)") == true)
    }

    @Test func queriesThatDoNotFitAreRefused() throws {
        let numbers = try TreeModel.load(path: TreeFixture.all[2].path).makeRanker()
        let texts = try TreeModel.load(path: TreeFixture.all[1].path).makeRanker()
        let width = engineError { _ = try numbers.rank([1, 2], for: 1, features: [1, 2, 3, 4, 5, 6]) }
        #expect(width?.message == "the request has 3 features for each candidate; this model wants 2")
        #expect(engineError { _ = try numbers.rank([1], for: 1) }?.code == .invalidQuery)
        #expect(engineError { _ = try numbers.rank(["a"], for: "b", features: [1, 2]) }?.code == .invalidQuery)
        #expect(engineError { _ = try texts.rank([1], for: 2, features: [1, 2, 3, 4]) }?.code == .invalidQuery)
        let missing = engineError { _ = try numbers.rank([1, 2], for: 1, features: [1, 2, 3, .nan]) }
        #expect(missing?.message.hasPrefix("feature 1 of candidate 1 is missing (NaN)") == true)
        #expect(missing?.position == 1)
        #expect(try numbers.rank([UInt64](), for: 1).entries.isEmpty)
    }

    enum EngineTestFailure: Error { case wrongFamily }

    /// The scores of rows, as many as there are or those of a part.
    private func scores(of ranker: TreeRanker, _ rows: [Float], in part: Range<Int>? = nil) throws -> [Float] {
        let count = rows.count / ranker.info.featureCount
        let ids = (0..<UInt64(count)).map { $0 }
        guard let part else {
            return ranker.info.hasTextIDs
                ? try ranker.scores(of: ids.map { "\($0)" }, for: "u", features: rows).scores
                : try ranker.scores(of: ids, for: 1, features: rows).scores
        }
        var (scores, unknown) = (
            [Float](repeating: .nan, count: part.count), [Bool](repeating: true, count: part.count)
        )
        let texts = [UInt32](repeating: 0, count: count + 1)
        try ids.withUnsafeBytes { ids in
            try texts.withUnsafeBytes { offsets in
                // The first byte of the rows is at an odd address, as in a frame that is not aligned.
                try ([0] + rows.withUnsafeBytes(Array.init)).withUnsafeBytes { bytes in
                    let query = RankQuery(
                        user: ranker.info.hasTextIDs ? .text(UnsafeRawBufferPointer(start: nil, count: 0)) : .number(1),
                        candidates: ranker.info.hasTextIDs
                            ? .texts(offsets: offsets, text: UnsafeRawBufferPointer(start: nil, count: 0))
                            : .numbers(ids),
                        features: UnsafeRawBufferPointer(rebasing: bytes[1...]),
                        featureCount: ranker.info.featureCount
                    )
                    _ = try scores.withUnsafeMutableBufferPointer { scores in
                        try unknown.withUnsafeMutableBufferPointer { unknown in
                            try ranker.score(query, candidates: part, scores: scores, unknown: unknown)
                        }
                    }
                }
            }
        }
        #expect(!unknown.contains(true))
        return scores
    }
}
