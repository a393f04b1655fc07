import RankCore
import RankEngine
import RankSystem
import TestSupport
import Testing

@Suite("Rankers: errors, flags, order")
struct RankerErrorTests {
    private let directory: TemporaryDirectory
    private let model: RankModel

    init() throws {
        directory = try TemporaryDirectory()
        try ModelSpec().draft().write(to: directory.file("model"))
        model = try RankModel.load(path: directory.file("model"))
    }

    private func ask(
        _ ranker: any Ranker,
        _ query: RankQuery,
        _ range: Range<Int>,
        room: Int = 8
    ) -> EngineError? {
        var scores = [Float](repeating: 0, count: room)
        var unknown = [Bool](repeating: false, count: room)
        return scores.withUnsafeMutableBufferPointer { scores in
            unknown.withUnsafeMutableBufferPointer { unknown in
                engineError { _ = try ranker.score(query, candidates: range, scores: scores, unknown: unknown) }
            }
        }
    }

    @Test func queriesThatDoNotFit() throws {
        let ranker = try model.makeRanker()
        let bytes = [UInt8](repeating: 0, count: 32)
        bytes.withUnsafeBytes { bytes in
            let numbers = RankQuery(user: .number(1), candidates: .numbers(bytes))
            #expect(ask(ranker, numbers, 0..<4) == nil)
            #expect(ask(ranker, numbers, 4..<4) == nil)
            #expect(ask(ranker, numbers, 0..<5)?.code == .invalidQuery)
            #expect(ask(ranker, numbers, -1..<2)?.code == .invalidQuery)
            #expect(ask(ranker, numbers, 0..<4, room: 3)?.code == .invalidQuery)
            #expect(
                ask(ranker, RankQuery(user: .text(bytes), candidates: .numbers(bytes)), 0..<4)?.code == .invalidQuery
            )
            let texts = RankQuery.Candidates.texts(offsets: bytes, text: bytes)
            #expect(ask(ranker, RankQuery(user: .number(1), candidates: texts), 0..<4)?.code == .invalidQuery)
            let features = RankQuery(user: .number(1), candidates: .numbers(bytes), features: bytes, featureCount: 2)
            #expect(ask(ranker, features, 0..<4)?.code == .invalidQuery)
        }
    }

    @Test func textsThatDoNotLieInTheText() throws {
        let ranker = try RankModel.load(path: "\(fixtures)/model/dot_only.rank").makeRanker()
        let offsets: [UInt32] = [0, 4, 2, 5, .max]
        let text = Array("abcdefgh".utf8)
        offsets.withUnsafeBytes { offsets in
            text.withUnsafeBytes { text in
                let query = RankQuery(user: .text(text), candidates: .texts(offsets: offsets, text: text))
                #expect(ask(ranker, query, 0..<1) == nil)
                #expect(ask(ranker, query, 0..<2)?.position == 1)
                #expect(ask(ranker, query, 2..<3) == nil)
                #expect(ask(ranker, query, 2..<4)?.position == 3)
            }
        }
    }

    @Test func aScoreThatIsNotFiniteIsAnErrorThatNamesIt() throws {
        var draft = ModelSpec(candidates: 600, hidden: nil, dotProduct: true).draft()
        for index in 0..<8 {
            // Row 599 is in no golden pair with user 4: only a request reaches it.
            draft.users.embedding[4 * 8 + index] = 1e20
            draft.candidates.embedding[77 * 8 + index] = 3e20
        }
        draft.users.ids = .numbers([0, 1, 2, 3, 4])
        let path = directory.file("large")
        let error = engineError { try draft.write(to: path) }
        if error != nil { #expect(error?.code == .scoreNotFinite) }
        try #require(error == nil)
        for kernel in Kernel.supported {
            let ranker = try RankModel.load(path: path).makeRanker(kernel: kernel)
            let ids = (0..<600).map { UInt64($0) }
            let failure = engineError { _ = try ranker.rank(ids, for: 4, unknownIDs: .fallback) }
            #expect(failure?.code == .scoreNotFinite)
            #expect(failure?.position == 77)
            #expect(failure?.message.contains("id 77") == true)
            #expect(try ranker.rank(ids, for: 3, unknownIDs: .fallback).count == 600)
        }
    }

    @Test func ranksAndFlags() throws {
        let ranker = try model.makeRanker()
        let all = try ranker.rank([1, 5, 900, 5, 0], for: 2, unknownIDs: .fallback)
        #expect(all.count == 5)
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.score >= $1.score })
        #expect(all.filter(\.isUnknown).map(\.id) == [0, 900])
        let fives = all.filter { $0.id == 5 }
        #expect(fives.map(\.position) == [1, 3])
        #expect(
            try ranker.rank([1, 5, 900, 5, 0], for: 2, top: 2, unknownIDs: .fallback).map(\.position)
                == all.prefix(2).map(\.position)
        )
        #expect(try ranker.rank([], for: 2, top: 2, unknownIDs: .fallback).isEmpty)
        #expect(engineError { _ = try ranker.rank(["1"], for: "2") }?.code == .invalidQuery)
        #expect(engineError { _ = try ranker.rank([1], for: 2, top: 0) }?.code == .invalidQuery)
        #expect(all.model == model.modelID && all.profile == ranker.info.profile && all.coverage == 1)
    }

    @Test func refusesUnknownIDsUnlessToldOtherwise() throws {
        let ranker = try model.makeRanker()
        let ids: [UInt64] = [1, 5, 900, 5, 0]
        let candidate = engineError { _ = try ranker.rank(ids, for: 2) }
        #expect(candidate?.code == .unknownID && candidate?.position == 2)
        #expect(candidate?.message == "the candidate 900 is unknown to this model")
        let user = engineError { _ = try ranker.scores(of: [1], for: 900) }
        #expect(user?.code == .unknownID && user?.position == nil)

        let whole = try ranker.scores(of: ids, for: 2, unknownIDs: .fallback)
        #expect(whole.unknownPositions == [2, 4] && whole.allSatisfy(\.isFinite))
        let kept = try ranker.scores(of: ids, for: 2, unknownIDs: .omit)
        #expect(kept.omittedPositions == [2, 4] && kept.unknownPositions.isEmpty && kept.coverage == 0.6)
        #expect(kept.scores.filter { !$0.isNaN } == [whole[0], whole[1], whole[3]])
        let best = try ranker.rank(ids, for: 2, unknownIDs: .omit)
        #expect(Set(best.map(\.position)) == [0, 1, 3] && best.coverage == 0.6)
        let nobody = try ranker.rank(ids, for: 900, unknownIDs: .omit)
        #expect(nobody.isEmpty && nobody.isUserUnknown && nobody.coverage == 0)
    }

    @Test func describesItself() throws {
        let ranker = try model.makeRanker(plan: .userOnce, kernel: .scalar)
        let facts = Dictionary(uniqueKeysWithValues: ranker.info.facts.map { ($0.key, $0.value) })
        #expect(facts["plan"] == "user-once")
        #expect(facts["kernel"] == "scalar")
        #expect(facts["user_ids"] == "1-4")
        #expect(facts["candidate_ids"] == "1-22")
        #expect(facts["claimed_test_rmse"] == nil)
        #expect(ranker.info.modelID == model.modelID)
        #expect(ranker.info.prior == 0.5)
    }

    @Test func plansFollowTheBudget() throws {
        let bytes = (5 + 23) * 16 * 4
        #expect(ScoringPlan.factored.tableBytes(model.shape) == bytes)
        #expect(try model.makeRanker(memoryBudget: bytes).plan == .factored)
        #expect(try model.makeRanker(memoryBudget: bytes - 1).plan == .userOnce)
        #expect(try model.makeRanker(plan: .direct).plan == .direct)
    }

    @Test func kernelsByName() throws {
        #expect(try Kernel.named("scalar") == .scalar)
        for kernel in Kernel.supported { #expect(try Kernel.named(kernel.description) == kernel) }
        for name in ["sse9", "", "AVX2", "scalar-skip", "portable-skip", "avx2-skip", "-skip", "avx512-skip-skip"] {
            #expect(engineError { _ = try Kernel.named(name) }?.code == .kernelUnavailable)
        }
        let all = Set(["scalar", "portable", "neon", "avx2", "avx512", "avx512-skip"])
        for name in all.subtracting(Kernel.supported.map(\.description)) {
            let error = engineError { _ = try Kernel.named(name) }
            #expect(error?.code == .kernelUnavailable)
            #expect(error?.message.contains("this CPU cannot run") == true)
        }
    }

    @Test func theEnvironmentForcesNoKernel() async {
        await #expect(processExitsWith: .success) {
            setenv("RANK_KERNEL", "none-such", 1)
            guard try RankModel.load(path: "\(fixtures)/model/dot_only.rank").makeRanker().kernel == .best else {
                exit(1)
            }
            exit(0)
        }
    }
}
