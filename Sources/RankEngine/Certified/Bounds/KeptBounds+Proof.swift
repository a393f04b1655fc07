internal import CRankKernels

extension KeptBounds {
    /// Lays the kept outputs' integers out for the kernels.
    static func describeIntegers(
        _ bounds: inout rank_bounds,
        _ proof: BoundProof,
        _ chosen: [Int],
        in memory: ProofMemory
    ) {
        let (kept, outputs) = unsafe (Int(bounds.kept), proof.outputs)
        let packed = unsafe SharedMemory.block(byteCount: bounds.row_bytes * kept) { bytes in
            for unit in 0..<proof.inputs {
                for (place, output) in chosen.enumerated() {
                    let weight = Int8(truncatingIfNeeded: proof.integers.weights[unit * outputs + output])
                    unsafe bytes[(unit / 4 * kept + place) * 4 + unit % 4] = UInt8(bitPattern: weight)
                }
            }
        }
        memory.keep(packed)
        let padding = [Float](repeating: 0, count: kept - chosen.count)
        unsafe bounds.packed = packed.start(as: Int8.self)
        unsafe bounds.steps = memory.keep(chosen.map { proof.integers.steps[$0] } + padding)
        unsafe bounds.output_weights = memory.keep(chosen.map { Float(proof.outputWeights[$0]) } + padding)
    }

    /// Describes what the integers miss, and the norms over the cube.
    static func describeErrors(
        _ certificate: inout rank_certificate,
        _ proof: BoundProof,
        _ scales: [Double],
        _ chosen: [Int],
        in memory: ProofMemory
    ) {
        guard let kernel = unsafe proof.hidden.kernel else { return }
        let (inputs, outputs, kept) = unsafe (proof.inputs, proof.outputs, Int(certificate.kept))
        var (weights, errors) = (zeros(inputs * kept), zeros(inputs * kept))
        var (halfWeights, halfErrors, integerSizes) = (zeros(inputs), zeros(inputs), zeros(inputs))
        for (unit, scale) in scales.enumerated() where scale > 0 {
            for (place, output) in chosen.enumerated() {
                let weight = unsafe Double(kernel[unit * outputs + output])
                let (number, step) = (proof.integers.weights[unit * outputs + output], proof.integers.steps[output])
                let integer = scale * Double(number) * Double(step)
                let last = proof.outputWeights[output]
                weights[unit * kept + place] = weight
                errors[unit * kept + place] = weight - integer
                halfWeights[unit] += 0.5 * weight * last
                halfErrors[unit] += 0.5 * (weight - integer) * last
                integerSizes[unit] += (integer * last).magnitude
            }
        }
        unsafe certificate.kept_weights = memory.keep(weights)
        unsafe certificate.kept_errors = memory.keep(errors)
        unsafe certificate.half_weights = memory.keep(halfWeights)
        unsafe certificate.half_errors = memory.keep(halfErrors)
        let last = chosen.map { proof.outputWeights[$0] }
        unsafe certificate.weight_norm = 0.5 * cubeNorm(weights, kept, last)
        unsafe certificate.error_norm = 0.5 * cubeNorm(errors, kept, last)
        unsafe certificate.integer_size = BoundProof.norm(integerSizes)
        let places = (0..<outputs).map { output in chosen.firstIndex(of: output).map { UInt32($0) } ?? UInt32(kept) }
        unsafe certificate.places = memory.keep(places)
    }

    /// The norm over the cube of a matrix, [inputs][kept], whose columns are weighted by the last layer.
    private static func cubeNorm(_ matrix: [Double], _ kept: Int, _ last: [Double]) -> Double {
        let count = last.count
        var gram = zeros(count * count)
        var row = zeros(count)
        for start in stride(from: 0, to: matrix.count, by: kept) {
            for (place, weight) in last.enumerated() { row[place] = matrix[start + place] * weight }
            for (left, first) in row.enumerated() {
                for (right, second) in row.enumerated() { gram[left * count + right] += first * second }
            }
        }
        return CubeNorm.bound(gram: gram, count: count)
    }

    private static func zeros(_ count: Int) -> [Double] { [Double](repeating: 0, count: count) }
}
