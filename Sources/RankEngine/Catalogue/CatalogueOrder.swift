/// The order of the items of an index: strips of nearly equal bias, within a strip by the length of the factors; blocks
/// in the order of what they promise an average user.
struct CatalogueOrder {
    /// Rows in blocks: all but the last block are full.
    let rows: [UInt32]

    /// Sorts the rows from 1 on.
    ///
    /// - Complexity: O(n log n)
    ///
    /// - Parameters:
    ///   - norms: The length of each item's factors, row 1 first.
    ///   - biases: The bias of each row from 0 on; nil for none.
    ///   - width: Items of a block.
    ///   - userNorm: The length of an average user's factors.
    init(norms: [Float], biases: SharedFloats?, width: Int, userNorm: Double) {
        let bias: (UInt32) -> Float = { row in unsafe biases?.buffer[Int(row)] ?? 0 }
        let norm: (UInt32) -> Float = { norms[Int($0) - 1] }
        let all = (1...UInt32(norms.count)).map { Self.key(bias($0), $0) }.sorted()
        // Strips as wide as there are about as many of them as blocks in each; the outer hundredths do not count.
        let blocks = (all.count + width - 1) / width
        let (high, low) = (bias(Self.row(all[all.count / 100])), bias(Self.row(all[all.count - 1 - all.count / 100])))
        let breadth = (high - low) / Float(max(Double(blocks).squareRoot(), 1))
        var sorted: [UInt32] = []
        sorted.reserveCapacity(all.count)
        var start = 0
        while start < all.count {
            var end = start + width
            while end < all.count, bias(Self.row(all[start])) - bias(Self.row(all[end - 1])) <= breadth { end += width }
            end = min(end, all.count)
            sorted += all[start..<end].map { Self.key(norm(Self.row($0)), Self.row($0)) }.sorted().map(Self.row)
            start = end
        }
        func promise(_ block: Int) -> Double {
            let rows = sorted[(block * width)..<min((block + 1) * width, sorted.count)]
            let (bias, norm) = rows.reduce((-Float.infinity, 0)) { (max($0.0, bias($1)), max($0.1, norm($1))) }
            return Double(bias) + userNorm * Double(norm)
        }
        // The last block, which may have room left, stays the last.
        let promises = (0..<(blocks - 1)).map(promise)
        let order = (0..<(blocks - 1)).sorted { (-promises[$0], $0) < (-promises[$1], $1) } + [blocks - 1]
        rows = order.flatMap { sorted[($0 * width)..<min(($0 + 1) * width, sorted.count)] }
    }

    /// A number that is the smaller the larger `value` is; the row in its lower half.
    private static func key(_ value: Float, _ row: UInt32) -> UInt64 {
        let bits = (value + 0).bitPattern
        let ascending = bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
        return UInt64(~ascending) << 32 | UInt64(row)
    }

    private static func row(_ key: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: key) }
}
