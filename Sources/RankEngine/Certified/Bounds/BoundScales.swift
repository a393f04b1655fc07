internal import CRankKernels

/// The scales of a bound's levels and thresholds, and the mean candidate.
struct BoundScales {
    /// The levels of an activation of 1, for each unit; 0 for a unit that no pair activates.
    let scales: [Double]
    /// The largest candidate's half of each unit, q.
    let highest: [Float]
    /// The half of each unit below which no user activates it.
    let lowest: [Double]
    /// The mean candidate's half of each unit, clipped to `lowest`.
    let mean: [Double]
    /// Whether each candidate's row is always scored.
    let isOutlier: [Bool]

    /// The largest sum of magnitudes within a score: no operation of any pair then overflows float32.
    private static let largestSum = 0x1p100
    /// The most that may be lost to underflow within a score: a tenth of what certified/record.h allows for.
    private static let mostLost = 1e-31

    /// Finds the scales.
    ///
    /// - Parameters:
    ///   - users: The users' halves, all or a sample of them; a user beyond the sample is scored under the plain plan.
    ///   - candidates: The halves of all candidates.
    /// - Throws: ``EngineError/Code/boundRefused``.
    init(users: HalfRows, candidates: HalfRows) throws(EngineError) {
        let userOutliers = try OutlierRows(users)
        isOutlier = try OutlierRows(candidates).isOutlier
        var highestUser = Self.highest(users, userOutliers.isOutlier)
        highest = Self.highest(candidates, isOutlier)
        if users.count < users.total {
            // Room for users that are not in the sample.
            for unit in highestUser.indices {
                highestUser[unit] += max(highestUser[unit] + highest[unit], 0) / 16
            }
        }
        var scales = [Double](repeating: 0, count: highest.count)
        let units = UInt32(highest.count)
        guard unsafe rank_unit_scales(RANK_PRECISION_INT8, units, highestUser, highest, &scales) == units else {
            throw EngineError(.boundRefused, "the halves of the first layer are too large for any scale")
        }
        self.scales = scales
        lowest = zip(scales, highest).map { scale, best in
            scale > 0 ? Double(best) - Double(Self.levelLimit) / scale : -.infinity
        }
        mean = Self.mean(candidates, isOutlier, lowest, scales)
    }

    /// The levels that a user's unit may have, as `RANK_LEVEL_LIMIT` of the kernels.
    private static let levelLimit: Float = 255.5

    /// Checks that no score and no sum within one can overflow, whatever the user and the candidate.
    func checkSizes(_ hidden: rank_matrix, outputWeights: [Double], others: Double) throws(EngineError) {
        guard let kernel = unsafe hidden.kernel, let bias = unsafe hidden.bias else { return }
        let outputs = unsafe Int(hidden.outputs)
        var total = others
        var magnitudes = 0.0
        for output in 0..<outputs {
            magnitudes += outputWeights[output].magnitude
            var sum = unsafe Double(bias[output].magnitude)
            for (unit, scale) in scales.enumerated() where scale > 0 {
                unsafe sum += Double(kernel[unit * outputs + output].magnitude) * Double(Self.levelLimit) / scale
            }
            total = max(total, sum) + sum * outputWeights[output].magnitude
        }
        // Also for NaN.
        guard total < Self.largestSum else {
            throw EngineError(.boundRefused, "sums within a score reach \(total), too near the limit of float32")
        }
        // What a product of layer 1 loses when it underflows is multiplied by the last layer's weights.
        let lost = Double(scales.count + 40) * 0x1p-149 * magnitudes
        guard lost < Self.mostLost else {
            throw EngineError(
                .boundRefused,
                "what underflows within a score may add up to \(lost), since the last layer's weights are that large"
            )
        }
    }

    private static func highest(_ rows: HalfRows, _ isOutlier: [Bool]) -> [Float] {
        var highest = [Float](repeating: -.infinity, count: rows.units)
        unsafe rows.forEachBlock { first, count, floats, stride in
            for row in 0..<count where !isOutlier[first + row] {
                unsafe rank_highest(floats + row * stride, 1, stride, UInt32(rows.units), &highest)
            }
        }
        return highest
    }

    private static func mean(
        _ rows: HalfRows,
        _ isOutlier: [Bool],
        _ lowest: [Double],
        _ scales: [Double]
    ) -> [Double] {
        var sums = [Double](repeating: 0, count: rows.units)
        var total = 0
        unsafe rows.forEachBlock { first, count, floats, stride in
            for row in 0..<count where !isOutlier[first + row] {
                for unit in 0..<sums.count {
                    unsafe sums[unit] += max(Double(floats[row * stride + unit]), lowest[unit])
                }
                total += 1
            }
        }
        return sums.enumerated().map { scales[$0.offset] > 0 ? $0.element / Double(max(total, 1)) : 0 }
    }
}
