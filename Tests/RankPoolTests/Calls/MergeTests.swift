import RankCore
import RankPool
import RankProtocol
import TestSupport
import Testing

/// A merged list does not depend on its split.
@Suite struct MergeTests {
    /// A worker's answer for a slice, by the document.
    static func answer(_ slice: Slice, of work: ScoreWork) -> SliceAnswer {
        guard case .numbers(let user, let candidates) = work.queries[slice.query] else {
            return SliceAnswer(scores: [], flags: [])
        }
        var keys: [RankedEntry<UInt64>] = []
        for (local, id) in candidates[slice.range].enumerated() {
            if work.parameters.unknownIDs == .omit, id.isMultiple(of: 5) { continue }
            // Every eleventh was not scored in time.
            let isScored = !id.isMultiple(of: 11)
            keys.append(
                RankedEntry(
                    id: id,
                    position: local,
                    score: isScored ? Fake.score(user, id) : 0.6,
                    isScored: isScored
                )
            )
        }
        if work.parameters.topK > 0 {
            keys.sort { RankOrder.precedes($0, $1) }
            keys = Array(keys.prefix(Int(work.parameters.topK)))
        }
        return SliceAnswer(
            scores: keys.map(\.score),
            positions: work.parameters.repliesAreIndexed ? keys.map { UInt32($0.position) } : nil,
            flags: keys.map { $0.isScored ? [] : .notScored },
            coverage: 1
        )
    }

    @Test(arguments: 0..<300)
    func anySplitGivesTheWholeList(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let queries = (0..<Int.random(in: 1...4, using: &random)).map { _ in
            QueryIDs.numbers(
                user: .random(in: 0..<100, using: &random),
                candidates: (0..<Int.random(in: 0...60, using: &random)).map { _ in
                    .random(in: 0..<40, using: &random)
                }
            )
        }
        let work = ScoreWork(
            queries: queries,
            parameters: ScoreParameters(
                topK: [0, 0, 1, 3, 10, 1_000].randomElement(using: &random) ?? 0,
                unknownIDs: Bool.random(using: &random) ? .omit : .fallback
            )
        )
        let whole = queries.indices.map { Slice(query: $0, range: 0..<queries[$0].count) }
        let expected = Merge.merge(whole.map { ($0, Self.answer($0, of: work)) }, of: work)
        let limits = FrameLimits(
            messageBytes: .random(in: 200...2_000, using: &random),
            candidates: .random(in: 1...50, using: &random),
            queries: .random(in: 1...3, using: &random)
        )
        let parts = try Partition.split(work, limits: limits, into: .random(in: 1...9, using: &random))
        let answers = parts.joined().map { (slice: $0, answer: Self.answer($0, of: work)) }
        #expect(Merge.merge(answers.shuffled(using: &random), of: work) == expected)
    }

    @Test func textIsOrderedByItsBytes() {
        let ids = ["b", "\u{e9}", "e\u{301}", "a", "b"]
        let work = ScoreWork(
            queries: [.text(user: "u", candidates: ids)],
            parameters: ScoreParameters(topK: 4, idKind: .utf8)
        )
        let slices = [Slice(query: 0, range: 0..<2), Slice(query: 0, range: 2..<5)]
        let answers = slices.map { slice in
            let order = slice.range.sorted { ids[$0].utf8.lexicographicallyPrecedes(ids[$1].utf8) }
            return (
                slice: slice,
                answer: SliceAnswer(
                    scores: order.map { _ in 0.5 },
                    positions: order.map { UInt32($0 - slice.range.lowerBound) },
                    flags: order.map { _ in [] }
                )
            )
        }
        #expect(Merge.merge(answers, of: work)[0].entries.map(\.position) == [3, 0, 4, 2])
    }

    @Test func coverageIsWeighted() {
        let work = ScoreWork(
            queries: [.numbers(user: 1, candidates: Array(0..<4))],
            parameters: ScoreParameters()
        )
        let half = SliceAnswer(scores: [0, 0, 0], flags: [[], [], .notScored], coverage: 0.5, queryFlags: .partial)
        let whole = SliceAnswer(scores: [0], flags: [[]])
        let merged = Merge.merge(
            [(Slice(query: 0, range: 0..<3), half), (Slice(query: 0, range: 3..<4), whole)],
            of: work
        )
        #expect(merged[0].coverage == 0.625)
        #expect(merged[0].flags == .partial)
    }
}
