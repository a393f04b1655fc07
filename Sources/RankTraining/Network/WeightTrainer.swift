import RankEngine

/// Weights in training, with what the optimizer keeps for each.
struct WeightTrainer {
    /// The weights.
    let values: AlignedFloats
    /// What the optimizer keeps, one list for each of its slots.
    let slots: [AlignedFloats]

    /// What all weights of a step have in common.
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
    ///   - step: What all weights have in common.
    ///   - rows: Row i of the gradients belongs to row `rows[i]` of the table.
    ///   - placeOfRow: For each row of the table its place in `rows`, or −1.
    ///   - width: Floats of a row.
    ///   - gradients: rows × width.
    ///   - loops: What moves.
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
    /// What all weights of a step have in common.
    ///
    /// - Parameters:
    ///   - step: Counted from 0.
    ///   - factor: The share of the learning rate that the step has.
    /// - Returns: What moves the weights.
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
