import CRankKernels
internal import RankCore

/// The units that dropout leaves out in one layer at one step: a function of a seed alone.
///
/// Unit e of the batch, counted over examples × outputs, is left out when the upper half (odd e) or the lower half
/// (even e) of `SplitMix64(seed, e / 2)` is below `rate · 2³²`, rounded down. `SplitMix64(s, n)` is the n-th output,
/// counted from 0, of Steele, Lea & Flood's generator (2014) with `s` as its state.
package struct DropoutMask: Sendable, Equatable {
    /// The state of the generator.
    package let seed: UInt64
    /// Units whose number is below the threshold are left out.
    package let threshold: UInt64
    /// The factor of the other units, `1 / (1 − rate)`, which keeps the mean of a layer's outputs.
    package let scale: Float

    /// A mask that leaves out a share `rate` of the units.
    ///
    /// - Precondition: `rate` is at least 0 and below 1.
    package init(seed: UInt64, rate: Float) {
        precondition(rate >= 0 && rate < 1)
        self.seed = seed
        threshold = UInt64(Double(rate) * 0x1p32)
        scale = 1 / (1 - rate)
    }
}

extension TrainingLoops {
    /// Sets the masked ones of the first `count` to 0 and scales the others.
    package func drop(_ values: AlignedFloats, _ mask: DropoutMask, _ count: Int) {
        precondition(count >= 0 && values.count >= count)
        unsafe rank_training_drop(team.handle, count, mask.seed, mask.threshold, mask.scale, values.base)
    }

    /// Multiplies the first `count` by a factor.
    package func scale(_ values: AlignedFloats, by factor: Float, _ count: Int) {
        precondition(count >= 0 && values.count >= count)
        unsafe rank_training_scale(team.handle, count, factor, values.base)
    }

    /// Adds the gradient of `penalty · Σ weight²` to the first `count` gradients: `g += (2 · penalty) · w`.
    package func addPenalty(
        _ penalty: Float,
        on weights: AlignedFloats,
        to gradients: AlignedFloats,
        _ count: Int
    ) {
        precondition(count >= 0 && weights.count >= count && gradients.count >= count)
        unsafe rank_training_add_scaled(team.handle, count, 2 * penalty, weights.base, gradients.base)
    }
}
