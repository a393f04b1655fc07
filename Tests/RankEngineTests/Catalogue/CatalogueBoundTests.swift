import RankEngine
import Testing

@Suite("Bounds of a catalogue's scores")
struct CatalogueBoundTests {
    /// The score of each item for a user, by row.
    private static func scores(_ scorer: BatchScorer, _ user: UInt32, _ items: Int) throws -> [Float] {
        let rows = (1...UInt32(items)).map { $0 }
        return try scorer.scores(userRows: rows.map { _ in user }, candidateRows: rows)
    }

    @Test(arguments: FactorSpec.many)
    func noScoreIsAboveItsBound(_ spec: FactorSpec) throws {
        for kernel in [Kernel.best, .portable] {
            let scorer = try BatchScorer(spec.draft(), kernel: kernel).choosing(.certified, top: 1, users: 1)
            for user in 0...UInt32(spec.users) {
                let bounds = scorer.bounds(userRow: user)
                #expect(bounds.count == spec.items)
                for (index, score) in try Self.scores(scorer, user, spec.items).enumerated() {
                    guard let bound = bounds[UInt32(index + 1)] else { continue }
                    #expect(Double(score) <= bound.estimate + bound.margin, "user \(user), row \(index + 1)")
                    #expect(Double(score) <= bound.block, "user \(user), row \(index + 1)")
                }
            }
        }
    }

    /// Items of one factor: those of a block at the last level, and one half a level above a level.
    private static func tight() -> ModelDraft {
        var draft = FactorSpec(kind: .zeroUsers, users: 1, items: 64, dimensions: 1, userBias: false, itemBias: false)
            .draft()
        draft.mean = nil
        draft.users.embedding = [1, 1]
        // The mean is zero, and the longest factor 127.
        draft.candidates.embedding = [0] + (0..<32).flatMap { _ in [127, -127] as [Float] }
        draft.candidates.embedding[3] = 126.5
        draft.candidates.embedding[4] = -126.5
        return draft
    }

    @Test func aBoundOneHundredthTooSmallIsTooSmallWhereItIsTight() throws {
        let scorer = try BatchScorer(Self.tight()).choosing(.certified, top: 1, users: 1)
        let bounds = scorer.bounds(userRow: 1)
        let scores = try Self.scores(scorer, 1, 64)
        let uses = scores.enumerated().compactMap { index, score in
            bounds[UInt32(index + 1)].map { (Double(score) - $0.estimate) / $0.margin }
        }
        let most = try #require(uses.max())
        #expect(most <= 1 && most > 0.99, "\(most)")
    }
}
