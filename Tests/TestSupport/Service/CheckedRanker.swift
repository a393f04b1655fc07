import RankCore
package import RankEngine

/// Scores everything with its number, and says that a list of one has the score of an odd one.
package final class CheckedRanker: Ranker {
    /// The description of the ranker.
    package let info: RankerInfo
    private let number: UInt8

    /// Makes a ranker of a number, which is honest if that is odd.
    package init(_ number: UInt8) {
        self.number = number
        info = RankerInfo(
            modelID: ModelID(digest: Array(repeating: number, count: 16)),
            profile: .fp32FMA,
            hasTextIDs: false,
            prior: 0,
            facts: [(key: "plan", value: "number \(number)")]
        )
    }

    /// The golden query of the ranker.
    package var goldenQueries: [GoldenQuery] {
        [
            GoldenQuery(
                ids: .numbers(user: 1, candidates: [5, 6]),
                expectations: [GoldenQuery.Expectation(position: 1, score: Float(number | 1))]
            )
        ]
    }

    /// Scores candidates; see `Ranker`.
    package func score(
        _ query: RankQuery,
        candidates: Range<Int>,
        scores: UnsafeMutableBufferPointer<Float>,
        unknown: UnsafeMutableBufferPointer<Bool>
    ) throws(EngineError) -> ScoreOutcome {
        for index in 0..<candidates.count {
            scores[index] = Float(number)
            unknown[index] = false
        }
        return ScoreOutcome(isUserKnown: true, unknownCount: 0)
    }
}
