/// The options of a distillation.
///
/// Equal options, data, split and teacher give equal weights, bit for bit, whatever the kernel, the threads and the
/// machine.
public struct DistillationOptions: Sendable, Equatable {
    /// The preset's name in the model file.
    public let preset: String
    /// Floats in an embedding, of users and of items.
    public var dimensions: Int
    /// Outputs of each dense relu layer.
    public var hidden: [Int]
    /// The number of steps.
    public var steps: Int
    /// Users of a step, drawn with replacement.
    public var users: Int
    /// Items of a step, drawn with replacement; each is scored for each of the users.
    public var items: Int
    /// The optimizer.
    public var optimizer: Optimizer
    /// The fall of the learning rate from the first step to the last.
    public var decay: LearningRateDecay
    /// Decides the initial weights and the draws.
    public var seed: UInt64

    /// The tutorial's shape.
    public static let distilled = DistillationOptions(
        preset: "distilled",
        dimensions: 32,
        hidden: [256, 64],
        steps: 1_200,
        users: 32,
        items: 128,
        optimizer: .adam(Adam(rate: 0.003)),
        decay: LearningRateDecay(.cosine, finalShare: 0),
        seed: 42
    )

    /// All options by name.
    var members: [String: String] {
        var members = [
            "batch_items": "\(items)",
            "batch_users": "\(users)",
            "decay": decay.curve.rawValue,
            "decay_to": "\(decay.finalShare)",
            "dimensions": "\(dimensions)",
            "hidden": hidden.map { "\($0)" }.joined(separator: ","),
            "preset": preset,
            "seed": "\(seed)",
            "steps": "\(steps)",
        ]
        members.merge(optimizer.members) { own, _ in own }
        return members
    }

    /// The numbers of pairs of a step that are accepted, users × items.
    public static let pairCounts = 1...1_000_000

    /// The numbers of steps that are accepted.
    public static let stepCounts = 1...1_000_000_000

    func validate() throws(TrainingError) {
        guard Self.stepCounts.contains(steps) else {
            throw TrainingError(.invalidOption, "\(steps) steps; choose from 1 to \(Self.stepCounts.upperBound)")
        }
        guard users >= 1, items >= 1, users <= Self.pairCounts.upperBound / items else {
            throw TrainingError(
                .invalidOption,
                "\(users) users × \(items) items a step; choose at least 1 of each, and at most "
                    + "\(Self.pairCounts.upperBound) pairs"
            )
        }
        try optimizer.validate()
        try decay.validate()
    }
}
