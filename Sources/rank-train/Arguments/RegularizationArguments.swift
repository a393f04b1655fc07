import ArgumentParser
import RankTraining

/// The options against overfitting.
struct RegularizationArguments: PresetArguments {
    static let presets: [Preset] = [.tutorial]

    @Flag(help: "With tutorial: shuffle the examples anew for each epoch.")
    var reshuffle = false

    @Option(
        help: """
            With tutorial: the share of each hidden layer's outputs that is left out at a training step; from 0 to \
            below 1 (default: 0).
            """
    )
    var dropout: Float?

    @Option(
        name: .customLong("l2"),
        help: "With tutorial: the penalty on the squared weights of the dense layers' kernels (default: 0)."
    )
    var kernelPenalty: Float?

    @Option(
        name: .customLong("embedding-l2"),
        help: "With tutorial: the penalty on the squared embedding rows of a batch (default: 0)."
    )
    var embeddingPenalty: Float?

    @Option(
        help: """
            With tutorial: hold this share of the training ratings out, and keep the weights of the epoch that \
            predicts them best; above 0 and below 1.
            """
    )
    var validation: Double?

    @Option(help: "With --validation: stop after that many epochs in a row without a better one (default: never).")
    var patience: Int?

    var given: [String] {
        names(
            ("--reshuffle", reshuffle),
            ("--dropout", dropout != nil),
            ("--l2", kernelPenalty != nil),
            ("--embedding-l2", embeddingPenalty != nil),
            ("--validation", validation != nil),
            ("--patience", patience != nil)
        )
    }

    func validate() throws {
        if let dropout, !(dropout >= 0 && dropout < 1) {
            throw ValidationError("--dropout \(dropout): choose from 0 to below 1")
        }
        for (name, penalty) in [("--l2", kernelPenalty), ("--embedding-l2", embeddingPenalty)] {
            if let penalty, !(penalty >= 0 && penalty.isFinite) {
                throw ValidationError("\(name) \(penalty): choose a finite number from 0 on")
            }
        }
        if let validation, !(validation > 0 && validation < 1) {
            throw ValidationError("--validation \(validation): choose a share above 0 and below 1")
        }
        if let patience {
            guard patience >= 1 else { throw ValidationError("--patience \(patience): wait for at least 1") }
            guard validation != nil else {
                throw ValidationError("--patience needs --validation, whose ratings tell which epoch is better")
            }
        }
    }

    /// Sets the given values.
    func apply(to options: inout TrainingOptions) {
        options.reshuffles = reshuffle
        options.regularization = Regularization(
            dropout: dropout ?? 0,
            kernelPenalty: kernelPenalty ?? 0,
            embeddingPenalty: embeddingPenalty ?? 0
        )
        options.validation = validation.map { TrainingOptions.Validation(fraction: $0, patience: patience) }
    }
}
