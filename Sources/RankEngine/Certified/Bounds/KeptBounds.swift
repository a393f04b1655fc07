internal import CRankKernels

/// Proven upper bounds of a network's scores that keep a number of outputs, and the users' records.
///
/// Holds scratch and records of users: for one thread at a time.
@safe final class KeptBounds {
    /// The outputs that are kept.
    let kept: Int

    /// What bounds of any number of outputs share.
    let shared: CertifiedBounds
    /// What the kernels read for every list.
    private var bounds: rank_bounds
    /// What a user's record is made from.
    private var certificate: rank_certificate
    private let memory = ProofMemory()
    private let records: UserRecords
    private let scratch: ProofNumbers

    /// The numbers of outputs that bounds may keep, of a layer of so many outputs.
    static func choices(_ outputs: Int) -> [Int] {
        let most = min(outputs, Int(RANK_MOST_KEPT_OUTPUTS))
        return [16, 24, 32, 48].filter { $0 < most } + [most]
    }

    /// Makes integers and proof.
    ///
    /// - Parameters:
    ///   - shared: The tables.
    ///   - kept: One of ``choices(_:)``.
    init(_ shared: CertifiedBounds, keeping kept: Int) {
        (self.shared, self.kept) = (shared, kept)
        var (bounds, certificate) = unsafe (shared.tables, shared.certificate)
        let chosen = shared.losing.prefix(kept).sorted()
        let group = Int(RANK_KEPT_GROUP)
        let padded = (kept + group - 1) / group * group
        unsafe bounds.kept = UInt32(padded)
        unsafe bounds.padding = UInt32(padded - kept)
        unsafe certificate.kept = UInt32(padded)
        unsafe Self.describeIntegers(&bounds, shared.proof, chosen, in: memory)
        unsafe Self.describeErrors(&certificate, shared.proof, shared.scales.scales, chosen, in: memory)
        scratch = ProofNumbers(count: unsafe rank_certify_scratch(certificate.inputs, certificate.outputs))
        records = UserRecords(users: shared.userRows, rowBytes: unsafe bounds.row_bytes, kept: padded)
        unsafe (self.bounds, self.certificate) = unsafe (bounds, certificate)
    }

    /// The record of a user, from the user's half of the first layer; nil where nothing can be proved of the user.
    ///
    /// Allocates nothing. Valid until another record is asked for.
    func record(of user: UInt32, half: UnsafePointer<Float>) -> UnsafePointer<UInt8>? {
        let (place, isKnown) = records.place(of: user)
        if !isKnown {
            let weights = shared.network.weights
            let bias = weights.userBias.map { unsafe Double($0.buffer[Int(user)]) } ?? 0
            let mean = weights.mean.map { unsafe Double($0.buffer[0]) } ?? 0
            let isProved = unsafe rank_certify_user(
                shared.kernel.level,
                &certificate,
                half,
                bias + mean,
                bias.magnitude + mean.magnitude,
                scratch.values.baseAddress,
                records.bytes(at: place)
            )
            records.note(user, at: place, isProved: isProved)
        }
        guard records.isProved(at: place) else { return nil }
        return unsafe UnsafePointer(records.bytes(at: place))
    }

    /// What every bound of a record leaves out, B0.
    func margin(of record: UnsafePointer<UInt8>) -> Float { unsafe rank_record_margin(record, bounds.row_bytes) }

    /// Computes U + B1·r of candidates' rows: with B0 no less than their scores.
    func bound(
        _ record: UnsafePointer<UInt8>,
        rows: UnsafePointer<UInt32>,
        count: Int,
        into output: UnsafeMutablePointer<Float>
    ) {
        unsafe rank_bound_rows(shared.kernel.level, &bounds, record, rows, count, output)
    }
}
