import RankCore
import RankEngine
import RankProtocol
import RankService
import TestSupport
import Testing

@Suite(
    "A reply with top k, certified, is that of scoring every candidate",
    .enabled(if: Kernel.best.hasBounds, "this CPU has no kernel for bounds")
)
struct CertifiedReplyTests {
    /// The rankers of one model.
    private static func rankers() throws -> (plain: EmbeddingRanker, certified: EmbeddingRanker) {
        let model = try TestModel.load()
        return (try model.makeRanker(), try model.makeRanker(topKPlan: .certified))
    }

    private static let ids = (0..<1_500).map { UInt64($0 * 7 % 1_700) }

    @Test func everyPolicyAndSliceGivesTheSameEntries() throws {
        let (plain, certified) = try Self.rankers()
        #expect(certified.leavesOut(of: 1_500, wanted: 10))
        for policy in [UnknownIDPolicy.fallback, .omit, .fail] {
            for topK in [0, 1, 10, 300, 1_400, 5_000] as [UInt32] {
                var parameters = ScoreParameters()
                parameters.unknownIDs = policy
                parameters.topK = topK
                let frame = Requests.score(
                    queries: [(42, Self.ids), (43, Array(Self.ids.prefix(40))), (5_000, Self.ids), (44, [])],
                    parameters: parameters
                )
                let expected = try Self.reply(to: frame, by: plain)
                for budget in [50, 137, 1_000, Int.max] {
                    let found = try Self.reply(to: frame, by: certified, budget: budget)
                    #expect(found.queries == expected.queries, "\(policy), top \(topK), slices of \(budget)")
                    #expect(found.status == expected.status)
                    #expect(found.error?.message == expected.error?.message)
                }
            }
        }
    }

    @Test func aListCutByItsDeadlineHasTheBestOfWhatWasScored() throws {
        let (plain, certified) = try Self.rankers()
        var parameters = ScoreParameters()
        parameters.topK = 10
        parameters.unknownIDs = .fallback
        let frame = Requests.score(
            user: 42,
            candidates: Self.ids.map { $0 % 1_600 },
            parameters: parameters,
            flags: .allowPartial,
            remaining: 2_500
        )
        // A millisecond a slice: three slices of 300 are in time.
        let expected = try Self.reply(to: frame, by: plain, budget: 300, slice: 1_000_000)
        let found = try Self.reply(to: frame, by: certified, budget: 300, slice: 1_000_000)
        #expect(found.queries == expected.queries)
        #expect(found.queries.first?.coverage == 0.6)
        #expect(found.queries.first?.flags.contains(.partial) == true)
    }

    @Test func candidatesThatAreLeftOutCountAsScored() throws {
        let (_, certified) = try Self.rankers()
        var parameters = ScoreParameters()
        parameters.topK = 10
        parameters.unknownIDs = .fallback
        let frame = Requests.score(user: 42, candidates: Self.ids.map { $0 % 1_600 }, parameters: parameters)
        let job = ScoreJob()
        let reply = try Self.reply(to: frame, by: certified, job: job)
        #expect(job.scoredCount == 1_500)
        #expect(reply.queries.first?.coverage == 1)
    }

    @Test func infoNamesThePlan() throws {
        let (plain, certified) = try Self.rankers()
        let info = try Self.reply(to: Requests.plain(.info), by: certified).pairs["top_k_plan"]
        #expect(info?.hasPrefix("certified, ") == true)
        #expect(try Self.reply(to: Requests.plain(.info), by: plain).pairs["top_k_plan"] == "plain")
    }

    private static func reply(
        to frame: [UInt8],
        by ranker: EmbeddingRanker,
        budget: Int = .max,
        slice: UInt64 = 0,
        job: ScoreJob = ScoreJob()
    ) throws -> DecodedReply {
        let clock = TestClock()
        let state = WorkerState(limits: .default, info: ranker.info, startTime: clock.now)
        var handler = RequestHandler(ranker: ranker, state: state, software: "test 1")
        guard case .request(let request) = handler.examine(frame.span.bytes) else {
            return try DecodedReply(handler.reply)
        }
        job.begin(request, arrival: clock.now, now: clock.now, model: handler.model)
        while !handler.advance(
            job,
            request,
            frame.span.bytes,
            budget: budget,
            now: clock.now,
            clock: { clock.now }
        ) {
            clock.now += slice
        }
        return try job.withReply { try DecodedReply($0) }
    }
}
