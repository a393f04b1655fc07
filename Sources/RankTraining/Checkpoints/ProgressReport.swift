/// The losses of one epoch, sweep or stretch of steps of a training.
public protocol ProgressReport: Sendable, Equatable {
    /// The word for what `position` counts, in the singular.
    static var unit: String { get }
    /// The epochs, sweeps or steps done by the time of the report, counted from 1.
    var position: Int { get }
    /// The loss over the training examples.
    var loss: Double { get }
    /// The loss over the test examples; nil where it was not measured.
    var testLoss: Double? { get }
}

extension ProgressReport {
    /// The root of the loss.
    public var rootMeanSquaredError: Double { loss.squareRoot() }
    /// The root of the test loss.
    public var testRootMeanSquaredError: Double? { testLoss?.squareRoot() }
}
