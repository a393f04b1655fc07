import RankCore
import RankEngine
import TestSupport
import Testing

@Suite("TopK")
struct TopKTests {
    @Test(arguments: 0..<60)
    func equalsASort(_ seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(seed))
        let count = Int.random(in: 0...200, using: &generator)
        // Few different scores and ids, so that every rule of the order decides somewhere.
        let scores = (0..<count).map { _ in Float(Int.random(in: -3...3, using: &generator)) / 4 }
        let ids = (0..<count).map { _ in UInt64.random(in: 0...8, using: &generator) &* 0x2000_0000_0000_0001 }
        let excluded = (0..<count).map { _ in Int.random(in: 0..<4, using: &generator) == 0 }
        let selector = TopK()
        for k in [-1, 0, 1, 2, count / 2, count, count + 10, Int.max] {
            for skips in [false, true] {
                let order = (0..<count).filter { !skips || !excluded[$0] }.sorted {
                    (-scores[$0], ids[$0], $0) < (-scores[$1], ids[$1], $1)
                }
                let expected = Array(order.prefix(max(k, 0)))
                #expect(select(selector, k, scores, numbers: ids, skips ? excluded : nil) == expected)
            }
        }
    }

    @Test(arguments: 0..<20)
    func ordersTextsByTheirBytes(_ seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(seed))
        let alphabet = ["a", "b", "ab", "Z", "é", "e\u{301}", "\u{FFFF}", "\u{10000}", "ba"]
        let ids = (0..<50).map { _ in alphabet.randomElement(using: &generator) ?? "" }
        let scores = ids.map { _ in Float(Int.random(in: 0...1, using: &generator)) }
        let order = ids.indices.sorted { left, right in
            if scores[left] != scores[right] { return scores[left] > scores[right] }
            if Array(ids[left].utf8) != Array(ids[right].utf8) {
                return ids[left].utf8.lexicographicallyPrecedes(ids[right].utf8)
            }
            return left < right
        }
        var offsets: [UInt32] = [0]
        var text: [UInt8] = []
        for id in ids {
            text += id.utf8
            offsets.append(UInt32(text.count))
        }
        let selected = offsets.withUnsafeBytes { offsets in
            text.withUnsafeBytes { text in
                select(TopK(), 17, scores, .texts(offsets: offsets, text: text), nil)
            }
        }
        #expect(selected == Array(order.prefix(17)))
    }

    @Test
    func theOrderIsRankOrders() {
        let numbers = RankOrderTable.numbers.sorted { $0.position < $1.position }
        #expect(
            select(TopK(), 10, numbers.map(\.score), numbers: numbers.map(\.id), numbers.map { !$0.isScored })
                == RankOrderTable.numbers.filter(\.isScored).map(\.position)
        )
        let texts = RankOrderTable.texts.sorted { $0.position < $1.position }
        let text = texts.flatMap { Array($0.id.utf8) }
        let offsets = texts.reduce(into: [0 as UInt32]) { $0.append($0[$0.count - 1] + UInt32($1.id.utf8.count)) }
        let selected = offsets.withUnsafeBytes { offsets in
            text.withUnsafeBytes { text in
                select(TopK(), 10, texts.map(\.score), .texts(offsets: offsets, text: text), nil)
            }
        }
        #expect(selected == RankOrderTable.texts.map(\.position))
    }

    @Test(arguments: [0, 1])
    func tenOfAMillionAreThoseOfASort(_ seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        // Of few different scores, so that ids decide; and ascending, so that every candidate is better than all
        // before.
        let scores: [Float] = (0..<1_000_000).map {
            seed == 0 ? Float(Int.random(in: 0..<50_000, using: &generator)) : Float($0)
        }
        let ids = scores.indices.map { _ in generator.next() }
        let expected = scores.indices.sorted { (-scores[$0], ids[$0], $0) < (-scores[$1], ids[$1], $1) }.prefix(10)
        #expect(select(TopK(), 10, scores, numbers: ids, nil) == Array(expected))
    }

    @Test func extremeScores() {
        let scores: [Float] = [
            0, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -.leastNonzeroMagnitude, -1,
            1,
        ]
        #expect(select(TopK(), 7, scores, numbers: [1, 2, 3, 4, 5, 6, 7], nil) == [3, 6, 2, 0, 4, 5, 1])
    }

    private func select(
        _ selector: TopK,
        _ k: Int,
        _ scores: [Float],
        numbers: [UInt64],
        _ excluded: [Bool]?
    ) -> [Int] {
        // One byte off any alignment.
        let bytes: [UInt8] = [0] + numbers.flatMap { littleEndian($0) }
        return bytes.withUnsafeBytes { bytes in
            select(selector, k, scores, .numbers(UnsafeRawBufferPointer(rebasing: bytes[1...])), excluded)
        }
    }

    private func select(
        _ selector: TopK,
        _ k: Int,
        _ scores: [Float],
        _ ids: RankQuery.Candidates,
        _ excluded: [Bool]?
    ) -> [Int] {
        var positions = [UInt32](repeating: .max, count: scores.count)
        let count = scores.withUnsafeBufferPointer { scores in
            (excluded ?? []).withUnsafeBufferPointer { flags in
                positions.withUnsafeMutableBufferPointer { positions in
                    selector.select(
                        k,
                        scores: scores,
                        ids: ids,
                        excluding: excluded == nil ? nil : flags,
                        into: positions
                    )
                }
            }
        }
        return positions[..<count].map { Int($0) }
    }
}
