import RankCore
import RankEngine
import TestSupport
import Testing

@Suite("The profile fp32-unfused")
struct UnfusedProfileTests {
    private static let specs: [ModelSpec] = ModelSpec.Values.allCases.flatMap { values in
        (20..<26).map { ModelSpec.random(seed: $0, values: values) }
    }

    @Test(arguments: ScoringPlan.allCases)
    func infoNamesItWhateverThePlanTheGoldensAreThoseOfFp32Fma(_ plan: ScoringPlan) throws {
        let model = try RankModel.load(path: "\(fixtures)/model/every_term.rank")
        let ranker = try model.makeRanker(plan: plan, kernel: .portable)
        #expect(ranker.kernel == .portable)
        #expect(ranker.info.profile == .fp32Unfused)
        let facts = Dictionary(uniqueKeysWithValues: ranker.info.facts.map { ($0.key, $0.value) })
        #expect(facts["profile"] == "fp32-unfused")
        #expect(facts["kernel"] == "portable")
        #expect(try model.makeRanker(plan: plan, kernel: .scalar).info.profile == .fp32FMA)
    }

    @Test(arguments: specs)
    func theGoldenScoresAreMetWithinABoundThatIsANumber(_ spec: ModelSpec) throws {
        let directory = try TemporaryDirectory()
        try spec.draft().write(to: directory.file("model"))
        let model = try RankModel.load(path: directory.file("model"))
        for plan in ScoringPlan.allCases {
            let ranker = try model.makeRanker(plan: plan, kernel: .portable)
            #expect(try ranker.reproduceGoldens() == model.goldenCount)
            for query in ranker.goldenQueries {
                #expect(query.expectations.allSatisfy { $0.tolerance > 0 && $0.tolerance.isFinite })
            }
        }
    }

    @Test
    func twoOfItsScoresDifferFromThoseOfFp32FmaItIsAProfileOfItsOwn() throws {
        let directory = try TemporaryDirectory()
        let spec = ModelSpec(users: 3, candidates: 60, userDimensions: 32, candidateDimensions: 32, hidden: [256, 64])
        try spec.draft().write(to: directory.file("model"))
        let model = try RankModel.load(path: directory.file("model"))
        let ids = (0..<60).map { UInt64($0) }
        let lists = try [Kernel.portable, .scalar].map { kernel in
            try model.makeRanker(kernel: kernel).rank(ids, for: 1, unknownIDs: .fallback).sorted {
                $0.position < $1.position
            }
            .map(\.score)
        }
        let distances = zip(lists[0], lists[1]).map { ($0 - $1).magnitude }
        #expect(distances.contains { $0 > 0 })
        #expect(distances.allSatisfy { $0 < 1e-5 })
    }

    @Test
    func aKernelThatIsFurtherOffThanRoundingExplainsIsRefusedWithTheBound() throws {
        let model = try RankModel.load(path: "\(fixtures)/model/every_term.rank")
        let ranker = try model.makeRanker(kernel: .portable)
        #expect(try AlteredRanker(ranker, shiftedBy: 0).reproduceGoldens() == model.goldenCount)
        let shifted = AlteredRanker(ranker, shiftedBy: 1e-3)
        let error = try #require(throws: EngineError.self) { try shifted.reproduceGoldens() }
        #expect(error.code == .selfCheckFailed)
        for text in ["kernel portable", "must score", "within"] {
            #expect(error.message.contains(text), "\(error.message)")
        }
    }
}
