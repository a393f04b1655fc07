internal import CRankKernels

/// Proven upper bounds of a network's scores: the integers, and the numbers of their proof.
///
/// docs/reference/certified-top-k.md has the proof. Holds scratch and records of users: for one thread at a time.
@safe final class CertifiedBounds {
    /// The network whose scores are bounded.
    private let network: Network
    /// The level whose kernels compute the bounds.
    let level: rank_level
    /// What the kernels read for every list.
    private(set) var bounds = unsafe rank_bounds()
    /// What a user's record is made from.
    private var certificate = unsafe rank_certificate()
    /// The memory that the descriptions point to.
    private var owned: [AnyObject] = []
    /// The users' records.
    let records: UserRecords
    private let scratch: ProofNumbers

    /// The most users whose halves the scales come from.
    private static let mostUsers = 16_384
    /// The most units of the first layer: sums of integers then fit 32 bits.
    private static let mostUnits = 4_096

    /// The bytes of tables and records.
    static func byteCount(_ shape: ModelShape) -> Int {
        let rowBytes = rank_quantized_row_bytes(RANK_PRECISION_INT8, UInt32(shape.layerWidths.first ?? 0))
        return shape.candidateRows * (rowBytes + 4) + UserRecords.byteCount(users: shape.userRows, rowBytes: rowBytes)
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
    ///   - network: The network, with a kernel whose level has bounds.
    ///   - tables: The halves of the first layer for every row, under the plan factored.
    ///   - shape: The model's sizes.
    /// - Throws: ``EngineError/Code/boundRefused`` where nothing can be proved.
    init(_ network: Network, tables: (users: SharedFloats, candidates: SharedFloats)?, _ shape: ModelShape)
        throws(EngineError)
    {
        try Self.check(shape)
        guard let hidden = unsafe network.description.hidden?.pointee else {
            throw EngineError(.boundRefused, "the model has no second layer")
        }
        self.network = network
        level = network.kernel.level
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
        let rowBytes = rank_quantized_row_bytes(RANK_PRECISION_INT8, unsafe hidden.inputs)
        records = UserRecords(users: shape.userRows, rowBytes: rowBytes)
        scratch = ProofNumbers(count: unsafe rank_certify_scratch(hidden.inputs, hidden.outputs))
        let proof = unsafe BoundProof(network, hidden, scales, level: level)
        try unsafe scales.checkSizes(hidden, outputWeights: proof.outputWeights, others: proof.otherTerms(shape))
        unsafe proof.describe(&certificate, hidden, rowBytes: rowBytes)
        describeRows(candidates, scales, rowBytes: rowBytes)
        try unsafe proof.describeKept(&certificate, &bounds, hidden, users, candidates)
        owned += proof.owned
    }

    /// Makes thresholds and distances; finds max ‖β‖.
    private func describeRows(_ candidates: HalfRows, _ scales: BoundScales, rowBytes: Int) {
        var (distances, errors) = (
            [Double](repeating: 0, count: candidates.count), [Double](repeating: 0, count: candidates.count)
        )
        let thresholds = unsafe SharedMemory.block(byteCount: candidates.count * rowBytes) { table in
            unsafe candidates.forEachBlock { first, count, floats, stride in
                unsafe rank_quantize_rows(
                    RANK_PRECISION_INT8,
                    RANK_HALF_CANDIDATE,
                    UInt32(candidates.units),
                    scales.scales,
                    scales.highest,
                    floats,
                    stride,
                    count,
                    table.baseAddress.map { unsafe $0 + first * rowBytes }
                )
                unsafe distances.withUnsafeMutableBufferPointer { distances in
                    unsafe errors.withUnsafeMutableBufferPointer { errors in
                        unsafe rank_row_errors(
                            level,
                            &certificate,
                            floats,
                            stride,
                            count,
                            distances.baseAddress.map { unsafe $0 + first },
                            errors.baseAddress.map { unsafe $0 + first }
                        )
                    }
                }
            }
        }
        for row in errors.indices where !scales.isOutlier[row] {
            unsafe certificate.threshold_error = max(certificate.threshold_error, errors[row])
        }
        let rounded = unsafe SharedFloats(count: distances.count) { floats in
            for (row, distance) in distances.enumerated() {
                let near = Float(distance)
                unsafe floats[row] =
                    scales.isOutlier[row] ? .infinity : Double(near) < distance ? near.nextUp : near
            }
        }
        unsafe bounds.row_bytes = rowBytes
        unsafe bounds.thresholds = thresholds.start(as: UInt8.self)
        unsafe bounds.distances = rounded.buffer.baseAddress
        owned += [thresholds, rounded.memory]
    }

    /// The record of a user, from the user's half of the first layer; nil where nothing can be proved of the user.
    ///
    /// Allocates nothing. Valid until another record is asked for.
    func record(of user: UInt32, half: UnsafePointer<Float>) -> UnsafePointer<UInt8>? {
        let (place, isKnown) = records.place(of: user)
        if !isKnown {
            let bias = network.weights.userBias.map { unsafe Double($0.buffer[Int(user)]) } ?? 0
            let mean = network.weights.mean.map { unsafe Double($0.buffer[0]) } ?? 0
            let isProved = unsafe rank_certify_user(
                level,
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
        unsafe rank_bound_rows(level, &bounds, record, rows, count, output)
    }
}
