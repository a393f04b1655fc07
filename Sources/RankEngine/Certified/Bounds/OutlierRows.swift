internal import CRankKernels
private import RankSystem

/// The rows of a table of halves that are far larger than all others.
///
/// Levels come from the largest halves: one such row would take every other row's precision. So the scales leave the
/// rows out; candidates' rows are always scored, users' rows under the plain plan.
struct OutlierRows {
    /// Whether each row is an outlier.
    let isOutlier: [Bool]

    /// How many times as large as 99 % of rows an outlier is.
    private static let factor: Float = 4

    /// Finds the rows.
    ///
    /// - Parameter halves: The rows.
    /// - Throws: ``EngineError/Code/boundRefused`` where a half is not finite.
    init(_ halves: HalfRows) throws(EngineError) {
        var sizes: [Float] = []
        sizes.reserveCapacity(halves.count)
        unsafe halves.forEachBlock { _, count, floats, stride in
            for row in 0..<count {
                var size: Float = 0
                // NaN stays: no comparison with it holds.
                for unit in 0..<halves.units {
                    let value = unsafe floats[row * stride + unit].magnitude
                    if !(value <= size) { size = value }
                }
                sizes.append(size)
            }
        }
        if let row = sizes.firstIndex(where: { !$0.isFinite }) {
            throw EngineError(.boundRefused, "the first layer's half of row \(row) is not finite")
        }
        let usual = sizes.sorted()[(sizes.count - 1) * 99 / 100]
        isOutlier = sizes.map { $0 > Self.factor * usual }
    }
}

/// Rows of a half of the first layer: from a table, or computed a block at a time.
struct HalfRows {
    /// The rows of a block.
    private static let chunk = 256

    let network: Network
    let half: rank_half
    /// The table of all rows; nil to compute them.
    let table: SharedFloats?
    /// The number of rows: all of them, or a sample spread evenly.
    let count: Int
    /// The number of rows of the model.
    let total: Int

    /// Units of a row.
    var units: Int { network.firstLayerUnits }

    /// The row of the model at a place of these.
    func row(_ place: Int) -> Int { place * total / count }

    /// Calls `body` with the first place of a block, the number of rows, their floats and the distance between two.
    func forEachBlock(_ body: (Int, Int, UnsafePointer<Float>, Int) -> Void) {
        let stride = network.tableStride
        if let start = unsafe table?.buffer.baseAddress, count == total {
            unsafe body(0, count, start, stride)
            return
        }
        let buffer = ScoringScratch()
        let length = min(Self.chunk, count)
        buffer.reserve(length * stride)
        guard let floats = unsafe buffer.floats.baseAddress else { return }
        for first in Swift.stride(from: 0, to: count, by: length) {
            let rows = min(length, count - first)
            if count == total {
                unsafe network.halfRows(half, from: UInt32(first), count: rows, into: floats)
            } else {
                for place in 0..<rows {
                    let row = UInt32(self.row(first + place))
                    unsafe network.halfRows(half, from: row, count: 1, into: floats + place * stride)
                }
            }
            unsafe body(first, rows, floats, stride)
        }
    }

    /// The number of parts that ``share(_:)`` has.
    var parts: Int { (count + Self.chunk - 1) / Self.chunk }

    /// Calls `body` with the parts of all rows on all processors: the number of a part, its first place, the number of
    /// its rows, their floats and the distance between two.
    ///
    /// Not for a sample of the rows. What `body` does with a part must not depend on the thread.
    func share(_ body: @escaping @Sendable (Int, Int, Int, UnsafePointer<Float>, Int) -> Void) {
        let (weights, kernel, half, count) = (network.weights, network.kernel, half, count)
        let (stride, table) = (network.tableStride, table)
        WorkSharing.share(parts, threads: Processors.available) {
            // A network has the scratch of one thread.
            let own = table == nil ? Network(weights, kernel: kernel) : nil
            let buffer = ScoringScratch()
            buffer.reserve(own == nil ? 0 : Self.chunk * stride)
            return (own, buffer)
        } body: { (state: (network: Network?, buffer: ScoringScratch), part: Int) in
            let first = part * Self.chunk
            let rows = min(Self.chunk, count - first)
            if let start = unsafe table?.buffer.baseAddress {
                unsafe body(part, first, rows, start + first * stride, stride)
            } else if let own = state.network, let floats = unsafe state.buffer.floats.baseAddress {
                unsafe own.halfRows(half, from: UInt32(first), count: rows, into: floats)
                unsafe body(part, first, rows, floats, stride)
            }
        }
    }
}
