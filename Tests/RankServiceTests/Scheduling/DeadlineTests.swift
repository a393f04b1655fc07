import RankCore
import RankProtocol
import RankService
import TestSupport
import Testing

@Suite("RequestHandler: deadlines and slices")
struct DeadlineTests {
    static let candidates = Array(UInt64(1)...9_000)

    @Test(arguments: [[], RequestFlags.allowPartial])
    func aRequestWhoseTimeWasOverWhenItWasSentIsNotScored(flags: RequestFlags) throws {
        var harness = HandlerHarness()
        let reply = try harness.reply(to: Requests.score(candidates: [1], flags: flags, remaining: 0))
        #expect(reply.status == .deadlineExceeded)
        #expect(harness.ranker.calls.isEmpty)
    }

    @Test
    func theTimeInTheQueueCounts() throws {
        var harness = HandlerHarness()
        let frame = Requests.score(candidates: [1], remaining: 1_000)
        #expect(try harness.reply(to: frame, waited: 999).status == .ok)
        #expect(try harness.reply(to: frame, waited: 1_000).status == .deadlineExceeded)
        #expect(harness.ranker.calls == [0..<1])
    }

    @Test
    func aRequestWithoutADeadlineIsScoredHoweverLongItWaited() throws {
        var harness = HandlerHarness(nanosecondsPerCandidate: 1_000)
        let reply = try harness.reply(to: Requests.score(candidates: Self.candidates), waited: 10_000_000_000)
        #expect(reply.status == .ok)
        #expect(reply.timings.queueMicroseconds == .max)
    }

    @Test
    func atMostOneSliceIsScoredAfterTheDeadline() throws {
        var harness = HandlerHarness(nanosecondsPerCandidate: 1_000)
        let reply = try harness.reply(to: Requests.score(candidates: Self.candidates, remaining: 1_000))
        #expect(reply.status == .deadlineExceeded)
        let slice = try #require(harness.ranker.calls.first).count
        let scored = try #require(harness.ranker.calls.last).upperBound
        #expect(scored >= 1_000 && scored < 1_000 + slice)
        #expect(reply.error?.message.contains("\(scored) of 9000") == true)
    }

    @Test
    func betweenSlicesTheWorkerLooksAfterItsSocketsAndTheSlicesAreWholeAndInOrder() throws {
        var harness = HandlerHarness()
        var pauses = 0
        let reply = try harness.reply(to: Requests.score(candidates: Self.candidates), pause: { pauses += 1 })
        #expect(reply.status == .ok)
        let calls = harness.ranker.calls
        #expect(calls.count > 2)
        #expect(pauses == calls.count - 1)
        #expect(calls.flatMap { Array($0) } == Array(0..<9_000))
    }

    @Test(arguments: [(20, 10_000), (1_000, 200), (100_000, 16)])
    func slicesBecomeShorterWhereCandidatesCostMore(nanoseconds: UInt64, expected: Int) throws {
        var harness = HandlerHarness(nanosecondsPerCandidate: nanoseconds)
        for _ in 0..<100 { _ = try harness.reply(to: Requests.score(candidates: Self.candidates)) }
        harness.ranker.calls.removeAll(keepingCapacity: true)
        _ = try harness.reply(to: Requests.score(candidates: Self.candidates))
        let slice = try #require(harness.ranker.calls.first).count
        #expect(abs(slice - min(expected, 9_000)) <= expected / 50)
    }

    @Test
    func aPartialAnswerWhatWasScoredAndThePriorForTheRest() throws {
        var harness = HandlerHarness(nanosecondsPerCandidate: 1_000)
        let reply = try harness.reply(
            to: Requests.score(candidates: Self.candidates, flags: .allowPartial, remaining: 1_000)
        )
        let scored = try #require(harness.ranker.calls.last).upperBound
        let query = try #require(reply.queries.first)
        #expect(scored < 9_000)
        #expect(query.flags == [.partial])
        #expect(query.coverage == Float(scored) / 9_000)
        #expect(query.entries.count == 9_000)
        for (position, entry) in query.entries.enumerated() {
            let isScored = position < scored
            let score = isScored ? TestRanker.score(Self.candidates[position], user: 42) : TestRanker.prior
            #expect(entry == .init(score: score, position: position, flags: isScored ? [] : .notScored))
        }
    }

    @Test
    func aPartialAnswerOfTheBestWhatWasNotScoredComesLastInRequestOrder() throws {
        var harness = HandlerHarness(nanosecondsPerCandidate: 1_000)
        let topK: UInt32 = 5_000
        let reply = try harness.reply(
            to: Requests.score(
                candidates: Self.candidates,
                parameters: ScoreParameters(topK: topK),
                flags: .allowPartial,
                remaining: 1_000
            )
        )
        let scored = try #require(harness.ranker.calls.last).upperBound
        let query = try #require(reply.queries.first)
        #expect(query.flags == [.partial, .indexed])
        #expect(query.entries.count == Int(topK))
        #expect(query.entries.prefix(scored).allSatisfy { $0.flags.isEmpty })
        #expect(Set(query.positions.prefix(scored)) == Set(0..<scored))
        #expect(query.entries.dropFirst(scored).allSatisfy { $0.flags == .notScored && $0.score == TestRanker.prior })
        #expect(Array(query.positions.dropFirst(scored)) == Array(scored..<Int(topK)))
    }

    @Test
    func laterQueriesOfAPartialAnswerHoldNothingButThePrior() throws {
        var harness = HandlerHarness(nanosecondsPerCandidate: 1_000)
        let reply = try harness.reply(
            to: Requests.score(
                queries: [(1, Self.candidates), (2, [1, 2, 3]), (0, []), (3, [4])],
                flags: .allowPartial,
                remaining: 1_000
            )
        )
        #expect(reply.status == .ok)
        #expect(reply.queries.map(\.candidateCount) == [9_000, 3, 0, 1])
        #expect(reply.queries.map(\.coverage).suffix(3) == [0, 1, 0])
        #expect(reply.queries[1].entries.allSatisfy { $0.flags == .notScored && $0.score == TestRanker.prior })
        #expect(reply.queries[2].flags == [])
    }

    @Test
    func aPartialAnswerUnderOmitLeavesOutTheUnknownOnesThatWereFound() throws {
        var harness = HandlerHarness(nanosecondsPerCandidate: 1_000)
        let candidates = Self.candidates.map { $0 % 2 == 0 ? $0 : 50_000 }
        let reply = try harness.reply(
            to: Requests.score(
                candidates: candidates,
                parameters: ScoreParameters(unknownIDs: .omit),
                flags: .allowPartial,
                remaining: 1_000
            )
        )
        let scored = try #require(harness.ranker.calls.last).upperBound
        let query = try #require(reply.queries.first)
        let known = (0..<scored).filter { TestRanker.isKnown(candidates[$0]) }
        #expect(query.positions == known + Array(scored..<9_000))
        #expect(query.coverage == Float(known.count) / 9_000)
        #expect(query.flags == [.partial, .indexed])
    }
}
