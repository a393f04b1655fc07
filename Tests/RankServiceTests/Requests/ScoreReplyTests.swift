import RankCore
import RankProtocol
import RankService
import TestSupport
import Testing

@Suite("RequestHandler: scores, policies and top k")
struct ScoreReplyTests {
    /// Every third id is unknown, many scores are equal, and there are duplicates.
    static let candidates: [UInt64] = (0..<2_500).map { (index: Int) -> UInt64 in
        if index % 3 == 1 { return UInt64(20_000 + index % 40) }
        return UInt64(1 + index * 7_919 % 300)
    }

    struct Case: CustomTestStringConvertible {
        var policy: UnknownIDPolicy
        var topK: UInt32
        var user: UInt64
        var count: Int

        var testDescription: String { "\(policy), top \(topK), user \(user), \(count) candidates" }
    }

    static let cases: [Case] = {
        var cases: [Case] = []
        for policy in UnknownIDPolicy.allCases {
            for topK: UInt32 in [0, 1, 10, 2_000, .max] {
                for user: UInt64 in [42, 0] {
                    for count in [0, 1, 2, 2_500] {
                        cases.append(Case(policy: policy, topK: topK, user: user, count: count))
                    }
                }
            }
        }
        return cases
    }()

    @Test(arguments: cases)
    func whatASortOfAllScoresWouldGive(row: Case) throws {
        var harness = HandlerHarness()
        let candidates = Array(Self.candidates.prefix(row.count))
        let parameters = ScoreParameters(topK: row.topK, unknownIDs: row.policy)
        let reply = try harness.reply(
            to: Requests.score(user: row.user, candidates: candidates, parameters: parameters)
        )
        let isUserKnown = TestRanker.isKnown(row.user)
        let firstUnknown = candidates.firstIndex { !TestRanker.isKnown($0) }

        if row.policy == .fail, !isUserKnown || firstUnknown != nil {
            #expect(reply.status == .notFound)
            #expect(reply.error?.queryIndex == 0)
            #expect(reply.error?.candidateIndex == (isUserKnown ? firstUnknown.map { UInt32($0) } : nil))
            let id = isUserKnown ? candidates[try #require(firstUnknown)] : row.user
            #expect(reply.error?.message.contains(" \(id) ") == true)
            return
        }
        let query = try #require(reply.queries.first)
        #expect(query == Self.reference(row, candidates: candidates))
        #expect(reply.queries.count == 1)
    }

    /// The answer by the document's words: sort everything.
    private static func reference(_ row: Case, candidates: [UInt64]) -> DecodedReply.Query {
        let isUserKnown = TestRanker.isKnown(row.user)
        var entries = candidates.enumerated().map { position, id in
            DecodedReply.Entry(
                score: TestRanker.score(id, user: row.user),
                position: position,
                flags: TestRanker.isKnown(id) ? [] : [.unknown]
            )
        }
        if row.policy == .omit { entries = isUserKnown ? entries.filter { $0.flags.isEmpty } : [] }
        let coverage = candidates.isEmpty ? 1 : Float(entries.count) / Float(candidates.count)
        if row.topK > 0 {
            entries.sort { first, second in
                let ids = (candidates[first.position], candidates[second.position])
                if first.score != second.score { return first.score > second.score }
                return ids.0 == ids.1 ? first.position < second.position : ids.0 < ids.1
            }
            entries = Array(entries.prefix(Int(row.topK)))
        }
        var flags: QueryFlags = row.topK > 0 || row.policy == .omit ? [.indexed] : []
        if !isUserKnown { flags.insert(.unknownUser) }
        return DecodedReply.Query(
            entries: entries,
            candidateCount: candidates.count,
            coverage: coverage,
            flags: flags
        )
    }

    @Test
    func severalQueriesAreAnsweredInTheirOrder() throws {
        var harness = HandlerHarness()
        let queries: [(user: UInt64, candidates: [UInt64])] = [(1, [5, 4]), (2, []), (0, [9]), (3, Array(1...700))]
        let parameters = ScoreParameters(unknownIDs: .fallback)
        let reply = try harness.reply(to: Requests.score(queries: queries, parameters: parameters))
        #expect(reply.queries.map(\.candidateCount) == [2, 0, 1, 700])
        for (query, answer) in zip(queries, reply.queries) {
            #expect(answer.scores == query.candidates.map { TestRanker.score($0, user: query.user) })
        }
        #expect(reply.queries.map { $0.flags.contains(.unknownUser) } == [false, false, true, false])
    }

    @Test
    func aRequestOfTextIdsEqualScoresAreOrderedByBytes() throws {
        var harness = HandlerHarness(hasTextIDs: true)
        let candidates = ["k€a", "kzzz", "kab", "x", "kaa", "k\u{e9}", "kaa", "kAA"]
        var parameters = ScoreParameters(topK: 8, unknownIDs: .fallback, idKind: .utf8)
        var reply = try harness.reply(to: Requests.score(user: "k", candidates: candidates, parameters: parameters))
        // The score is the length in bytes: k€a has 5, kzzz 4, the others 3 or 1.
        #expect(reply.queries.first?.positions == [0, 1, 7, 4, 6, 2, 5, 3])
        #expect(reply.queries.first?.entries.last?.flags == [.unknown])
        parameters.unknownIDs = .fail
        reply = try harness.reply(to: Requests.score(user: "k", candidates: candidates, parameters: parameters))
        #expect(reply.status == .notFound)
        #expect(reply.error?.candidateIndex == 3)
        reply = try harness.reply(to: Requests.score(user: "nobody", candidates: ["k"], parameters: parameters))
        #expect(reply.error?.message.contains("nobody") == true)
    }

    @Test
    func anySplitOfAListHasTheSameScoresInOneQueryAndInMany() throws {
        var harness = HandlerHarness()
        let known = Array(Self.candidates.filter(TestRanker.isKnown))
        let whole = try harness.reply(to: Requests.score(candidates: known))
        for size in [1, 3, 64, 500] {
            let parts = stride(from: 0, to: known.count, by: size).map { start in
                (user: UInt64(42), candidates: Array(known[start..<min(start + size, known.count)]))
            }
            let split = try harness.reply(to: Requests.score(queries: parts))
            #expect(split.queries.flatMap(\.scores).map(\.bitPattern) == whole.queries[0].scores.map(\.bitPattern))
        }
    }
}
