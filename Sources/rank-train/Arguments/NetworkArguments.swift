import ArgumentParser
import RankTraining

/// The options of a network's training.
struct NetworkArguments: PresetArguments {
    static let presets: [Preset] = [.tutorial]

    @Option(help: "With tutorial: the number of epochs (default: \(TrainingOptions.tutorial.epochs)).")
    var epochs: Int?

    @Option(help: "With tutorial: examples per step (default: \(TrainingOptions.tutorial.batchSize)).")
    var batchSize: Int?

    @OptionGroup var optimizer: OptimizerArguments

    @OptionGroup var loss: LossArguments

    @OptionGroup var kernelArgument: KernelArgument

    var given: [String] {
        names(
            ("--epochs", epochs != nil),
            ("--batch-size", batchSize != nil),
            ("--kernel", kernelArgument.kernel != nil)
        )
            + optimizer.given + loss.given
    }

    func validate() throws {
        if let epochs, !TrainingOptions.epochCounts.contains(epochs) {
            let counts = TrainingOptions.epochCounts
            throw ValidationError("--epochs \(epochs): choose from \(counts.lowerBound) to \(counts.upperBound)")
        }
        if let batchSize, !TrainingOptions.batchSizes.contains(batchSize) {
            let sizes = TrainingOptions.batchSizes
            throw ValidationError("--batch-size \(batchSize): choose from \(sizes.lowerBound) to \(sizes.upperBound)")
        }
    }

    /// The tutorial's options with the given values.
    func options(seed: UInt64) -> TrainingOptions {
        var options = TrainingOptions.tutorial
        options.seed = seed
        if let epochs { options.epochs = epochs }
        if let batchSize { options.batchSize = batchSize }
        optimizer.apply(to: &options)
        loss.apply(to: &options)
        return options
    }
}
