import RankCore
import RankEngine
import TestSupport
import Testing

@Suite("Golden scores through the plan and kernel that serve")
struct GoldenQueryTests {
    /// Every plan with every kernel.
    private static func rankers(_ model: RankModel) throws -> [EmbeddingRanker] {
        try ScoringPlan.allCases.flatMap { plan in
            try Kernel.supported.map { try model.makeRanker(plan: plan, kernel: $0) }
        }
    }

    private static func load(_ raw: RawModel) throws -> RankModel {
        let directory = try TemporaryDirectory()
        try writeFile(directory.file("model"), raw.sealed())
        return try RankModel.load(path: directory.file("model"))
    }

    @Test(arguments: ["every_term", "dot_only", "linear"]
    )
    func everyPlanAndKernelReproducesThemWithIdsOfEveryKind(fixture: String) throws {
        let model = try Self.load(RawModel(fixture: fixture))
        for ranker in try Self.rankers(model) {
            #expect(try ranker.reproduceGoldens() == model.goldenCount)
        }
    }

    @Test(arguments: ["every_term", "dot_only", "linear"])
    func row0IsAskedForByAnIdThatIsUnknown(fixture: String) throws {
        let ranker = try Self.load(RawModel(fixture: fixture)).makeRanker()
        // Every writer's last pair is (0, 0).
        let query = try #require(ranker.goldenQueries.last)
        let position = try #require(query.expectations.first?.position)
        let isUnknown =
            switch query.ids {
            case .numbers(let user, let candidates):
                try ranker.rank(candidates, for: user, unknownIDs: .fallback).first { $0.position == position }?
                    .isUnknown
            case .texts(let user, let candidates):
                try ranker.rank(candidates, for: user, unknownIDs: .fallback).first { $0.position == position }?
                    .isUnknown
            }
        #expect(isUnknown == true)
    }

    @Test
    func aRankerThatIsWrongInTheLastBitOfOnePlaceOfItsListsIsFoundAndNamedWithPlanAndKernel() throws {
        let model = try Self.load(RawModel(fixture: "every_term"))
        for place in [0, 7, 16, 31, 32] {
            let liar = AlteredRanker(try model.makeRanker(plan: .factored, kernel: .scalar), flippingLastBitAt: place)
            let error = try #require(throws: EngineError.self) { try liar.reproduceGoldens() }
            #expect(error.code == .selfCheckFailed)
            for text in ["plan factored", "kernel scalar", "user ", "candidate ", "must score"] {
                #expect(error.message.contains(text), "\(error.message)")
            }
        }
        #expect(try AlteredRanker(model.makeRanker(), flippingLastBitAt: 33).reproduceGoldens() == model.goldenCount)
    }

    @Test
    func asManyAsAFileMayHaveAreReproducedTheLastOneIsLookedAtToo() throws {
        var raw = try RawModel(fixture: "every_term")
        for name in ["golden.user_rows", "golden.candidate_rows", "golden.scores"] {
            raw[name].bytes = Array(repeatElement(raw[name].bytes, count: 256).joined())
            raw[name].shape = [65_536]
        }
        let ranker = try Self.load(raw).makeRanker()
        #expect(try ranker.reproduceGoldens() == 65_536)
        raw["golden.scores"].bytes[65_535 * 4] ^= 1
        let error = try #require(throws: EngineError.self) { try Self.load(raw) }
        #expect(error.message.contains("golden scores: pair 65535"), "\(error.message)")
    }
}
