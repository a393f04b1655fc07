import RankCore
import TestSupport
import Testing

@Suite struct RankOrderTests {
    @Test func numbersStandInOneOrder() { Self.check(RankOrderTable.numbers) }

    @Test func textsStandInOneOrder() { Self.check(RankOrderTable.texts) }

    private static func check<ID: CandidateID>(_ entries: [RankedEntry<ID>]) {
        for (first, one) in entries.enumerated() {
            for (second, other) in entries.enumerated() {
                #expect(RankOrder.precedes(one, other) == (first < second), "\(first) and \(second)")
            }
        }
        #expect(Set(entries.map(\.position)) == Set(0..<10))
    }

    @Test func idsAreOrderedByValueOrBytes() {
        let ids = ["Z", "a", "a\u{301}", "ab", "\u{e1}", "\u{1f3ac}"]
        for first in ids {
            for second in ids {
                let (one, other) = (Array(first.utf8), Array(second.utf8))
                let expected: Bool? = one == other ? nil : one.lexicographicallyPrecedes(other)
                #expect(RankOrder.idPrecedes(first, second) == expected)
            }
        }
        #expect(RankOrder.idPrecedes(1, .max as UInt64) == true)
        #expect(RankOrder.idPrecedes(7, 7 as UInt64) == nil)
    }
}
