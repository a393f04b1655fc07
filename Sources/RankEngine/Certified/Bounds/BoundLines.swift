internal import CRankKernels

/// The lines that stand for outputs which are not kept: how far outputs reach, and what their lines lose.
///
/// docs/reference/certified-top-k.md, "Lines".
struct BoundLines {
    /// The pairs whose outputs say which are kept.
    private static let (sampleUsers, sampleCandidates) = (32, 32)

    let level: rank_level
    let proof: BoundProof
    let scales: BoundScales

    /// Describes how far each output is from that of the mean candidate at most.
    func describeReach(_ certificate: inout rank_certificate, _ candidates: HalfRows, in memory: ProofMemory) {
        let outputs = proof.outputs
        // T⁻ and T⁺ of each part; the largest of all do not depend on threads.
        let reached = ProofNumbers(count: candidates.parts * 2 * outputs)
        nonisolated(unsafe) let (description, base) = unsafe (certificate, reached.values.baseAddress)
        let (level, isOutlier) = (level, scales.isOutlier)
        unsafe candidates.share { part, first, count, floats, stride in
            guard let below = unsafe base.map({ unsafe $0 + part * 2 * outputs }) else { return }
            var description = unsafe description
            let scratch = ProofNumbers(count: 2 * outputs)
            for row in 0..<count where !isOutlier[first + row] {
                unsafe rank_reach(
                    level,
                    &description,
                    floats + row * stride,
                    stride,
                    1,
                    scratch.values.baseAddress,
                    below,
                    below + outputs
                )
            }
        }
        var largest = [Double](repeating: 0, count: 2 * outputs)
        for place in 0..<(candidates.parts * 2 * outputs) {
            unsafe largest[place % (2 * outputs)] = max(largest[place % (2 * outputs)], reached.values[place])
        }
        unsafe certificate.below = memory.keep(Array(largest.prefix(outputs)))
        unsafe certificate.above = memory.keep(Array(largest.suffix(outputs)))
    }

    /// The outputs, those first whose lines lose most over a sample of pairs.
    func losing(_ certificate: rank_certificate, _ users: HalfRows, _ candidates: HalfRows) -> [Int] {
        var certificate = unsafe certificate
        let losses = ProofNumbers(count: proof.outputs)
        let scratch = ProofNumbers(count: unsafe rank_certify_scratch(certificate.inputs, certificate.outputs))
        let network = users.network
        let stride = network.tableStride
        let (own, others) = (ScoringScratch(), ScoringScratch())
        let count = min(Self.sampleCandidates, candidates.total)
        own.reserve(stride)
        others.reserve(count * stride)
        guard let half = unsafe own.floats.baseAddress, let rows = unsafe others.floats.baseAddress else { return [] }
        for place in 0..<count {
            let row = UInt32(place * candidates.total / count)
            unsafe network.halfRows(RANK_HALF_CANDIDATE, from: row, count: 1, into: rows + place * stride)
        }
        let sampled = min(Self.sampleUsers, users.total)
        for place in 0..<sampled {
            let row = UInt32(place * users.total / sampled)
            unsafe network.halfRows(RANK_HALF_USER, from: row, count: 1, into: half)
            unsafe rank_line_losses(
                level,
                &certificate,
                half,
                rows,
                stride,
                count,
                scratch.values.baseAddress,
                losses.values.baseAddress
            )
        }
        return (0..<proof.outputs).sorted { unsafe (-losses.values[$0], $0) < (-losses.values[$1], $1) }
    }
}
