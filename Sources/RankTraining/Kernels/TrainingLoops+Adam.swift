import CRankKernels

extension TrainingLoops {
    /// The numbers of one step of Adam; the last three are the same for all weights and steps.
    package struct AdamStep {
        fileprivate let step: rank_training_adam_step

        /// A step.
        ///
        /// - Parameters:
        ///   - rate: The learning rate with the correction of both moments.
        ///   - firstShare: 1 less the decay of the first moment.
        ///   - secondShare: 1 less the decay of the second moment.
        ///   - epsilon: Added to the root.
        package init(rate: Float, firstShare: Float, secondShare: Float, epsilon: Float) {
            step = rank_training_adam_step(
                rate: rate,
                first_share: firstShare,
                second_share: secondShare,
                epsilon: epsilon
            )
        }
    }

    /// Moves all weights one step of Adam: `m += (g − m) · first share`, `v += (g² − v) · second share`,
    /// `w -= m · rate / (√v + epsilon)`.
    ///
    /// - Precondition: There are as many moments of each kind, and at least as many gradients.
    package func adam(
        _ step: AdamStep,
        gradients: AlignedFloats,
        firstMoments: AlignedFloats,
        secondMoments: AlignedFloats,
        weights: AlignedFloats
    ) {
        precondition(firstMoments.count == weights.count && secondMoments.count == weights.count)
        precondition(gradients.count >= weights.count)
        unsafe rank_training_adam(
            team.handle,
            level,
            weights.count,
            step.step,
            gradients.base,
            firstMoments.base,
            secondMoments.base,
            weights.base
        )
    }

    /// Moves a whole table of which few rows have gradients: row r takes row `places[r]` of the gradients, or zeros if
    /// that is below 0.
    ///
    /// - Precondition: There is one place for each row of the table; moments of each kind are as many as weights.
    package func adam(
        _ step: AdamStep,
        places: [Int32],
        width: Int,
        gradients: AlignedFloats,
        firstMoments: AlignedFloats,
        secondMoments: AlignedFloats,
        weights: AlignedFloats
    ) {
        precondition(firstMoments.count == weights.count && secondMoments.count == weights.count)
        precondition(width >= 1 && weights.count == places.count * width)
        let rows = gradients.count / width
        precondition(places.allSatisfy { Int($0) < rows })
        unsafe rank_training_adam_rows(
            team.handle,
            level,
            places.count,
            width,
            places,
            step.step,
            gradients.base,
            firstMoments.base,
            secondMoments.base,
            weights.base
        )
    }
}
