/// An optimizer: the rule by which gradients move weights.
public enum Optimizer: Sendable, Equatable {
    /// `Adagrad`.
    case adagrad(Adagrad)
    /// `Adam`.
    case adam(Adam)

    /// Its name, as options and model files have it.
    public var name: String {
        switch self {
        case .adagrad: "adagrad"
        case .adam: "adam"
        }
    }

    /// The learning rate, before any decay.
    public var rate: Double {
        get {
            switch self {
            case .adagrad(let adagrad): adagrad.rate
            case .adam(let adam): adam.rate
            }
        }
        set {
            switch self {
            case .adagrad(var adagrad):
                adagrad.rate = newValue
                self = .adagrad(adagrad)
            case .adam(var adam):
                adam.rate = newValue
                self = .adam(adam)
            }
        }
    }

    /// All options of the optimizer, by name.
    var members: [String: String] {
        let common = ["learning_rate": "\(rate)", "optimizer": name]
        let own =
            switch self {
            case .adagrad(let adagrad):
                ["epsilon": "\(adagrad.epsilon)", "initial_accumulator": "\(adagrad.initialAccumulator)"]
            case .adam(let adam):
                [
                    "epsilon": "\(adam.epsilon)", "first_decay": "\(adam.firstDecay)",
                    "second_decay": "\(adam.secondDecay)",
                ]
            }
        return common.merging(own) { common, _ in common }
    }

    /// The names of the optimizer's slots, as Keras calls them.
    package var slotNames: [String] {
        switch self {
        case .adagrad: ["accumulator"]
        case .adam: ["momentum", "velocity"]
        }
    }

    /// The start values of the optimizer's slots.
    var slotStarts: [Float] {
        switch self {
        case .adagrad(let adagrad): [adagrad.initialAccumulator]
        case .adam: [0, 0]
        }
    }

    func validate() throws(TrainingError) {
        guard Float(rate) > 0, Float(rate).isFinite else {
            throw TrainingError(.invalidOption, "a learning rate of \(rate); choose a finite number above 0")
        }
    }
}
