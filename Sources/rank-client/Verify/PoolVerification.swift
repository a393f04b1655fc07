import CommandSupport
import RankCore
import RankEngine
import RankLoad
import RankPool

/// Compares lists that a pool scores with the same lists scored in this process.
struct PoolVerification<ID: VerifiableID>: ~Copyable {
    let model: RankModel
    let ranker: EmbeddingRanker
    /// What every call asks for: the model of the file, unknown ids scored by its row for them.
    let target: CallOptions
    let maximumCount: Int
    /// What has been found so far.
    private(set) var report = VerifyReport()
    private var random: SplitMix

    init(model: RankModel, ranker: EmbeddingRanker, target: CallOptions, maximumCount: Int, seed: UInt64) {
        self.model = model
        self.ranker = ranker
        self.target = target
        self.maximumCount = maximumCount
        random = SplitMix(seed: seed)
    }

    /// Draws a list, scores it here, then over the pool ranked and in the order of the request.
    ///
    /// - Parameters:
    ///   - number: The number of the list, for messages.
    ///   - pool: The pool.
    /// - Throws: What the pool answered instead of a list; a difference goes into the report.
    mutating func compare(_ number: Int, with pool: RankPool) async throws {
        let user = id(in: model.users)
        // Short lists are as likely as long ones.
        let magnitude = Int.random(in: 0...(Int.bitWidth - maximumCount.leadingZeroBitCount), using: &random)
        let count = Int.random(in: 1...min(maximumCount, 1 << magnitude), using: &random)
        let candidates = (0..<count).map { _ in id(in: model.candidates) }
        let parts = Int.random(in: 1...min(count, 16), using: &random)
        let topK = Int.random(in: 1...count, using: &random)

        let ranked = try ID.rank(ranker, user: user, candidates: candidates)
        var inOrder = ranked
        for entry in ranked { inOrder[entry.position] = entry }
        report.lists += 1
        var difference: String?
        for wanted in [topK, 0] {
            var options = target
            options.parts = parts
            let list = try await ID.rank(pool, user: user, candidates: candidates, topK: wanted, options: options)
            report.count(list.parts)
            let expected = wanted == 0 ? inOrder[...] : ranked.prefix(wanted)
            difference = difference ?? Self.difference(list, expected)
            if let found = difference {
                report.mismatches.append(
                    "list \(number): user \(user), \(plural(count, "candidate")), top \(wanted == 0 ? count : wanted)"
                        + "\(wanted == 0 ? " in the order of the request" : ""), \(plural(list.parts.count, "part")) "
                        + "(\(list.parts.map(\.endpoint).joined(separator: " "))): \(found)"
                )
                return
            }
        }
    }

    /// An id of the vocabulary, now and then one that is not in it.
    private mutating func id(in vocabulary: Vocabulary) -> ID {
        let isStranger = Int.random(in: 0..<50, using: &random) == 0 || vocabulary.rowCount < 2
        let row = isStranger ? 0 : Int.random(in: 1..<vocabulary.rowCount, using: &random)
        return ID.id(ofRow: row, in: vocabulary) ?? ID.stranger(random.next())
    }

    /// The first thing in which a list differs from what the engine says.
    private static func difference(
        _ list: RankedList<ID>,
        _ expected: ArraySlice<RankedCandidate<ID>>
    ) -> String? {
        guard list.entries.count == expected.count else {
            return "\(plural(list.entries.count, "entry", "entries")), expected \(expected.count)"
        }
        guard list.coverage == 1, !list.isPartial else { return "only \(list.coverage) of the candidates were scored" }
        for (index, (found, wanted)) in zip(list.entries, expected).enumerated() {
            guard found.position == wanted.position, found.id == wanted.id else {
                return "place \(index + 1) has candidate \(found.id) of position \(found.position), "
                    + "expected \(wanted.id) of position \(wanted.position)"
            }
            guard found.score.bitPattern == wanted.score.bitPattern else {
                return "candidate \(found.id) has score \(found.score) (0x\(hex(found.score))), "
                    + "expected \(wanted.score) (0x\(hex(wanted.score)))"
            }
            guard found.isUnknown == wanted.isUnknown, found.isScored else {
                return "candidate \(found.id) is \(found.isUnknown ? "unknown" : "known") to the worker, "
                    + "\(wanted.isUnknown ? "unknown" : "known") to the file"
            }
        }
        return nil
    }

    private static func hex(_ score: Float) -> String {
        let digits = String(score.bitPattern, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
