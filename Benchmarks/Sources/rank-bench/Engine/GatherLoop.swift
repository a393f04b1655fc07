import CLoad
import CPeak

/// The floor of a model without hidden layers: reads the row of each candidate of a request and sums it.
final class GatherLoop {
    private let table: UnsafeMutableBufferPointer<Float>
    private let rows: [[UInt32]]
    private var sums: [Float]

    /// A table of random rows, and the rows of the candidates of some requests.
    init(rowCount: Int, _ requests: BareRequests) {
        // Rows at the start of cache lines, as they lie in a model file.
        let size = rowCount * Int(RANK_GATHER_DIMENSIONS) * MemoryLayout<Float>.stride
        table = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64).bindMemory(to: Float.self)
        var generator = SplitMix(state: 3)
        for index in table.indices {
            table.initializeElement(at: index, to: .random(in: -0.5...0.5, using: &generator))
        }
        rows = requests.bytes.withUnsafeBytes { bytes in
            (0..<requests.variants).map { variant in
                (0..<requests.candidateCount).map { candidate in
                    let offset = requests.userOffset(variant) + 8 + candidate * 8
                    return UInt32(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
                }
            }
        }
        sums = [Float](repeating: 0, count: requests.candidateCount)
    }

    deinit {
        table.deallocate()
    }

    /// Gathers for requests in turn and returns the time of each, in nanoseconds.
    func run(rounds: Int) -> [UInt64] {
        (0..<rounds).map { round in
            let start = rank_load_now()
            let rows = rows[round % rows.count]
            rank_gather(table.baseAddress, rows, rows.count, &sums)
            return rank_load_now() - start
        }
    }
}
