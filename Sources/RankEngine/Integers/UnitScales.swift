internal import CRankKernels

/// The scales that turn units of the first layer into integers: docs/reference/numerics.md, "Integers".
struct UnitScales {
    /// Rows of a table computed at a time.
    private static let chunk = 256

    private let network: Network
    private let precision: rank_precision
    /// The largest half of any candidate, for each unit.
    private let highestCandidate: [Float]
    /// The levels of an activation of 1, for each unit.
    let scales: [Double]

    /// Finds the scales; computes both halves of the first layer once for every row.
    ///
    /// - Throws: ``EngineError/Code/precisionRefused`` where no scale fits a unit.
    init(_ network: Network, _ precision: rank_precision, _ shape: ModelShape) throws(EngineError) {
        self.network = network
        self.precision = precision
        let highestUser = Self.highest(network, RANK_HALF_USER, shape.userRows)
        let highestCandidate = Self.highest(network, RANK_HALF_CANDIDATE, shape.candidateRows)
        let units = UInt32(highestUser.count)
        var scales = [Double](repeating: 0, count: highestUser.count)
        let unit = unsafe Int(rank_unit_scales(precision, units, highestUser, highestCandidate, &scales))
        guard unit == highestUser.count else {
            throw EngineError(
                .precisionRefused,
                "unit \(unit) of the first layer reaches \(highestUser[unit]) + \(highestCandidate[unit]), which no "
                    + "scale fits"
            )
        }
        self.highestCandidate = highestCandidate
        self.scales = scales
    }

    /// Bytes of a row of the tables.
    var rowBytes: Int { rank_quantized_row_bytes(precision, UInt32(scales.count)) }

    /// The levels of every user, or the thresholds of every candidate, [rows][rowBytes].
    func table(_ half: rank_half, rows: Int) -> SharedMemory {
        unsafe SharedMemory.block(byteCount: rows * rowBytes) { table in
            unsafe Self.halves(network, half, rows) { first, count, floats in
                unsafe rank_quantize_rows(
                    precision,
                    half,
                    UInt32(scales.count),
                    scales,
                    highestCandidate,
                    floats,
                    network.tableStride,
                    count,
                    table.baseAddress.map { unsafe $0 + first * rowBytes }
                )
            }
        }
    }

    private static func highest(_ network: Network, _ half: rank_half, _ rows: Int) -> [Float] {
        let units = network.firstLayerUnits
        var highest = [Float](repeating: -.infinity, count: units)
        unsafe halves(network, half, rows) { _, count, floats in
            unsafe rank_highest(floats, count, network.tableStride, UInt32(units), &highest)
        }
        return highest
    }

    /// Computes a half of the first layer for all rows, a block at a time: `body` takes the first row of a block, their
    /// number and [number][tableStride] floats.
    private static func halves(
        _ network: Network,
        _ half: rank_half,
        _ rows: Int,
        _ body: (Int, Int, UnsafePointer<Float>) -> Void
    ) {
        let buffer = ScoringScratch()
        buffer.reserve(min(chunk, rows) * network.tableStride)
        guard let floats = unsafe buffer.floats.baseAddress else { return }
        for first in stride(from: 0, to: rows, by: chunk) {
            let count = min(chunk, rows - first)
            unsafe network.halfRows(half, from: UInt32(first), count: count, into: floats)
            unsafe body(first, count, floats)
        }
    }
}
