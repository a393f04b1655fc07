import ArgumentParser
import RankTraining

/// The options of the optimizer.
struct OptimizerArguments: PresetArguments {
    static let presets: [Preset] = [.tutorial]

    /// The optimizer's name.
    enum Name: String, ExpressibleByArgument, CaseIterable {
        case adagrad
        case adam
    }

    /// The curve's name.
    enum Curve: String, ExpressibleByArgument, CaseIterable {
        case constant
        case cosine
        case exponential

        /// The decay with this curve, to its default final share unless `share` gives another.
        func decay(to share: Double?) -> LearningRateDecay {
            switch self {
            case .constant: .constant
            case .cosine: LearningRateDecay(.cosine, finalShare: share ?? 0)
            case .exponential: LearningRateDecay(.exponential, finalShare: share ?? 0.01)
            }
        }
    }

    @Option(help: "With tutorial: the optimizer, as in Keras: adagrad or adam (default: adagrad).")
    var optimizer: Name?

    @Option(help: "With tutorial: the learning rate (default: 0.1 with adagrad, 0.001 with adam).")
    var learningRate: Double?

    @Option(
        help: """
            With tutorial: how the learning rate falls over the planned epochs: constant, cosine or exponential \
            (default: constant).
            """
    )
    var decay: Curve?

    @Option(
        help: """
            With --decay: the share of the learning rate that is left at the end (default: 0 with cosine, 0.01 with \
            exponential).
            """
    )
    var decayTo: Double?

    var given: [String] {
        names(
            ("--optimizer", optimizer != nil),
            ("--learning-rate", learningRate != nil),
            ("--decay", decay != nil),
            ("--decay-to", decayTo != nil)
        )
    }

    func validate() throws {
        if let learningRate, !(Float(learningRate) > 0 && Float(learningRate).isFinite) {
            throw ValidationError("--learning-rate \(learningRate): choose a finite number above 0")
        }
        guard let decayTo else { return }
        switch decay ?? .constant {
        case .constant: throw ValidationError("--decay-to goes with --decay cosine or exponential")
        case .cosine where !(0...1).contains(decayTo):
            throw ValidationError("--decay-to \(decayTo): choose a share from 0 to 1")
        case .exponential where !(1e-300...1).contains(decayTo):
            throw ValidationError("--decay-to \(decayTo): choose a share from 1e-300 to 1")
        case .cosine, .exponential: break
        }
    }

    /// Replaces the preset's values by the given ones.
    func apply(to options: inout TrainingOptions) {
        switch optimizer {
        case .adagrad: options.optimizer = .adagrad(Adagrad())
        case .adam: options.optimizer = .adam(Adam())
        case nil: break
        }
        if let learningRate { options.optimizer.rate = learningRate }
        if let decay { options.decay = decay.decay(to: decayTo) }
    }
}
