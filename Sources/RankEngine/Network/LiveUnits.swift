internal import CRankKernels

/// The share of units of the first layer that are above 0.
///
/// After relu many units are 0. A kernel that skips units which are 0 for a few candidates in a row saves their
/// multiplications and pays for finding them. Whether that is faster depends on the model alone: the decision is made
/// with the ranker.
enum LiveUnits {
    /// Candidates in a row that share one list of live units: those of a tile in `score/factored_avx512.c`.
    static let tileRows = 3
    /// The share of live units above which skipping is slower.
    ///
    /// Measured on Zen 5 with the tutorial's shape: skipping takes 1.05 times as long as summing all units where every
    /// unit is live, and 0.78 times where 0.70 are live; the lines cross at 0.94.
    static let limit = 0.9

    /// The kernel that scores users one by one: the network's, or the skipping one if that is forced, or allowed and
    /// faster.
    ///
    /// Without a hidden layer after the first, or with an activation other than relu, no kernel skips units, and the
    /// name of none says so.
    ///
    /// - Parameters:
    ///   - network: The network that computes the first layer's halves, with a kernel that sums every unit.
    ///   - shape: The model's sizes.
    ///   - forced: The kernel of the caller, or nil.
    /// - Returns: A kernel of the network's level.
    static func kernel(for network: Network, _ shape: ModelShape, forced: Kernel?) -> Kernel {
        let skipping = network.kernel.skipping
        guard skipping.skipsDeadUnits, shape.isReLUThroughout, let width = shape.layerWidths.dropLast(2).first else {
            return network.kernel
        }
        let isWorthIt = forced?.skipsDeadUnits ?? (share(network, shape, width: width) <= limit)
        return isWorthIt ? skipping : network.kernel
    }

    /// The share of units above 0 for at least one of ``tileRows`` candidates, over up to 256 pairs of a user and a
    /// tile; fewer pairs where layers are wider than 1,024 units.
    ///
    /// The pairs, and so the choice, are the same in every run. Computes the first layer's halves of four rows for each
    /// pair: half a millisecond for the tutorial's shape.
    ///
    /// - Parameters:
    ///   - network: The network that computes the halves, with dense layers.
    ///   - shape: The model's sizes.
    ///   - width: Units of the first layer, at least 1.
    /// - Returns: A number from 0 to 1.
    static func share(_ network: Network, _ shape: ModelShape, width: Int) -> Double {
        let stride = network.tableStride
        let halves = ScoringScratch()
        halves.reserve((1 + tileRows) * stride)
        guard let a = unsafe halves.floats.baseAddress, width > 0, width <= stride else { return 1 }
        let pairs = max(min(256, 262_144 / width), 4)
        var live = 0
        for pair in 0..<pairs {
            unsafe network.halfRows(RANK_HALF_USER, from: UInt32(pair * 7919 % shape.userRows), count: 1, into: a)
            for place in 0..<tileRows {
                let row = UInt32((pair * tileRows + place) * 104_729 % shape.candidateRows)
                unsafe network.halfRows(RANK_HALF_CANDIDATE, from: row, count: 1, into: a + (1 + place) * stride)
            }
            for unit in 0..<width {
                let bias = unsafe a[unit]
                if (1...tileRows).contains(where: { unsafe bias + a[$0 * stride + unit] > 0 }) { live += 1 }
            }
        }
        return Double(live) / Double(pairs * width)
    }
}
