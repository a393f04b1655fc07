import RankCore
import RankEngine
import TestSupport
import Testing

@Suite("Catalogues that are mixed, and models that are copied")
struct MixedCatalogueTests {
    private static let spec = ModelSpec(
        candidates: 9,
        userDimensions: 64,
        candidateDimensions: 64,
        hidden: [40, 16],
        dotProduct: true,
        userBias: true,
        candidateBias: true,
        mean: true
    )

    private static func write(_ draft: ModelDraft, in directory: TemporaryDirectory) throws -> RankModel {
        try draft.write(to: directory.file("model"))
        return try RankModel.load(path: directory.file("model"))
    }

    @Test
    func moreItemsThanAreMadeAtATimeAModelThatProvesItselfAndScoresAlikeUnderEveryPlan() throws {
        let directory = try TemporaryDirectory()
        var draft = Self.spec.draft()
        draft.metadata.claimedTestRMSE = 0.25
        draft.users.ids = .numbers([0, 11, 22, 33, 1 << 60])
        draft.candidates.ids = .numbers([0, 5, 6, 7, 8, 9, 10, 11, 12])
        let model = try Self.write(draft, in: directory)
        let path = directory.file("large")
        let id = try mixedCatalogue(model, candidates: 70_000, seed: 1).write(to: path)
        let large = try RankModel.load(path: path)
        #expect(large.modelID == id)
        var shape = model.shape
        shape.candidateRows = 70_001
        #expect(large.shape == shape)
        #expect(large.candidates.kind == .identity)
        #expect(large.users.row(ofText: "\(1 << 60)") == 4)
        #expect(large.metadata.claimedTestRMSE == nil)
        #expect(large.metadata.fingerprint["data"].hasPrefix("synthetic catalogue of 70000 items"))
        let ids: [UInt64] = [1, 2, 65_535, 65_536, 65_537, 69_999, 70_000, 70_001, 0]
        let oracle = try large.makeRanker(plan: .direct, kernel: .scalar).rank(ids, for: 22, unknownIDs: .fallback)
        #expect(oracle.filter(\.isUnknown).map(\.id) == [0, 70_001])
        for plan in ScoringPlan.allCases {
            let ranker = try large.makeRanker(plan: plan)
            #expect(try ranker.reproduceGoldens() == large.goldenCount)
            let found = try ranker.rank(ids, for: 22, unknownIDs: .fallback)
            #expect(found.map(\.score.bitPattern) == oracle.map(\.score.bitPattern))
        }
        // The scores of unknown ids are unchanged.
        let unknown = try model.makeRanker().rank([0], for: 22, unknownIDs: .fallback)
        #expect(oracle.first { $0.id == 0 }?.score.bitPattern == unknown[0].score.bitPattern)
    }

    @Test
    func theSameModelNumberAndMixturesGiveTheSameBytesOtherMixturesDoNot() throws {
        let directory = try TemporaryDirectory()
        let model = try Self.write(Self.spec.draft(), in: directory)
        let paths = ["a", "b", "c"].map(directory.file)
        for (path, seed) in zip(paths, [3, 3, 4]) {
            _ = try mixedCatalogue(model, candidates: 500, seed: seed).write(to: path)
        }
        let bytes = try paths.map(readFile)
        #expect(bytes[0] == bytes[1])
        #expect(bytes[0] != bytes[2])
    }

    @Test func refusals() throws {
        let directory = try TemporaryDirectory()
        let model = try Self.write(Self.spec.draft(), in: directory)
        for count in [0, -1, (1 << 32) - 1, .max] {
            #expect(engineError { _ = try mixedCatalogue(model, candidates: count, seed: 1) }?.code == .invalidModel)
        }
        let empty = try Self.write(ModelSpec(candidates: 1).draft(), in: directory)
        #expect(engineError { _ = try mixedCatalogue(empty, candidates: 5, seed: 1) }?.code == .invalidModel)
        var draft = ModelSpec(users: 2, candidates: 3).draft()
        draft.users.ids = .texts(["", "u"])
        draft.candidates.ids = .texts(["", "a", "b"])
        let text = try Self.write(draft, in: directory)
        #expect(engineError { _ = try mixedCatalogue(text, candidates: 5, seed: 1) }?.code == .invalidModel)
        let catalogue = try mixedCatalogue(model, candidates: 5, seed: 1)
        #expect(engineError { _ = try catalogue.write(to: "/nonexistent/model") }?.code == .cannotWrite)
    }

    // MARK: Copies

    @Test
    func aCopyScoresWithTheSameBitsWhateverBecomesOfTheFile() throws {
        let directory = try TemporaryDirectory()
        let small = try Self.write(Self.spec.draft(), in: directory)
        let path = directory.file("large")
        _ = try mixedCatalogue(small, candidates: 20_000, seed: 1).write(to: path)
        let ids = (0...20_000 as ClosedRange<UInt64>).map { $0 }
        let expected = try RankModel.load(path: path).makeRanker().rank(ids, for: 1, unknownIDs: .fallback)
        let copy = try RankModel.load(path: path, placement: .copied)
        let mapped = try RankModel.load(path: directory.file("model"), placement: .mapped)
        #expect(copy.placement == .copied && small.placement == .copied && mapped.placement == .mapped)
        try writeFile(path, [1, 2, 3])
        let ranker = try copy.makeRanker()
        #expect(ranker.info.facts.first { $0.key == "weights" }?.value == "copied")
        let mappedFacts = try mapped.makeRanker().info.facts
        #expect(mappedFacts.first { $0.key == "weights" }?.value == "mapped")
        let found = try ranker.rank(ids, for: 1, unknownIDs: .fallback)
        #expect(found.map(\.score.bitPattern) == expected.map(\.score.bitPattern))
        #expect(found.map(\.id) == expected.map(\.id))
    }

    @Test
    func aCopyProvesItselfLikeAMappedFile() throws {
        let directory = try TemporaryDirectory()
        _ = try Self.write(Self.spec.draft(), in: directory)
        let whole = try readFile(directory.file("model"))
        var changed = whole
        changed[whole.count / 2] ^= 1
        for (bytes, code) in [
            ([], .modelRefused), (Array(whole.dropLast()), .modelRefused), (changed, .modelRefused),
        ] as [([UInt8], EngineError.Code)] {
            try writeFile(directory.file("other"), bytes)
            let error = engineError { _ = try RankModel.load(path: directory.file("other"), placement: .copied) }
            #expect(error?.code == code)
            #expect(error?.message.contains(directory.file("other")) == true)
        }
        for path in ["/nonexistent/model", "/dev/null", directory.file(".")] {
            #expect(engineError { _ = try RankModel.load(path: path, placement: .copied) }?.code == .cannotRead)
        }
    }

    @Test func loadTimes() throws {
        let directory = try TemporaryDirectory()
        let model = try Self.write(Self.spec.draft(), in: directory)
        #expect(model.loadTimes.byteCount == (try readFile(directory.file("model")).count))
        #expect(model.loadTimes.digest > .zero && model.loadTimes.digest < model.loadTimes.total)
    }
}

/// A catalogue whose mixtures are decided by a number.
func mixedCatalogue(_ model: RankModel, candidates: Int, seed: Int) throws(EngineError) -> MixedCatalogue {
    let count = model.shape.candidateRows - 1
    return try MixedCatalogue(model, candidates: candidates) { item in
        RowMixture(first: 1 + item % count, second: 1 + item / 7 % count, part: Float((item + seed) % 11) / 11)
    }
}
