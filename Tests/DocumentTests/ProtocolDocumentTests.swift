import RankCore
import TestSupport
import Testing

/// `docs/reference/protocol.md` names what a worker tells.
@Suite struct ProtocolDocumentTests {
    @Test func everyCounterIsARowOfTheKeysOfSTATS() throws {
        let rows = try DocumentTable(of: "docs/reference/protocol.md", under: "CANCEL, INFO, HEALTH, STATS").rows
        let keys = Set(rows.flatMap { $0[0].split { ", `".contains($0) }.map(String.init) })
        for counter in WorkerCounter.allCases { #expect(keys.contains(counter.rawValue), "\(counter)") }
    }
}
