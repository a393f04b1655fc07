package import RankEngine

/// A loss over a batch and its gradient by the scores.
///
/// Ranking losses are summed in float64, in the order of the examples, with exponentials and logarithms of our own: the
/// bits depend on the scores alone. After the longest list nothing is allocated.
package struct LossGradient {
    private let loss: Loss
    private var list = ScoredList()

    /// The gradient of a loss.
    package init(_ loss: Loss) {
        self.loss = loss
    }

    /// Writes the gradients of a batch's loss by its scores.
    ///
    /// - Parameters:
    ///   - scores: One for each label, at least.
    ///   - labels: The labels.
    ///   - lists: Of a ranking loss, the lengths of the lists of which the batch consists; their sum is the number of
    ///     labels.
    ///   - gradients: Where the gradients of the mean of the terms by the scores go: one for each label, at least.
    /// - Returns: The sum of the loss's terms, to be divided by `Loss.terms(examples:lists:)`.
    package mutating func callAsFunction(
        _ scores: AlignedFloats,
        _ labels: ArraySlice<Float>,
        lists: ArraySlice<Int>,
        into gradients: AlignedFloats
    ) -> Double {
        guard loss.ranks else { return squaredErrors(scores, labels, into: gradients) }
        let scale = 1 / (Double(loss.temperature) * Double(loss.terms(examples: labels.count, lists: lists.count)))
        var sum = 0.0
        var start = 0
        for length in lists {
            list.take(scores, labels, from: start, length, over: Double(loss.temperature))
            switch loss.formula {
            case .pairwiseLogistic: sum += list.pairwiseLogistic()
            case .listwiseSoftmax: sum += list.softmax()
            case .listMLE: sum += list.maximumLikelihood()
            case .meanSquaredError: break
            }
            for index in 0..<length { gradients[start + index] = Float(scale * list.gradients[index]) }
            start += length
        }
        precondition(start == labels.count)
        return sum
    }

    private func squaredErrors(
        _ scores: AlignedFloats,
        _ labels: ArraySlice<Float>,
        into gradients: AlignedFloats
    ) -> Double {
        let scale = 2 / Float(labels.count)
        var squares = 0.0
        for (index, label) in labels.enumerated() {
            let error = scores[index] - label
            squares += Double(error) * Double(error)
            gradients[index] = scale * error
        }
        return squares
    }
}
