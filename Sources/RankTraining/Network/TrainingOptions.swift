/// The options of a network's training.
///
/// Equal options, data and split give equal weights, bit for bit, whatever the kernel, the threads and the machine.
public struct TrainingOptions: Sendable, Equatable {
    /// The preset's name in the model file.
    public let preset: String
    /// Floats in a user's embedding.
    public var userDimensions: Int
    /// Floats in an item's embedding.
    public var itemDimensions: Int
    /// Outputs of each dense relu layer.
    public var hidden: [Int]
    /// The number of passes over the examples.
    public var epochs: Int
    /// Examples per step; the last step of an epoch may have fewer.
    public var batchSize: Int
    /// The optimizer.
    public var optimizer: Optimizer
    /// The fall of the learning rate from the first step to the last.
    public var decay: LearningRateDecay
    /// The seed of the initial weights, the validation part, the order of the examples and dropout.
    public var seed: UInt64
    /// The loss.
    public var loss = Loss.meanSquaredError
    /// The largest list of a user's items that a ranking loss compares at once.
    public var listLength = 100
    /// Whether the examples are shuffled anew for each epoch.
    public var reshuffles = false
    /// The measures against overfitting.
    public var regularization = Regularization()
    /// The part of the training examples that is held out to choose the best epoch; nil for none.
    public var validation: Validation?
    /// The number of epochs over which the learning rate falls; nil for all of them.
    public var plannedEpochs: Int?

    /// A validation part of the training examples, which decides the kept epoch.
    ///
    /// The weights after the epoch with the lowest validation loss are kept, the first one of equals.
    public struct Validation: Sendable, Equatable {
        /// The share of the training examples that is held out; above 0 and below 1.
        public var fraction: Double
        /// The number of consecutive epochs without a lower validation loss after which training stops; at least 1, nil
        /// for never.
        public var patience: Int?

        /// A validation part.
        public init(fraction: Double, patience: Int? = nil) {
            self.fraction = fraction
            self.patience = patience
        }
    }

    /// The Keras-RS tutorial "Recommending movies: ranking": embeddings of 32, layers of 256 and 64, Adagrad at 0.1,
    /// 5 epochs of batches of 1,000 in one fixed order.
    public static let tutorial = TrainingOptions(
        preset: "tutorial",
        userDimensions: 32,
        itemDimensions: 32,
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
        itemDimensions: Int,
        hidden: [Int],
        epochs: Int,
        batchSize: Int,
        optimizer: Optimizer,
        decay: LearningRateDecay,
        seed: UInt64
    ) {
        self.preset = preset
        self.userDimensions = userDimensions
        self.itemDimensions = itemDimensions
        self.hidden = hidden
        self.epochs = epochs
        self.batchSize = batchSize
        self.optimizer = optimizer
        self.decay = decay
        self.seed = seed
    }

    /// The numbers of epochs that are accepted, so that the steps of all of them can be counted.
    public static let epochCounts = 1...1_000_000
    /// The batch sizes that are accepted; a batch is one matrix in memory.
    public static let batchSizes = 1...1_000_000

    /// The lengths of lists that are accepted; a list of one teaches nothing.
    public static let listLengths = 2...10_000

    func validate() throws(TrainingError) {
        guard Self.epochCounts.contains(epochs) else {
            throw TrainingError(.invalidOption, "\(epochs) epochs; choose from 1 to \(Self.epochCounts.upperBound)")
        }
        try regularization.validate()
        if let validation {
            guard validation.fraction > 0, validation.fraction < 1 else {
                throw TrainingError(
                    .invalidOption,
                    "a validation part of \(validation.fraction); choose a share above 0 and below 1"
                )
            }
            guard validation.patience ?? 1 >= 1 else {
                throw TrainingError(.invalidOption, "a patience of \(validation.patience ?? 0); wait at least 1 epoch")
            }
        }
        guard Self.batchSizes.contains(batchSize) else {
            throw TrainingError(
                .invalidOption,
                "a batch size of \(batchSize); choose from 1 to \(Self.batchSizes.upperBound)"
            )
        }
        guard Self.listLengths.contains(listLength) else {
            throw TrainingError(
                .invalidOption,
                "lists of \(listLength) items; "
                    + "choose from \(Self.listLengths.lowerBound) to \(Self.listLengths.upperBound)"
            )
        }
        guard !loss.ranks || batchSize >= Self.listLengths.lowerBound else {
            throw TrainingError(
                .invalidOption,
                "a batch size of \(batchSize) with a ranking loss, which compares items of one batch; "
                    + "choose at least \(Self.listLengths.lowerBound)"
            )
        }
        try loss.validate()
        try optimizer.validate()
        try decay.validate()
    }
}

extension TrainingOptions {
    /// The options of the training on all ratings that follows one that was tested.
    ///
    /// No validation part is held out: the training has as many epochs as were found to be best, with the same learning
    /// rates.
    ///
    /// - Parameter epoch: The epoch whose weights were kept.
    /// - Returns: The options, unchanged without a validation part.
    public func ofRefit(keeping epoch: Int) -> TrainingOptions {
        guard validation != nil else { return self }
        var options = self
        options.plannedEpochs = plannedEpochs ?? epochs
        options.epochs = epoch
        options.validation = nil
        return options
    }

    /// All options by name.
    package var members: [String: String] {
        var members = [
            "batch_size": "\(batchSize)",
            "candidate_dimensions": "\(itemDimensions)",
            "dropout": "\(regularization.dropout)",
            "embedding_l2": "\(regularization.embeddingPenalty)",
            "epochs": "\(epochs)",
            "hidden": hidden.map { "\($0)" }.joined(separator: ","),
            "l2": "\(regularization.kernelPenalty)",
            "list_length": loss.ranks ? "\(listLength)" : "none",
            "loss": loss.formula.rawValue,
            "decay": decay.curve.rawValue,
            "decay_to": "\(decay.finalShare)",
            "patience": validation?.patience.map { "\($0)" } ?? "none",
            "preset": preset,
            "reshuffle": "\(reshuffles)",
            "seed": "\(seed)",
            "temperature": loss.ranks ? "\(loss.temperature)" : "none",
            "user_dimensions": "\(userDimensions)",
            "validation": validation.map { "\($0.fraction)" } ?? "none",
        ]
        if let plannedEpochs { members["planned_epochs"] = "\(plannedEpochs)" }
        members.merge(optimizer.members) { own, _ in own }
        return members
    }

    /// The members in a model file: those of every file, and those that differ from the tutorial.
    package var distinctiveMembers: [String: String] {
        let usual = Self.tutorial.members
        let always: Set = ["batch_size", "epochs", "preset", "seed"]
        return members.filter { always.contains($0.key) || usual[$0.key] != $0.value }
    }
}
