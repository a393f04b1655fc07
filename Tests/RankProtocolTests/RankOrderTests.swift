import RankProtocol
import Testing

@Suite struct RankOrderTests {
    /// In the order they must stand.
    static let numbers: [RankKey<UInt64>] = [
        RankKey(score: 0.9, id: .max, position: 7),
        RankKey(score: 0.5, id: 1, position: 9),
        RankKey(score: 0.5, id: 2, position: 3),
        RankKey(score: 0.5, id: 2, position: 4),
        RankKey(score: 0.5, id: 1 << 63, position: 0),
        RankKey(score: 0, id: 1, position: 8),
        RankKey(score: -0.0, id: 3, position: 2),
        RankKey(score: -1, id: 0, position: 1),
        RankKey(score: 0.7, id: 9, position: 5, isScored: false),
        RankKey(score: 0.7, id: 1, position: 6, isScored: false),
    ]

    @Test func numbersStandInOneOrder() {
        for (first, one) in Self.numbers.enumerated() {
            for (second, other) in Self.numbers.enumerated() {
                #expect(RankOrder.precedes(one, other) == (first < second), "\(first) and \(second)")
            }
        }
    }

    @Test func textStandsByItsBytes() {
        // "Z" < "a" < "a\u{301}" < "\u{e1}" by bytes; the last two are equal for Unicode.
        let ids = ["Z", "a", "a\u{301}", "ab", "\u{e1}", "\u{1f3ac}"]
        let sorted = ["Z", "a", "ab", "a\u{301}", "\u{e1}", "\u{1f3ac}"]
        let keys = ids.enumerated().map { RankKey(score: 1, id: $1, position: $0) }
        let order = keys.sorted { RankOrder.precedes($0, $1) }.map { Array($0.id.utf8) }
        #expect(order == sorted.map { Array($0.utf8) })
        let twins = [RankKey(score: 1, id: "a", position: 0), RankKey(score: 1, id: "a", position: 1)]
        #expect(RankOrder.precedes(twins[0], twins[1]))
        #expect(!RankOrder.precedes(twins[1], twins[0]))
        for first in ids {
            for second in ids {
                let (one, other) = (Array(first.utf8), Array(second.utf8))
                let expected: Bool? = one == other ? nil : one.lexicographicallyPrecedes(other)
                #expect(RankOrder.textPrecedes(one.span.bytes, other.span.bytes) == expected)
            }
        }
    }
}
