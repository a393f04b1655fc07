internal import CRankKernels

/// A user's record, which is held against items.
@safe final class CatalogueUser {
    /// The record; its pointer is valid while this object lives.
    private(set) var record = unsafe rank_catalogue_user()
    /// The terms of a score that belong to the user alone, and what rounding can add to them.
    private var (own, rounding) = (0.0, 0.0)
    /// The record's levels, padded with zeros.
    private let levels: UnsafeMutableBufferPointer<Int8>
    private var factors: [Double]
    private let index: CatalogueIndex

    /// Covers the roundings of sums of squares in double.
    private static let above = 1 + 1e-9
    /// Covers the roundings of a block's bound in float32.
    private static let blockShare = 1 + 0x1p-20
    /// The share of a level's value that is lost where the steps of user and block are multiplied in float32.
    private static let stepShare = 0x1p-23

    /// Makes room for a record.
    init(_ index: CatalogueIndex) {
        self.index = index
        unsafe levels = .allocate(capacity: 4 * index.layout.quads)
        unsafe levels.initialize(repeating: 0)
        factors = [Double](repeating: 0, count: index.layout.stride)
        unsafe record.levels = UnsafePointer(levels.baseAddress)
    }

    deinit {
        unsafe levels.deallocate()
    }

    /// Makes the record of a user's row, which must exist.
    func prepare(_ row: UInt32) {
        let weights = index.weights
        let dimensions = index.layout.dimensions
        guard let start = unsafe weights.userEmbedding.buffer.baseAddress else { return }
        let embedding = unsafe start + Int(row) * dimensions
        var rotation = unsafe index.userRotation
        unsafe rank_catalogue_rotate(index.level, &rotation, embedding, &factors)
        var (highest, norm, size, centre) = (0.0, 0.0, 0.0, 0.0)
        for k in 0..<dimensions {
            let factor = factors[k]
            let weight = unsafe Double(embedding[k])
            highest = max(highest, factor.magnitude)
            norm += factor * factor
            size += weight * weight
            centre += weight * index.balance.centre[k]
        }
        let step = rank_float_above(highest / Double(RANK_CATALOGUE_LEVEL))
        let scale = step > 0 ? 1 / Double(step) : 0
        var (sum, lengths, distances) = (Int32(0), 0.0, 0.0)
        for k in 0..<dimensions {
            let most = Double(RANK_CATALOGUE_LEVEL)
            let level = min(max((factors[k] * scale).rounded(), -most), most)
            unsafe levels[k] = Int8(level)
            sum += Int32(level)
            let value = level * Double(step)
            lengths += value * value
            distances += (factors[k] - value) * (factors[k] - value)
        }
        let length = lengths.squareRoot() * Self.above
        let share = index.terms.share + index.balance.defect
        let userSize = size.squareRoot() * Self.blockShare
        unsafe record.offset = -128 * sum
        unsafe record.step = step
        unsafe record.norm = rank_float_above(norm.squareRoot() * Self.blockShare)
        unsafe record.level_norm = rank_float_above(length * (1 + Self.stepShare))
        unsafe record.residual = rank_float_above(
            (distances.squareRoot() + Self.stepShare * length) * Self.above
        )
        unsafe record.rounding = rank_float_above(userSize * share)
        let bias = unsafe Double(weights.userBias?.buffer[Int(row)] ?? 0)
        let mean = unsafe Double(weights.mean?.buffer.first ?? 0)
        own = centre + bias + mean
        rounding =
            (userSize * share * index.balance.centreNorm + index.terms.share * (bias.magnitude + mean.magnitude))
            * Self.above + BoundTerms.underflow
    }

    /// What an item's bound must reach where its score has to reach `threshold`.
    func limit(_ threshold: Float) -> Double {
        let threshold = Double(threshold)
        return threshold - own - rounding - BoundTerms.limitShare * (threshold.magnitude + own.magnitude)
    }
}
