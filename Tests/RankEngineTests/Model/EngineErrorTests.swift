import RankEngine
import Testing

@Suite("EngineError")
struct EngineErrorTests {
    @Test
    func showsNamesOfForeignFilesWithoutControlCharacters() {
        let error = EngineError(.modelRefused, "tensor \u{1B}[2J\u{7}\n\u{9B}é is unknown")
        #expect(error.message == "tensor \u{FFFD}[2J\u{FFFD}\u{FFFD}\u{FFFD}é is unknown")
        #expect(error.description == "model refused: \(error.message)")
    }

    @Test
    func cutsAMessageEvenOneOfASingleEndlessCharacter() {
        let marks = EngineError(.modelRefused, "e" + String(repeating: "\u{301}", count: 1 << 20)).message
        #expect(marks.utf8.count < 4_100 && marks.hasSuffix(" …"))
        let short = String(repeating: "x", count: 1_000)
        #expect(EngineError(.modelRefused, short).message == short)
    }
}
