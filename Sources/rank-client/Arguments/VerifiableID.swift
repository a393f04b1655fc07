import RankCore
import RankEngine

/// An id that lists can be drawn from: those of a vocabulary, and others.
protocol VerifiableID: CandidateID {
    /// The id of a row of a vocabulary; nil where the row has none of this kind.
    static func id(ofRow row: Int, in vocabulary: Vocabulary) -> Self?

    /// An id that hardly any model knows.
    static func stranger(_ number: UInt64) -> Self
}

extension UInt64: VerifiableID {
    static func id(ofRow row: Int, in vocabulary: Vocabulary) -> UInt64? {
        vocabulary.id(ofRow: row).flatMap { UInt64($0) }
    }

    static func stranger(_ number: UInt64) -> UInt64 { .max - number % 1_000 }
}

extension String: VerifiableID {
    static func id(ofRow row: Int, in vocabulary: Vocabulary) -> String? { vocabulary.id(ofRow: row) }

    static func stranger(_ number: UInt64) -> String { "\u{1}\(number % 1_000)" }
}
