import RankData
import RankEngine

/// A network's training in progress.
struct TrainingRun: ResumableRun, ~Copyable {
    let options: TrainingOptions
    let data: TrainingData
    private let product: MatrixProduct
    private let settings: TrainerSettings
    /// The examples to train on, ascending by user and item.
    let examples: TrainingSet.Examples
    /// The examples held out for validation.
    private let validation: Batches
    private let test: Batches
    /// `examples` in the order of the current epoch.
    private var batches: Batches
    /// The generator, after the draw of that order.
    var random: NumPyRandom
    var trainer: NetworkTrainer
    /// One per epoch so far.
    var reports: [Training.EpochReport] = []
    /// The best epoch so far by the validation part.
    var best: (epoch: Int, loss: Double, network: RankingNetwork)?

    /// A training before its first epoch.
    init(_ options: TrainingOptions, _ data: TrainingData, _ product: MatrixProduct) throws(TrainingError) {
        let set = data.set
        let shape = try NetworkShape(options, set)
        try shape.requireRoom(batch: min(options.batchSize, set.training.count))
        var random = NumPyRandom(seed: options.seed)
        let initial = RankingNetwork(shape: shape, random: &random)
        let parts = try Self.parts(of: set.training, options.validation, &random)
        self.options = options
        self.data = data
        self.product = product
        examples = parts.0
        validation = Batches(inOrder: parts.1, options)
        test = Batches(inOrder: set.test, options)
        batches = Batches(shuffling: examples, options, &random)
        self.random = random
        settings = TrainerSettings(
            options.optimizer,
            decay: options.decay,
            plannedSteps: batches.batches.count * (options.plannedEpochs ?? options.epochs),
            loss: options.loss,
            regularization: options.regularization,
            seed: options.seed
        )
        trainer = NetworkTrainer(initial, settings, product: product)
    }

    private static func parts(
        of training: TrainingSet.Examples,
        _ validation: TrainingOptions.Validation?,
        _ random: inout NumPyRandom
    ) throws(TrainingError) -> (TrainingSet.Examples, TrainingSet.Examples) {
        guard let validation else { return (training, training.permuted([])) }
        let held = Int(validation.fraction * Double(training.count))
        guard held > 0, held < training.count else {
            throw TrainingError(
                .unsuitableData,
                "a validation part of \(validation.fraction) of \(training.count) training ratings has \(held) of "
                    + "them; choose another share"
            )
        }
        let order = random.permutation(training.count)
        return (training.permuted(order.dropLast(held).sorted()), training.permuted(order.suffix(held).sorted()))
    }

    /// Whether the last epoch is done, or patience has run out.
    var isFinished: Bool {
        if let best, let patience = options.validation?.patience, reports.count - best.epoch >= patience { return true }
        return reports.count >= options.epochs
    }

    /// Replaces the trainer by one that continues from a state.
    ///
    /// - Precondition: The state is one of this training.
    mutating func resume(_ state: TrainerState) {
        trainer = NetworkTrainer(resuming: state, settings, product: product)
    }

    /// The product of the training so far.
    var result: Training.Result {
        var network = best?.network ?? trainer.network
        network.averageIntoFirstRows(users: examples.users, items: examples.items)
        return Training.Result(
            network: network,
            epochs: reports,
            keptEpoch: best?.epoch ?? reports.count,
            kernel: product.kernel,
            threads: product.team.threads
        )
    }

    /// Trains one epoch more.
    ///
    /// - Throws: `diverged` when a loss is not finite, or a weight at the end.
    mutating func advance(_ show: (Training.Event) -> Void) throws(TrainingError) {
        let epoch = reports.count + 1
        if options.reshuffles && epoch > 1 { batches = Batches(shuffling: examples, options, &random) }
        let steps = batches.batches.count
        var loss = 0.0
        for (index, batch) in batches.batches.enumerated() {
            loss += trainer.step(batches, batch)
            guard loss.isFinite else { throw Self.diverged(in: epoch, at: "step \(index + 1) of \(steps)") }
            let mean = loss / Double(options.loss.terms(through: batch))
            show(.step(epoch: epoch, step: index + 1, steps: steps, loss: mean))
        }
        let report = Training.EpochReport(
            epoch: epoch,
            loss: loss / Double(batches.terms(of: options.loss)),
            validationLoss: self.loss(over: validation),
            testLoss: self.loss(over: test)
        )
        // Relu turns −∞ into 0, so a loss may be finite although weights are not.
        guard report.validationLoss?.isFinite ?? true, report.testLoss?.isFinite ?? true, trainer.hasFiniteWeights
        else {
            throw Self.diverged(in: epoch, at: "its end")
        }
        reports.append(report)
        if let loss = report.validationLoss, best.map({ loss < $0.loss }) ?? true {
            best = (epoch, loss, trainer.network)
        }
    }

    static func event(_ report: Training.EpochReport) -> Training.Event { .epoch(report) }

    static func diverged(in epoch: Int, at place: String) -> TrainingError {
        TrainingError(
            .diverged,
            "the loss is no longer a finite number in epoch \(epoch), at \(place): the training has diverged; "
                + "try a lower learning rate, a larger batch or fewer epochs"
        )
    }

    private mutating func loss(over batches: Batches) -> Double? {
        guard batches.examples.count > 0 else { return nil }
        var loss = 0.0
        for batch in batches.batches { loss += trainer.loss(batches, batch) }
        return loss / Double(batches.terms(of: options.loss))
    }
}

extension NetworkShape {
    /// The shape that options give a network with the rows of a set.
    init(_ options: TrainingOptions, _ set: TrainingSet) throws(TrainingError) {
        try self.init(
            userRows: set.users.rowCount,
            itemRows: set.items.rowCount,
            userDimensions: options.userDimensions,
            itemDimensions: options.itemDimensions,
            hidden: options.hidden
        )
    }
}
