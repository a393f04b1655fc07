import RankEngine
import RankPool

/// An id of either kind, as pool and engine take it.
protocol VerifiableID: Hashable, Sendable {
    /// The id of a row of a vocabulary; nil where the row has none of this kind.
    static func id(ofRow row: Int, in vocabulary: Vocabulary) -> Self?

    /// An id that hardly any model knows.
    static func stranger(_ number: UInt64) -> Self

    /// Ranks over a pool.
    static func rank(
        _ pool: RankPool,
        user: Self,
        candidates: [Self],
        topK: Int,
        options: CallOptions
    ) async throws(PoolError) -> RankedList<Self>

    /// Ranks in this process, the best first.
    static func rank(_ ranker: EmbeddingRanker, user: Self, candidates: [Self]) throws(EngineError) -> [RankedCandidate<
        Self
    >]
}

extension UInt64: VerifiableID {
    static func id(ofRow row: Int, in vocabulary: Vocabulary) -> UInt64? {
        vocabulary.id(ofRow: row).flatMap { UInt64($0) }
    }

    static func stranger(_ number: UInt64) -> UInt64 { .max - number % 1_000 }

    static func rank(
        _ pool: RankPool,
        user: UInt64,
        candidates: [UInt64],
        topK: Int,
        options: CallOptions
    ) async throws(PoolError) -> RankedList<UInt64> {
        try await pool.rank(user: user, candidates: candidates, topK: topK, options: options)
    }

    static func rank(
        _ ranker: EmbeddingRanker,
        user: UInt64,
        candidates: [UInt64]
    ) throws(EngineError) -> [RankedCandidate<UInt64>] {
        try ranker.rank(user: user, candidates: candidates)
    }
}

extension String: VerifiableID {
    static func id(ofRow row: Int, in vocabulary: Vocabulary) -> String? { vocabulary.id(ofRow: row) }

    static func stranger(_ number: UInt64) -> String { "\u{1}\(number % 1_000)" }

    static func rank(
        _ pool: RankPool,
        user: String,
        candidates: [String],
        topK: Int,
        options: CallOptions
    ) async throws(PoolError) -> RankedList<String> {
        try await pool.rank(user: user, candidates: candidates, topK: topK, options: options)
    }

    static func rank(
        _ ranker: EmbeddingRanker,
        user: String,
        candidates: [String]
    ) throws(EngineError) -> [RankedCandidate<String>] {
        try ranker.rank(user: user, candidates: candidates)
    }
}
