internal import CRankKernels
import RankSystem

/// The scores of all pairs of rows, for the plan full.
struct FullTable: Sendable {
    private let scores: SharedFloats
    private let candidateRows: Int

    /// Scores every pair, on all processors that this process may use.
    ///
    /// May take as many bytes again, until it returns, for the candidates' halves of the first layer.
    init(_ weights: ModelWeights, kernel: Kernel) {
        let shape = weights.shape
        let network = Network(weights, kernel: kernel)
        let halves =
            network.tableStride > 0 && network.tableStride <= shape.userRows
            ? network.table(RANK_HALF_CANDIDATE, rows: shape.candidateRows) : nil
        let rows = (0..<UInt32(shape.candidateRows)).map { $0 }
        candidateRows = shape.candidateRows
        unsafe scores = SharedFloats(count: shape.userRows * shape.candidateRows) { scores in
            nonisolated(unsafe) let base = scores.baseAddress
            WorkSharing.share(shape.userRows, threads: Processors.available) {
                RowScorer(weights, kernel: kernel, candidateHalves: halves)
            } body: { scorer, user in
                guard let base = unsafe base else { return }
                unsafe scorer.score(UInt32(user), rows, into: base + user * rows.count)
            }
        }
    }

    /// Copies the scores of a user's row with some candidates' rows, which must all exist.
    ///
    /// Allocates nothing.
    @inline(__always)
    func copy(
        _ user: UInt32,
        rows: UnsafePointer<UInt32>,
        count: Int,
        into output: UnsafeMutablePointer<Float>
    ) {
        guard let table = unsafe scores.buffer.baseAddress else { return }
        let row = unsafe table + Int(user) * candidateRows
        for index in 0..<count { unsafe output[index] = row[Int(rows[index])] }
    }
}
