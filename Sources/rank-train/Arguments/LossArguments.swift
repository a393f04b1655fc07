import ArgumentParser
import RankTraining

/// The options of the loss.
struct LossArguments: PresetArguments {
    static let presets: [Preset] = [.tutorial]

    /// The loss's name.
    enum Name: String, ExpressibleByArgument, CaseIterable {
        case meanSquaredError = "mse"
        case pairwiseLogistic = "pairwise-logistic"
        case listwiseSoftmax = "listwise-softmax"
        case listMLE = "list-mle"

        var formula: Loss.Formula {
            switch self {
            case .meanSquaredError: .meanSquaredError
            case .pairwiseLogistic: .pairwiseLogistic
            case .listwiseSoftmax: .listwiseSoftmax
            case .listMLE: .listMLE
            }
        }
    }

    @Option(
        help: """
            With tutorial: what is minimised, mse, or a ranking loss: pairwise-logistic, listwise-softmax or list-mle. \
            After a ranking loss scores order a user's items and are no ratings (default: mse).
            """
    )
    var loss: Name?

    @Option(help: "With a ranking loss: the temperature that divides the scores, above 0 (default: 1).")
    var temperature: Float?

    @Option(
        help: """
            With a ranking loss: the most items of a user that are compared at once (default: \
            \(TrainingOptions.tutorial.listLength)).
            """
    )
    var listLength: Int?

    var given: [String] {
        names(
            ("--loss", loss != nil),
            ("--temperature", temperature != nil),
            ("--list-length", listLength != nil)
        )
    }

    func validate() throws {
        for name in given.dropFirst(loss == nil ? 0 : 1) where loss ?? .meanSquaredError == .meanSquaredError {
            throw ValidationError("\(name) goes with a ranking loss; name one with --loss, or leave it out")
        }
        if let temperature, !(temperature > 0 && temperature.isFinite) {
            throw ValidationError("--temperature \(temperature): give a number above 0")
        }
        if let listLength, !TrainingOptions.listLengths.contains(listLength) {
            let lengths = TrainingOptions.listLengths
            throw ValidationError(
                "--list-length \(listLength): choose from \(lengths.lowerBound) to \(lengths.upperBound)"
            )
        }
    }

    /// Replaces the options' values by the given ones.
    func apply(to options: inout TrainingOptions) {
        if let loss { options.loss.formula = loss.formula }
        if let temperature { options.loss.temperature = temperature }
        if let listLength { options.listLength = listLength }
    }
}
