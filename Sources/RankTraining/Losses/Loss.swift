/// The loss that a training minimises.
///
/// All but the mean squared error are ranking losses: they compare the scores of one user's items with each other, so
/// that a score says which item comes before which, and not how many stars it will get.
public struct Loss: Sendable, Equatable {
    /// The formula; s are the scores of a list over the temperature, y its labels.
    public enum Formula: String, Sendable, CaseIterable {
        /// (s − y)², a mean over examples.
        case meanSquaredError = "mse"
        /// Σ over pairs with yᵢ > yⱼ of log(1 + exp(sⱼ − sᵢ)), over the number of examples: Burges et al. 2005
        /// (RankNet), `keras_rs.losses.PairwiseLogisticLoss`.
        case pairwiseLogistic = "pairwise-logistic"
        /// −Σ yᵢ · log softmax(s)ᵢ, a mean over lists: Cao et al. 2007 (ListNet), TF-Ranking's `SoftmaxLoss`.
        case listwiseSoftmax = "listwise-softmax"
        /// −Σ log(exp(sᵢ) / Σ exp(sⱼ), j not before i), items by descending label and then as they come, a mean over
        /// lists: Xia et al. 2008, `keras_rs.losses.ListMLELoss`.
        case listMLE = "list-mle"
    }

    /// The formula.
    public var formula: Formula
    /// The divisor of the scores of a ranking loss; above 0.
    public var temperature: Float

    /// A loss.
    public init(_ formula: Formula, temperature: Float = 1) {
        self.formula = formula
        self.temperature = temperature
    }

    /// The mean squared error of labels.
    public static let meanSquaredError = Loss(.meanSquaredError)

    /// Whether scores are only compared with each other, within lists.
    public var ranks: Bool { formula != .meanSquaredError }

    /// The number of terms of the mean.
    func terms(examples: Int, lists: Int) -> Int {
        switch formula {
        case .meanSquaredError, .pairwiseLogistic: examples
        case .listwiseSoftmax, .listMLE: lists
        }
    }

    func validate() throws(TrainingError) {
        guard temperature > 0, temperature.isFinite else {
            throw TrainingError(.invalidOption, "a temperature of \(temperature); give a number above 0")
        }
    }
}
