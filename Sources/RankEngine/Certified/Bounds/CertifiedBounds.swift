internal import CRankKernels

/// What proven upper bounds of a network's scores share, whatever outputs they keep: the candidates' thresholds, and
/// the numbers of their proof.
///
/// docs/reference/certified-top-k.md has the proof.
@safe final class CertifiedBounds {
    /// The network whose scores are bounded.
    let network: Network
    /// The kernel that computes the bounds.
    let kernel: BoundKernel
    /// The numbers that come from the weights.
    let proof: BoundProof
    /// The scales of levels and thresholds.
    let scales: BoundScales
    /// The users of the model.
    let userRows: Int
    /// Thresholds and distances; the pointers are valid while this object lives.
    private(set) var tables = unsafe rank_bounds()
    /// The proof, but for what depends on the kept outputs; pointers as in ``tables``.
    private(set) var certificate = unsafe rank_certificate()
    /// The outputs, those first whose lines lose most.
    let losing: [Int]
    private let memory = ProofMemory()

    /// The most users whose halves the scales come from.
    private static let mostUsers = 16_384
    /// The most units of the first layer: sums of integers then fit 32 bits.
    private static let mostUnits = 4_096

    /// The bytes of tables and records.
    static func byteCount(_ shape: ModelShape) -> Int {
        let rowBytes = rank_quantized_row_bytes(RANK_PRECISION_INT8, UInt32(shape.layerWidths.first ?? 0))
        let records = UserRecords.byteCount(
            users: shape.userRows,
            rowBytes: rowBytes,
            kept: Int(RANK_MOST_KEPT_OUTPUTS)
        )
        // A list may be bounded twice, by few outputs and by many.
        return shape.candidateRows * (rowBytes + 4) + 2 * records
    }

    /// Checks that the bounds suit a model's shape.
    ///
    /// - Throws: ``EngineError/Code/boundRefused``.
    static func check(_ shape: ModelShape) throws(EngineError) {
        let widths = shape.layerWidths
        guard widths.count == 3, shape.isReLUThroughout, !shape.hasOutputStep, !shape.dotProduct, !shape.candidateBias
        else {
            throw EngineError(
                .boundRefused,
                "bounds are for two hidden layers with relu and no other term of the candidate, and this model is "
                    + shape.summary
            )
        }
        guard widths[0] <= mostUnits else {
            throw EngineError(.boundRefused, "the first layer has \(widths[0]) units; bounds take \(mostUnits) at most")
        }
    }

    /// Makes tables and proof.
    ///
    /// - Parameters:
    ///   - network: The network.
    ///   - kernel: The kernel that computes the bounds.
    ///   - tables: The halves of the first layer for every row, under the plan factored.
    ///   - shape: The model's sizes.
    /// - Throws: ``EngineError/Code/boundRefused`` where nothing can be proved.
    init(
        _ network: Network,
        _ kernel: BoundKernel,
        tables: (users: SharedFloats, candidates: SharedFloats)?,
        _ shape: ModelShape
    ) throws(EngineError) {
        try Self.check(shape)
        guard let hidden = unsafe network.description.hidden?.pointee else {
            throw EngineError(.boundRefused, "the model has no second layer")
        }
        self.network = network
        self.kernel = kernel
        userRows = shape.userRows
        let users = HalfRows(
            network: network,
            half: RANK_HALF_USER,
            table: tables?.users,
            count: tables == nil ? min(shape.userRows, Self.mostUsers) : shape.userRows,
            total: shape.userRows
        )
        let candidates = HalfRows(
            network: network,
            half: RANK_HALF_CANDIDATE,
            table: tables?.candidates,
            count: shape.candidateRows,
            total: shape.candidateRows
        )
        let scales = try BoundScales(users: users, candidates: candidates)
        let proof = try unsafe BoundProof(network, hidden, scales, shape, kernel)
        (self.scales, self.proof) = (scales, proof)
        let rowBytes = rank_quantized_row_bytes(RANK_PRECISION_INT8, unsafe hidden.inputs)
        var certificate = unsafe rank_certificate()
        unsafe proof.describe(&certificate, rowBytes: rowBytes, in: memory)
        unsafe self.tables = Self.describeRows(&certificate, candidates, scales, kernel, in: memory)
        let lines = BoundLines(level: kernel.level, proof: proof, scales: scales)
        unsafe lines.describeReach(&certificate, candidates, in: memory)
        losing = unsafe lines.losing(certificate, users, candidates)
        unsafe self.certificate = unsafe certificate
    }

    /// Makes thresholds and distances; finds max ‖β‖.
    private static func describeRows(
        _ certificate: inout rank_certificate,
        _ candidates: HalfRows,
        _ scales: BoundScales,
        _ kernel: BoundKernel,
        in memory: ProofMemory
    ) -> rank_bounds {
        let level = kernel.level
        let (rowBytes, units) = unsafe (certificate.row_bytes, UInt32(candidates.units))
        let (distances, errors) = (ProofNumbers(count: candidates.count), ProofNumbers(count: candidates.count))
        nonisolated(unsafe) let description = unsafe certificate
        nonisolated(unsafe) let (distance, error) = unsafe (distances.values.baseAddress, errors.values.baseAddress)
        let thresholds = unsafe SharedMemory.block(byteCount: candidates.count * rowBytes) { table in
            nonisolated(unsafe) let base = table.baseAddress
            unsafe candidates.share { _, first, count, floats, stride in
                guard let table = unsafe base, let distance = unsafe distance, let error = unsafe error else { return }
                unsafe rank_quantize_rows(
                    RANK_PRECISION_INT8,
                    RANK_HALF_CANDIDATE,
                    units,
                    description.scales,
                    description.highest,
                    floats,
                    stride,
                    count,
                    table + first * rowBytes
                )
                var description = unsafe description
                unsafe rank_row_errors(level, &description, floats, stride, count, distance + first, error + first)
            }
        }
        for row in 0..<candidates.count where !scales.isOutlier[row] {
            unsafe certificate.threshold_error = max(certificate.threshold_error, errors.values[row])
        }
        let rounded = unsafe SharedFloats(count: candidates.count) { floats in
            for row in 0..<candidates.count {
                let exact = unsafe distances.values[row]
                let near = Float(exact)
                unsafe floats[row] = scales.isOutlier[row] ? .infinity : Double(near) < exact ? near.nextUp : near
            }
        }
        memory.keep(thresholds)
        memory.keep(rounded.memory)
        var tables = unsafe rank_bounds()
        unsafe tables.kernel = kernel.place
        unsafe tables.row_bytes = rowBytes
        unsafe tables.thresholds = thresholds.start(as: UInt8.self)
        unsafe tables.distances = rounded.buffer.baseAddress
        return unsafe tables
    }
}

extension Kernel {
    /// Whether this kernel's instruction set and this CPU have bounds.
    package var hasBounds: Bool { rank_bound_kernel_from(level, 0) != RANK_NO_BOUND_KERNEL }
}
