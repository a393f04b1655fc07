internal import CRankKernels

/// The numbers of a proof that come from the weights: lines, kept outputs, norms.
@safe final class BoundProof {
    /// The memory that the descriptions point to.
    private(set) var owned: [AnyObject] = []
    /// The last layer's weights, one for each output of the hidden one.
    let outputWeights: [Double]

    private let network: Network
    private let scales: BoundScales
    private let level: rank_level
    private let (inputs, outputs): (Int, Int)
    private static let kept = Int(RANK_KEPT_OUTPUTS)
    private static let unit = 0x1p-24
    /// The pairs whose outputs say which are kept.
    private static let (sampleUsers, sampleCandidates) = (32, 32)

    init(_ network: Network, _ hidden: rank_matrix, _ scales: BoundScales, level: rank_level) {
        self.network = network
        self.scales = scales
        self.level = level
        (inputs, outputs) = unsafe (Int(hidden.inputs), Int(hidden.outputs))
        let count = outputs
        outputWeights =
            unsafe network.description.output_weights.map { weights in
                (0..<count).map { unsafe Double(weights[$0]) }
            } ?? []
    }

    /// The magnitudes of a score's terms beside those of the hidden layer's outputs, at most.
    func otherTerms(_ shape: ModelShape) -> Double {
        var sum = unsafe Double(network.description.output_bias.magnitude)
        if let bias = network.weights.userBias {
            sum += unsafe bias.buffer.reduce(0) { max($0, Double($1.magnitude)) }
        }
        if let mean = network.weights.mean { sum += unsafe Double(mean.buffer[0].magnitude) }
        return sum
    }

    /// Describes everything but thresholds and kept outputs.
    func describe(_ certificate: inout rank_certificate, _ hidden: rank_matrix, rowBytes: Int) {
        unsafe certificate.inputs = hidden.inputs
        unsafe certificate.outputs = hidden.outputs
        unsafe certificate.row_bytes = rowBytes
        unsafe certificate.scales = keep(scales.scales)
        unsafe certificate.lowest = keep(scales.lowest)
        unsafe certificate.mean = keep(scales.mean)
        unsafe certificate.highest = keep(scales.highest)
        unsafe certificate.output_weights = network.description.output_weights
        unsafe certificate.weights = hidden.kernel
        unsafe certificate.biases = hidden.bias
        unsafe certificate.output_bias = Double(network.description.output_bias)
        let inverse = scales.scales.reduce(0) { $1 > 0 ? $0 + 1 / ($1 * $1) : $0 }
        unsafe certificate.level_slack = 1e-9 * inverse.squareRoot()
        let (stride, norms) = unsafe (Int(hidden.stride), norms(hidden))
        unsafe certificate.norms = keep(norms)
        unsafe certificate.score_rounding = Self.share(of: inputs + stride / 16 + 16)
        unsafe certificate.bound_rounding = Self.share(of: 32)
    }

    /// Chooses the outputs to keep, and describes their integers and what those miss.
    func describeKept(
        _ certificate: inout rank_certificate,
        _ bounds: inout rank_bounds,
        _ hidden: rank_matrix,
        _ users: HalfRows,
        _ candidates: HalfRows
    ) throws(EngineError) {
        unsafe describeReach(&certificate, candidates)
        let losses = unsafe losses(&certificate, users, candidates)
        let chosen = losses.indices.sorted { (-losses[$0], $0) < (-losses[$1], $1) }.prefix(Self.kept).sorted()
        let places = unsafe SharedMemory.indexes(outputs) { places in
            for output in 0..<outputs { unsafe places[output] = UInt32(Self.kept) }
            for (place, output) in chosen.enumerated() { unsafe places[output] = UInt32(place) }
        }
        owned.append(places)
        unsafe certificate.places = places.start(as: UInt32.self)
        let integers = try unsafe integers(hidden)
        unsafe describeIntegers(integers, chosen, &bounds, rowBytes: certificate.row_bytes)
        unsafe describeErrors(integers, chosen, &certificate, hidden)
    }

    // MARK: Lines

    /// How far each output is from that of the mean candidate at most.
    private func describeReach(_ certificate: inout rank_certificate, _ candidates: HalfRows) {
        let (below, above) = (ProofNumbers(count: outputs), ProofNumbers(count: outputs))
        let scratch = ProofNumbers(count: 2 * outputs)
        unsafe candidates.forEachBlock { first, count, floats, stride in
            for row in 0..<count where !scales.isOutlier[first + row] {
                unsafe rank_reach(
                    level,
                    &certificate,
                    floats + row * stride,
                    stride,
                    1,
                    scratch.values.baseAddress,
                    below.values.baseAddress,
                    above.values.baseAddress
                )
            }
        }
        owned += [below, above]
        unsafe certificate.below = below.start
        unsafe certificate.above = above.start
    }

    /// What lines in place of outputs lose, summed over a sample of pairs.
    private func losses(_ certificate: inout rank_certificate, _ users: HalfRows, _ candidates: HalfRows) -> [Double] {
        let losses = ProofNumbers(count: outputs)
        let scratch = ProofNumbers(count: rank_certify_scratch(UInt32(inputs), UInt32(outputs)))
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
        return unsafe Array(losses.values.prefix(outputs))
    }

    // MARK: Integers

    /// The integer weights of all outputs, [inputs][outputs], and their steps.
    private func integers(_ hidden: rank_matrix) throws(EngineError) -> (weights: [Int16], steps: [Float]) {
        var hidden = unsafe hidden
        var weights = [Int16](repeating: 0, count: inputs * outputs)
        var steps = unsafe [Float](repeating: 0, count: Int(hidden.stride))
        let output = unsafe rank_quantize_weights(RANK_PRECISION_INT8, &hidden, scales.scales, &weights, &steps)
        guard output == outputs else {
            throw EngineError(
                .boundRefused,
                "the weights of output \(output) of the second layer are too large for any scale"
            )
        }
        return (weights, steps)
    }

    /// Lays the kept outputs' integers out for the kernels.
    private func describeIntegers(
        _ integers: (weights: [Int16], steps: [Float]),
        _ chosen: [Int],
        _ bounds: inout rank_bounds,
        rowBytes: Int
    ) {
        let packed = unsafe SharedMemory.block(byteCount: rowBytes * Self.kept) { bytes in
            for unit in 0..<inputs {
                for (place, output) in chosen.enumerated() {
                    let weight = Int8(truncatingIfNeeded: integers.weights[unit * outputs + output])
                    unsafe bytes[(unit / 4 * Self.kept + place) * 4 + unit % 4] = UInt8(bitPattern: weight)
                }
            }
        }
        owned.append(packed)
        unsafe bounds.packed = packed.start(as: Int8.self)
        unsafe bounds.steps = keep(padded(chosen.map { integers.steps[$0] }))
        unsafe bounds.output_weights = keep(padded(chosen.map { Float(outputWeights[$0]) }))
    }

    /// Describes what the integers miss, and the norms over the cube.
    private func describeErrors(
        _ integers: (weights: [Int16], steps: [Float]),
        _ chosen: [Int],
        _ certificate: inout rank_certificate,
        _ hidden: rank_matrix
    ) {
        guard let kernel = unsafe hidden.kernel, let bias = unsafe hidden.bias else { return }
        var (weights, errors) = (Self.zeros(inputs * Self.kept), Self.zeros(inputs * Self.kept))
        var (halfWeights, halfErrors) = (Self.zeros(inputs), Self.zeros(inputs))
        var (sizes, integerSizes) = (Self.zeros(inputs), Self.zeros(inputs))
        for (unit, scale) in scales.scales.enumerated() where scale > 0 {
            for output in 0..<outputs {
                unsafe sizes[unit] += (outputWeights[output] * Double(kernel[unit * outputs + output])).magnitude
            }
            for (place, output) in chosen.enumerated() {
                let weight = unsafe Double(kernel[unit * outputs + output])
                let integer =
                    scale * Double(integers.weights[unit * outputs + output]) * Double(integers.steps[output])
                weights[unit * Self.kept + place] = weight
                errors[unit * Self.kept + place] = weight - integer
                halfWeights[unit] += 0.5 * weight * outputWeights[output]
                halfErrors[unit] += 0.5 * (weight - integer) * outputWeights[output]
                integerSizes[unit] += (integer * outputWeights[output]).magnitude
            }
        }
        unsafe certificate.kept_weights = keep(weights)
        unsafe certificate.kept_errors = keep(errors)
        unsafe certificate.half_weights = keep(halfWeights)
        unsafe certificate.half_errors = keep(halfErrors)
        unsafe certificate.weight_norm = 0.5 * cubeNorm(weights, chosen)
        unsafe certificate.error_norm = 0.5 * cubeNorm(errors, chosen)
        unsafe certificate.weight_size = Self.norm(sizes)
        unsafe certificate.integer_size = Self.norm(integerSizes)
        var biasSize = unsafe Double(network.description.output_bias.magnitude)
        for output in 0..<outputs { unsafe biasSize += (outputWeights[output] * Double(bias[output])).magnitude }
        unsafe certificate.bias_size = biasSize
    }

    /// The norm over the cube of a matrix whose columns are weighted by the last layer.
    private func cubeNorm(_ matrix: [Double], _ chosen: [Int]) -> Double {
        var gram = Self.zeros(Self.kept * Self.kept)
        for unit in 0..<inputs {
            let row = chosen.enumerated().map { matrix[unit * Self.kept + $0.offset] * outputWeights[$0.element] }
            for (left, first) in row.enumerated() {
                for (right, second) in row.enumerated() { gram[left * Self.kept + right] += first * second }
            }
        }
        return CubeNorm.bound(gram: gram, count: Self.kept)
    }

    // MARK: Memory

    private static func zeros(_ count: Int) -> [Double] { [Double](repeating: 0, count: count) }

    private static func norm(_ vector: [Double]) -> Double {
        vector.reduce(0) { $0 + $1 * $1 }.squareRoot() * (1 + 1e-9)
    }

    /// γ of a number of roundings.
    private static func share(of roundings: Int) -> Double {
        let all = Double(roundings) * unit
        return all / (1 - all)
    }

    private func norms(_ hidden: rank_matrix) -> [Double] {
        guard let kernel = unsafe hidden.kernel else { return [] }
        return (0..<outputs).map { output in
            Self.norm((0..<inputs).map { unsafe Double(kernel[$0 * outputs + output]) })
        }
    }

    private func padded(_ values: [Float]) -> [Float] {
        values + [Float](repeating: 0, count: Self.kept - values.count)
    }

    private func keep(_ values: [Double]) -> UnsafePointer<Double>? {
        let numbers = ProofNumbers(values)
        owned.append(numbers)
        return unsafe numbers.start
    }

    private func keep(_ values: [Float]) -> UnsafePointer<Float>? {
        let floats = unsafe SharedMemory.floats(values.count) { floats in
            for (index, value) in values.enumerated() { unsafe floats[index] = value }
        }
        owned.append(floats)
        return unsafe floats.start(as: Float.self)
    }
}
