import CommandSupport
import RankCore
import RankEngine
import RankLoad
import RankPool

/// Compares lists that a pool scores with the same lists scored in this process.
struct PoolVerification<ID: VerifiableID>: ~Copyable {
    let lists: VerifiableLists
    let ranker: any Ranker
    /// The options of every call: the model of the file, unknown ids scored by its row for them.
    let target: CallOptions
    let maximumCount: Int
    /// The results so far.
    private(set) var report = VerifyReport()
    private var random: SplitMix64

    init(lists: VerifiableLists, ranker: any Ranker, target: CallOptions, maximumCount: Int, seed: UInt64) {
        self.lists = lists
        self.ranker = ranker
        self.target = target
        self.maximumCount = maximumCount
        random = SplitMix64(seed: seed)
    }

    /// Draws a list, scores it here, then over the pool ranked and in the order of the request.
    ///
    /// - Parameters:
    ///   - number: The number of the list, for messages.
    ///   - pool: The pool.
    /// - Throws: The pool's error; a difference goes into the report.
    mutating func compare(_ number: Int, with pool: RankPool) async throws {
        let user = id(in: lists.users)
        // Short lists are as likely as long ones.
        let magnitude = Int.random(in: 0...(Int.bitWidth - maximumCount.leadingZeroBitCount), using: &random)
        let count = Int.random(in: 1...min(maximumCount, 1 << magnitude), using: &random)
        let candidates = (0..<count).map { _ in id(in: lists.candidates) }
        let features = lists.features(count, using: &random)
        let parts = Int.random(in: 1...min(count, 16), using: &random)
        let topK = Int.random(in: 1...count, using: &random)

        let expected = try ranker.rank(
            candidates,
            for: user,
            features: features.candidates,
            queryFeatures: features.query,
            unknownIDs: .fallback
        )
        var options = target
        options.parts = parts
        report.lists += 1
        let list = try await pool.rank(
            candidates,
            for: user,
            features: features.candidates,
            queryFeatures: features.query,
            top: topK,
            options: options
        )
        report.count(list.parts)
        if let found = Self.difference(list, expected.prefix(topK)) {
            note(found, ofList: number, user, "\(counted(count, "candidate")), top \(topK)", list.parts)
            return
        }
        let scores = try await pool.scores(
            of: candidates,
            for: user,
            features: features.candidates,
            queryFeatures: features.query,
            options: options
        )
        report.count(scores.parts)
        if let found = Self.difference(scores, expected, candidates) {
            let asked = "\(counted(count, "candidate")), top \(count) in the order of the request"
            note(found, ofList: number, user, asked, scores.parts)
        }
    }

    /// Notes a list that differs.
    private mutating func note(_ found: String, ofList number: Int, _ user: ID, _ asked: String, _ parts: [PartReport])
    {
        report.mismatches.append(
            "list \(number): user \(user), \(asked), \(counted(parts.count, "part")) "
                + "(\(parts.map(\.endpoint).joined(separator: " "))): \(found)"
        )
    }

    /// An id of the vocabulary, now and then one that is not in it.
    private mutating func id(in vocabulary: Vocabulary?) -> ID {
        guard let vocabulary else { return ID.stranger(random.next()) }
        let isStranger = Int.random(in: 0..<50, using: &random) == 0 || vocabulary.rowCount < 2
        let row = isStranger ? 0 : Int.random(in: 1..<vocabulary.rowCount, using: &random)
        return ID.id(ofRow: row, in: vocabulary) ?? ID.stranger(random.next())
    }

    /// The first thing in which a list differs from the engine's.
    private static func difference(_ list: RankedList<ID>, _ expected: RankedList<ID>.SubSequence) -> String? {
        guard list.count == expected.count else {
            return "\(counted(list.count, "entry", "entries")), expected \(expected.count)"
        }
        guard list.coverage == 1, !list.isPartial else { return "only \(list.coverage) of the candidates were scored" }
        for (index, (found, wanted)) in zip(list, expected).enumerated() {
            guard found.position == wanted.position, found.id == wanted.id else {
                return "place \(index + 1) has candidate \(found.id) of position \(found.position), "
                    + "expected \(wanted.id) of position \(wanted.position)"
            }
            if let found = difference(found, wanted) { return found }
        }
        return nil
    }

    /// The first thing in which scores in the order of the request differ from the engine's list.
    private static func difference(_ scores: ScoreList, _ expected: RankedList<ID>, _ candidates: [ID]) -> String? {
        guard scores.count == expected.count, scores.omittedPositions.isEmpty else {
            let count = scores.count - scores.omittedPositions.count
            return "\(counted(count, "entry", "entries")), expected \(expected.count)"
        }
        guard scores.coverage == 1, !scores.isPartial else {
            return "only \(scores.coverage) of the candidates were scored"
        }
        let unknown = Set(scores.unknownPositions)
        let unscored = Set(scores.unscoredPositions)
        for wanted in expected.sorted(by: { $0.position < $1.position }) {
            let found = RankedEntry(
                id: candidates[wanted.position],
                position: wanted.position,
                score: scores[wanted.position],
                isUnknown: unknown.contains(wanted.position),
                isScored: !unscored.contains(wanted.position)
            )
            if let found = difference(found, wanted) { return found }
        }
        return nil
    }

    /// The difference in the score or in the flags of a candidate; nil where there is none.
    private static func difference(_ found: RankedEntry<ID>, _ wanted: RankedEntry<ID>) -> String? {
        guard found.score.bitPattern == wanted.score.bitPattern else {
            return "candidate \(found.id) has score \(found.score) (0x\(hex(found.score))), "
                + "expected \(wanted.score) (0x\(hex(wanted.score)))"
        }
        guard found.isUnknown == wanted.isUnknown, found.isScored else {
            return "candidate \(found.id) is \(found.isUnknown ? "unknown" : "known") to the worker, "
                + "\(wanted.isUnknown ? "unknown" : "known") to the file"
        }
        return nil
    }

    private static func hex(_ score: Float) -> String {
        let digits = String(score.bitPattern, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
