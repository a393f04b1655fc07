import RankCore
import RankProtocol
import RankService
import TestSupport
import Testing

@Suite("RequestHandler: kinds, checks and statuses")
struct RequestHandlerTests {
    static let model = ModelID(bytes: (0..<16).map { UInt8($0 * 17) })

    @Test
    func aReplyNamesItsRequestTheModelAndTheProfile() throws {
        var harness = HandlerHarness()
        let reply = try harness.reply(to: Requests.score(id: .max, candidates: [1, 2, 3]))
        #expect(reply.header.id.rawValue == .max)
        #expect(reply.header.kind == .score)
        #expect(reply.header.model == Self.model)
        #expect(reply.header.profile == .fp32FMA)
        #expect(reply.header.flags == [])
    }

    @Test(arguments: [RequestKind.score, .info, .health, .stats])
    func aWorkerThatLeavesSaysSoInEachReply(kind: RequestKind) throws {
        var harness = HandlerHarness()
        harness.state.isDraining = true
        let frame = kind == .score ? Requests.score(candidates: [1]) : Requests.plain(kind)
        #expect(try harness.reply(to: frame).header.flags == [.draining])
        #expect(try harness.reply(to: [1, 2, 3]).header.flags == [.draining])
    }

    @Test
    func theModelAndTheProfileThatAreDemanded() throws {
        var harness = HandlerHarness()
        let held = try #require(Self.model)
        let other = try #require(ModelID(hex: String(repeating: "ab", count: 16)))
        #expect(try harness.reply(to: Requests.score(candidates: [1], model: held, profile: .fp32FMA)).status == .ok)
        let refused = try harness.reply(to: Requests.score(id: 9, candidates: [1], model: other))
        #expect(refused.status == .failedPrecondition)
        #expect(refused.header.id.rawValue == 9)
        #expect(refused.error?.message.contains(held.hex) == true)
        let profile = NumericProfile(rawValue: 2)
        #expect(try harness.reply(to: Requests.score(candidates: [1], profile: profile)).status == .failedPrecondition)
    }

    @Test
    func theKindOfIdsAndTheNumberOfFeaturesThatTheModelWants() throws {
        let text = ScoreParameters(idKind: .utf8)
        let frames: [(HandlerKind, [UInt8], Status)] = [
            (.numbers, Requests.score(user: "k", candidates: ["k"], parameters: text), .invalidArgument),
            (.texts, Requests.score(candidates: [1]), .invalidArgument),
            (.texts, Requests.score(user: "k", candidates: ["k"], parameters: text), .ok),
            (.features, Requests.score(candidates: [1]), .invalidArgument),
            (.features, Requests.score(candidates: [1], parameters: ScoreParameters(featureCount: 3)), .ok),
            (.numbers, Requests.score(candidates: [1], parameters: ScoreParameters(featureCount: 3)), .invalidArgument),
        ]
        for (kind, frame, status) in frames {
            var harness = HandlerHarness(
                hasTextIDs: kind == .texts,
                featureCount: kind == .features ? 3 : 0
            )
            #expect(try harness.reply(to: frame).status == status)
        }
    }

    private enum HandlerKind {
        case numbers
        case texts
        case features
    }

    @Test
    func aRequestBeyondALimitIsToldTheLimit() throws {
        var harness = HandlerHarness(limits: FrameLimits(messageBytes: 1_024, candidates: 100, queries: 2))
        let large = try harness.reply(to: Requests.score(candidates: Array(1...200)))
        #expect(large.status == .invalidArgument)
        #expect(large.error?.message.contains("max_message_bytes is 1024") == true)
        let many = try harness.reply(to: Requests.score(candidates: Array(1...101)))
        #expect(many.status == .invalidArgument)
        #expect(many.error?.message.contains("max_candidates") == true)
        let queries = Array(repeating: (user: UInt64(1), candidates: [UInt64(1)]), count: 3)
        #expect(try harness.reply(to: Requests.score(queries: queries)).error?.message.contains("max_queries") == true)
        #expect(try harness.reply(to: Requests.score(candidates: Array(1...100))).status == .ok)
    }

    @Test
    func theVectorsThatAreTooLargeForTheirLimit() throws {
        let vectors = try ProtocolVector.all().filter { $0.max_message_bytes != nil && $0.direction == "request" }
        #expect(!vectors.isEmpty)
        for vector in vectors {
            let answer = try #require(vector.answer)
            var harness = HandlerHarness(limits: FrameLimits(messageBytes: try #require(vector.max_message_bytes)))
            let reply = try harness.reply(to: vector.bytes)
            #expect(reply.status.rawValue == answer.status, "\(vector.name)")
            #expect("\(reply.header.id)" == answer.request_id, "\(vector.name)")
        }
    }

    @Test
    func aScoreThatIsNotFiniteIsAnErrorThatNamesThePair() throws {
        var harness = HandlerHarness()
        harness.ranker.brokenPosition = 2
        let reply = try harness.reply(to: Requests.score(queries: [(1, [1]), (1, [1, 2, 3])]))
        #expect(reply.status == .internal)
        #expect(reply.error?.queryIndex == 1)
        #expect(reply.error?.candidateIndex == 2)
        harness.ranker.brokenPosition = nil
        #expect(try harness.reply(to: Requests.score(candidates: [1, 2, 3])).status == .ok)
    }

    @Test
    func cancelOfWhatIsNotWaiting() throws {
        var harness = HandlerHarness()
        #expect(try harness.reply(to: Requests.cancel(12)).wasCancelled == false)
    }

    @Test
    func health() throws {
        var harness = HandlerHarness()
        #expect(try harness.reply(to: Requests.plain(.health)).isServing == true)
    }

    @Test
    func infoTellsTheProtocolTheSoftwareTheRankersFactsAndTheLimits() throws {
        var harness = HandlerHarness(limits: FrameLimits(messageBytes: 2_048, candidates: 30, queries: 4))
        let pairs = try harness.reply(to: Requests.plain(.info)).pairs
        #expect(
            pairs == [
                "protocol": "1", "software": "test 1", "plan": "test", "kernel": "none", "max_message_bytes": "2048",
                "max_candidates": "30", "max_queries": "4", "model_generation": "1",
                "self_check": "none", "catalog": "none", "extensions": "3",
            ]
        )
    }

    @Test
    func statsCountsWhatHappened() throws {
        var harness = HandlerHarness(nanosecondsPerCandidate: 1_000)
        _ = try harness.reply(to: Requests.score(candidates: [1, 2, 3]), waited: 40)
        _ = try harness.reply(to: Requests.score(candidates: [4, 5]), waited: 2)
        _ = try harness.reply(to: [0])
        var pairs = try harness.reply(to: Requests.plain(.stats)).pairs
        let processorTime = pairs.removeValue(forKey: "cpu_us")
        #expect(processorTime.flatMap { UInt64($0) } != nil)
        // How many files the process has open, and may have, is the process's own affair.
        for key in ["open_files", "open_files_limit"] {
            #expect(pairs.removeValue(forKey: key).flatMap { UInt64($0) } != nil)
        }
        #expect(
            pairs == [
                "uptime_us": "47", "requests": "4", "replies": "0", "errors": "1", "candidates": "5", "malformed": "0",
                "unsent": "0", "queue_us": "42", "compute_us": "5", "model_generation": "1", "reloads": "0",
                "reload_failures": "0", "last_reload_error": "", "refused_deadline": "0",
                "refused_queue_limit": "0", "refused_client_share": "0", "expired": "0", "cancelled": "0",
                "abandoned": "0", "accepting": "1", "accept_pauses": "0",
            ]
        )
    }

    @Test
    func aReplyTellsHowLongItsRequestWaitedAndHowLongItTook() throws {
        var harness = HandlerHarness(nanosecondsPerCandidate: 2_000)
        let reply = try harness.reply(to: Requests.score(candidates: [1, 2, 3]), waited: 75)
        #expect(reply.timings == ScoreTimings(queueMicroseconds: 75, computeMicroseconds: 6, queueDepth: 0))
    }
}
