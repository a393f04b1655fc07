/// Everything that decides what a training makes of its data.
///
/// Equal options, data and split give equal weights, bit for bit, whatever the kernel and the machine.
public struct TrainingOptions: Sendable, Equatable {
    /// The name under which the model file tells where the options came from.
    public let preset: String
    /// Floats in a user's embedding.
    public var userDimensions: Int
    /// Floats in a candidate's embedding.
    public var candidateDimensions: Int
    /// Outputs of each dense relu layer.
    public var hidden: [Int]
    /// How often each example is seen.
    public var epochs: Int
    /// Examples per step; the last step of an epoch may have fewer.
    public var batchSize: Int
    /// The optimizer.
    public var optimizer: Optimizer
    /// How its learning rate falls from the first step of the first epoch to the last of the last.
    public var decay: LearningRateDecay
    /// Decides the initial weights and the order of the examples.
    public var seed: UInt64

    /// The Keras-RS tutorial "Recommending movies: ranking": embeddings of 32, layers of 256 and 64, Adagrad at 0.1,
    /// 5 epochs of batches of 1,000 in one fixed order.
    public static let tutorial = TrainingOptions(
        preset: "tutorial",
        userDimensions: 32,
        candidateDimensions: 32,
        hidden: [256, 64],
        epochs: 5,
        batchSize: 1_000,
        optimizer: .adagrad(Adagrad()),
        decay: .constant,
        seed: 42
    )

    private init(
        preset: String,
        userDimensions: Int,
        candidateDimensions: Int,
        hidden: [Int],
        epochs: Int,
        batchSize: Int,
        optimizer: Optimizer,
        decay: LearningRateDecay,
        seed: UInt64
    ) {
        self.preset = preset
        self.userDimensions = userDimensions
        self.candidateDimensions = candidateDimensions
        self.hidden = hidden
        self.epochs = epochs
        self.batchSize = batchSize
        self.optimizer = optimizer
        self.decay = decay
        self.seed = seed
    }

    /// The batch sizes that are accepted; a batch is one matrix in memory.
    public static let batchSizes = 1...1_000_000

    func validate() throws(TrainingError) {
        guard epochs >= 1 else {
            throw TrainingError(.invalidOption, "\(epochs) epochs; train for at least 1")
        }
        guard Self.batchSizes.contains(batchSize) else {
            throw TrainingError(
                .invalidOption,
                "a batch size of \(batchSize); choose from 1 to \(Self.batchSizes.upperBound)"
            )
        }
        try optimizer.validate()
        try decay.validate()
    }
}
