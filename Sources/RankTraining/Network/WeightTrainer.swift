import RankEngine

/// Weights in training, with the optimizer's slots.
struct WeightTrainer {
    /// The weights.
    let values: AlignedFloats
    /// The optimizer's slots, one list each.
    let slots: [AlignedFloats]

    /// The numbers that all weights of a step share.
    enum Step {
        case adagrad(rate: Float, epsilon: Float)
        case adam(TrainingLoops.AdamStep)
    }

    /// Weights with fresh slots, or with given ones.
    ///
    /// - Precondition: Given slots are those of the optimizer, each as long as the weights.
    init(_ weights: ArraySlice<Float>, _ optimizer: Optimizer, slots: [ArraySlice<Float>]? = nil) {
        values = AlignedFloats(weights)
        if let slots {
            precondition(slots.count == optimizer.slotStarts.count && slots.allSatisfy { $0.count == weights.count })
            self.slots = slots.map { AlignedFloats($0) }
        } else {
            self.slots = optimizer.slotStarts.map { AlignedFloats(repeating: $0, count: weights.count) }
        }
    }

    /// Moves all weights one step.
    func update(_ step: Step, gradients: AlignedFloats, _ loops: TrainingLoops) {
        switch step {
        case .adagrad(let rate, let epsilon):
            loops.adagrad(
                rate: rate,
                epsilon: epsilon,
                gradients: gradients,
                accumulators: slots[0],
                weights: values
            )
        case .adam(let adam):
            loops.adam(adam, gradients: gradients, firstMoments: slots[0], secondMoments: slots[1], weights: values)
        }
    }

    /// Moves a table one step, of which only some rows have gradients that are not zero.
    ///
    /// - Parameters:
    ///   - step: The numbers that all weights of the step share.
    ///   - rows: Row i of the gradients belongs to row `rows[i]` of the table.
    ///   - placeOfRow: For each row of the table its place in `rows`, or −1.
    ///   - width: Floats of a row.
    ///   - gradients: rows × width.
    ///   - loops: The loops that move weights.
    func update(
        _ step: Step,
        rows: [Int32],
        placeOfRow: [Int32],
        width: Int,
        gradients: AlignedFloats,
        _ loops: TrainingLoops
    ) {
        switch step {
        case .adagrad(let rate, let epsilon):
            loops.adagrad(
                rows: rows,
                width: width,
                rate: rate,
                epsilon: epsilon,
                gradients: gradients,
                accumulators: slots[0],
                weights: values
            )
        case .adam(let adam):
            loops.adam(
                adam,
                places: placeOfRow,
                width: width,
                gradients: gradients,
                firstMoments: slots[0],
                secondMoments: slots[1],
                weights: values
            )
        }
    }
}

extension Optimizer {
    /// The numbers that all weights of a step share.
    ///
    /// - Parameters:
    ///   - step: Counted from 0.
    ///   - factor: The step's share of the learning rate.
    /// - Returns: The numbers of the step.
    func step(_ step: Int, factor: Double) -> WeightTrainer.Step {
        switch self {
        case .adagrad(let adagrad):
            return .adagrad(rate: Float(adagrad.rate * factor), epsilon: adagrad.epsilon)
        case .adam(let adam):
            return .adam(
                TrainingLoops.AdamStep(
                    rate: Float(adam.correctedRate(step: step + 1) * factor),
                    firstShare: Float(1 - adam.firstDecay),
                    secondShare: Float(1 - adam.secondDecay),
                    epsilon: adam.epsilon
                )
            )
        }
    }
}
