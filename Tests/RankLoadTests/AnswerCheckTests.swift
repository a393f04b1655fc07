import RankCore
import RankLoad
import RankProtocol
import Testing

@Suite struct AnswerCheckTests {
    private static let models = (1...2).map { ModelID(bytes: [UInt8](repeating: $0, count: 16)) ?? .unspecified }

    private func note(_ check: AnswerCheck, _ bits: [UInt32], request: Int = 0, model: Int = 0) -> Bool {
        check.note(bits, request: request, model: Self.models[model], profile: .fp32FMA)
    }

    @Test func equalAnswersAreEqual() {
        let check = AnswerCheck()
        for _ in 0..<3 { #expect(note(check, [1, 2, 3])) }
        #expect(check.counts.compared == 2)
        #expect(check.counts.differing == 0)
        #expect(check.counts.models == [Self.models[0]])
    }

    @Test func aListOfTwoModelsIsNeitherOfThem() {
        let check = AnswerCheck()
        #expect(note(check, [1, 2, 3, 4]))
        #expect(note(check, [5, 6, 7, 8], model: 1))
        #expect(!note(check, [1, 2, 7, 8]))
        #expect(!note(check, [1, 2, 7, 8], model: 1))
        #expect(check.counts.compared == 2)
        #expect(check.counts.differing == 2)
        #expect(check.counts.models.count == 2)
    }

    @Test func requestsAreApart() {
        let check = AnswerCheck()
        #expect(note(check, [1], request: 0))
        #expect(note(check, [2], request: 1))
        #expect(!note(check, [1], request: 1))
    }

    @Test func aShorterAnswerDiffers() {
        let check = AnswerCheck()
        #expect(note(check, [1, 2]))
        #expect(!note(check, [1]))
    }

    /// Zero has two signs, and one bit is enough.
    @Test func bitsCount() {
        let check = AnswerCheck()
        #expect(note(check, [Float(0).bitPattern]))
        #expect(!note(check, [(-Float(0)).bitPattern]))
    }
}
