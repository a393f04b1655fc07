import RankEngine

/// A loss over a batch and its gradient by the scores.
///
/// Ranking losses are summed in float64, in the order of the examples, with exponentials and logarithms of our own: the
/// bits depend on the scores alone. After the longest list nothing is allocated.
package struct LossGradient {
    private let loss: Loss
    private let ranking: ListLosses

    /// The gradient of a loss.
    ///
    /// - Parameters:
    ///   - loss: The loss.
    ///   - team: The threads of a ranking loss; the calling thread alone by default.
    package init(_ loss: Loss, team: Team = Team(threads: 1)) {
        self.loss = loss
        ranking = ListLosses(loss, team: team)
    }

    /// Writes the gradients of a batch's loss by its scores.
    ///
    /// - Parameters:
    ///   - scores: One for each label, at least.
    ///   - labels: The labels.
    ///   - lists: For a ranking loss, the lengths of the lists of which the batch consists; their sum is the number of
    ///     labels.
    ///   - gradients: Receives the gradients of the mean of the terms by the scores: at least one for each label.
    ///   - batch: The number of examples of the whole batch, for the squared error; by default that of `labels`.
    ///   - sum: The terms of the parts before.
    /// - Returns: The sum of the loss's terms so far, to be divided by `Loss.terms(examples:lists:)`.
    package func callAsFunction(
        _ scores: AlignedFloats,
        _ labels: ArraySlice<Float>,
        lists: ArraySlice<Int>,
        into gradients: AlignedFloats,
        batch: Int? = nil,
        after sum: Double = 0
    ) -> Double {
        loss.ranks
            ? sum + ranking(scores, labels, lists: lists, into: gradients)
            : squaredErrors(scores, labels, into: gradients, batch: batch ?? labels.count, after: sum)
    }

    private func squaredErrors(
        _ scores: AlignedFloats,
        _ labels: ArraySlice<Float>,
        into gradients: AlignedFloats,
        batch: Int,
        after sum: Double
    ) -> Double {
        let scale = 2 / Float(batch)
        var squares = sum
        for (index, label) in labels.enumerated() {
            let error = scores[index] - label
            squares += Double(error) * Double(error)
            gradients[index] = scale * error
        }
        return squares
    }
}
