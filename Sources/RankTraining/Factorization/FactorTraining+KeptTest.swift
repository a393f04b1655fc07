extension KeptTest {
    /// The test of a factorisation machine.
    ///
    /// - Parameters:
    ///   - result: The result of the tested training.
    ///   - data: The data that it was trained and tested on.
    public init(factors result: FactorTraining.Result, on data: TrainingData) {
        self.init(data.fingerprint, tensors: result.tensors(Name.factors))
    }
}

extension FactorTraining {
    /// The tested training that a checkpoint of the training on all ratings keeps.
    ///
    /// - Parameters:
    ///   - checkpoint: The checkpoint, one with `isOfRefit`.
    ///   - data: The data that the tested training was trained and tested on.
    /// - Returns: The result of that training, without test losses of its sweeps.
    /// - Throws: `TrainingError` with code `checkpointRefused` when it is of other data or another split.
    public func testedResult(_ checkpoint: Checkpoint, on data: TrainingData) throws(TrainingError) -> Result {
        try checkpoint.requireTest(data.fingerprint, ["preset": options.preset])
        return try Result(checkpoint, KeptTest.Name.factors, data.set)
    }
}
