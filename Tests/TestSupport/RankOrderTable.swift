package import RankCore

/// Entries in the order of a ranked list, for every implementation of that order.
///
/// Positions are 0 to 9, each once; entries of equal score stand together, zeros of both signs among them.
package enum RankOrderTable {
    /// Numbers, which are ordered by value.
    package static let numbers: [RankedEntry<UInt64>] = [
        RankedEntry(id: .max, position: 7, score: 0.9),
        RankedEntry(id: 1, position: 9, score: 0.5),
        RankedEntry(id: 2, position: 3, score: 0.5),
        RankedEntry(id: 2, position: 4, score: 0.5),
        RankedEntry(id: 1 << 63, position: 0, score: 0.5),
        RankedEntry(id: 1, position: 8, score: -0.0),
        RankedEntry(id: 3, position: 2, score: 0),
        RankedEntry(id: 0, position: 1, score: -1),
        RankedEntry(id: 9, position: 5, score: 0.7, isScored: false),
        RankedEntry(id: 1, position: 6, score: 0.7, isScored: false),
    ]

    /// Texts, which are ordered by their UTF-8 bytes; two of them are equal for Unicode.
    package static let texts: [RankedEntry<String>] = [
        RankedEntry(id: "b", position: 9, score: 1),
        RankedEntry(id: "Z", position: 8, score: 0.5),
        RankedEntry(id: "a", position: 3, score: 0.5),
        RankedEntry(id: "a", position: 5, score: 0.5),
        RankedEntry(id: "ab", position: 4, score: 0.5),
        RankedEntry(id: "a\u{301}", position: 2, score: 0.5),
        RankedEntry(id: "\u{e1}", position: 1, score: 0.5),
        RankedEntry(id: "\u{1f3ac}", position: 0, score: 0.5),
        RankedEntry(id: "A", position: 6, score: -0.0),
        RankedEntry(id: "B", position: 7, score: 0),
    ]
}
