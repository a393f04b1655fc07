import RankEngine

/// A ranker that alters the scores of another.
final class AlteredRanker: Ranker {
    private let honest: EmbeddingRanker
    /// Alters the score at a position of the list.
    private let alter: (_ score: Float, _ position: Int) -> Float

    init(_ honest: EmbeddingRanker, alter: @escaping (_ score: Float, _ position: Int) -> Float) {
        self.honest = honest
        self.alter = alter
    }

    /// The score at one position of each list is wrong in its last bit.
    convenience init(_ honest: EmbeddingRanker, flippingLastBitAt place: Int) {
        self.init(honest) { $1 == place ? Float(bitPattern: $0.bitPattern ^ 1) : $0 }
    }

    /// All scores are off by the same amount.
    convenience init(_ honest: EmbeddingRanker, shiftedBy shift: Float) {
        self.init(honest) { score, _ in score + shift }
    }

    var info: RankerInfo { honest.info }
    var goldenQueries: [GoldenQuery] { honest.goldenQueries }

    func score(
        _ query: RankQuery,
        candidates: Range<Int>,
        scores: UnsafeMutableBufferPointer<Float>,
        unknown: UnsafeMutableBufferPointer<Bool>
    ) throws(EngineError) -> ScoreOutcome {
        let outcome = try honest.score(query, candidates: candidates, scores: scores, unknown: unknown)
        for index in 0..<candidates.count {
            scores[index] = alter(scores[index], candidates.lowerBound + index)
        }
        return outcome
    }
}
