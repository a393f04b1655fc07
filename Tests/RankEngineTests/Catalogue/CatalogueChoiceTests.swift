import RankEngine
import TestSupport
import Testing

@Suite("The way to the best of a catalogue")
struct CatalogueChoiceTests {
    /// A model, and a word of the reason for which it is scored in full.
    private static var refused: [(ModelDraft, String)] {
        var step = FactorSpec().draft()
        step.output = Activation("sigmoid") ?? .linear
        var infinite = FactorSpec(kind: .large).draft()
        infinite.users.embedding[5] = 3e20
        let few = FactorSpec(items: 31).draft()
        var wide = FactorSpec(users: 1, items: 40, dimensions: 513).draft()
        wide.mean = nil
        var biases = FactorSpec().draft()
        biases.dotProduct = false
        biases.layers = [ModelDraft.Dense(kernel: [Float](repeating: 1, count: 32), bias: [0])]
        return [
            (ModelSpec(candidates: 100, hidden: [16]).draft(), "not networks"), (biases, "not networks"),
            (step, "output step"), (infinite, "may not be finite"), (few, "fewer than 32"), (wide, "512"),
        ]
    }

    @Test func aModelWithoutBoundsIsScoredInFullOrRefusedByName() throws {
        for (draft, word) in Self.refused {
            let scorer = try BatchScorer(draft)
            let error = engineError { _ = try scorer.choosing(.certified, top: 1, users: 20_000) }
            #expect(error?.code == .boundRefused && error?.message.contains(word) == true, "\(word): \(error as Any)")
            let plain = try scorer.choosing(.auto, top: 1, users: 20_000)
            #expect(plain.topKChoice.plan == .plain)
            let reasons = [word, "side by side"]
            #expect(reasons.contains { plain.topKChoice.detail.contains($0) }, "\(plain.topKChoice)")
            let users = [UInt32](0..<2)
            #expect(try plain.best(3, userRows: users) == scorer.best(3, userRows: users))
        }
    }

    @Test func autoScoresInFullWhatAnIndexWouldNotSpeedUp() throws {
        let scorer = try BatchScorer(FactorSpec(items: 400).draft())
        for (k, users, word) in [(101, 20_000, "quarter"), (0, 20_000, "no items"), (10, 3, "3 lists take less")] {
            let choice = try scorer.choosing(.auto, top: k, users: users).topKChoice
            #expect(choice.plan == .plain)
            #expect(choice.detail.contains(word) || choice.detail.contains("side by side"), "\(choice)")
            #expect(try scorer.choosing(.certified, top: k, users: users).topKChoice.plan == .certified)
        }
        let choice = try scorer.choosing(.auto, top: 10, users: 20_000).topKChoice
        #expect(choice.plan == .certified || choice.detail.contains("side by side"))
        #expect(try scorer.choosing(.plain, top: 10, users: 20_000).topKChoice.plan == .plain)
    }

    @Test func anIndexStaysWithinItsBudget() throws {
        let scorer = try BatchScorer(FactorSpec(items: 400, dimensions: 17).draft())
        // 13 blocks of 32: 20 factors and a bias and a row of 4 bytes for each item, 20 bytes for each block.
        let bytes = 13 * 32 * (20 + 8) + 13 * 20
        let choice = try scorer.choosing(.certified, top: 1, users: 20_000, memoryBudget: bytes).topKChoice
        #expect(choice.detail.contains("\(bytes) bytes"))
        let error = engineError {
            _ = try scorer.choosing(.certified, top: 1, users: 20_000, memoryBudget: bytes - 1)
        }
        #expect(error?.code == .budgetTooSmall && error?.message.contains("\(bytes) bytes") == true)
        let plain = try scorer.choosing(.auto, top: 1, users: 20_000, memoryBudget: bytes - 1).topKChoice
        #expect(plain.plan == .plain)
        #expect(plain.detail.contains("\(bytes) bytes") || plain.detail.contains("side by side"))
    }
}
