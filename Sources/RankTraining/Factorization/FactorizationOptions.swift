/// The options of a factorisation machine's training.
///
/// Equal options, data and split give equal weights, bit for bit, on every machine.
public struct FactorizationOptions: Sendable, Equatable {
    /// The cost of a squared coefficient beside a squared error of one star.
    public struct Penalty: Sendable, Equatable {
        /// The penalty of a coefficient of a factor; above 0.
        public var factor: Double
        /// The penalty of a linear term; above 0.
        public var linear: Double

        /// Penalties of a group of features.
        public init(factor: Double, linear: Double) {
            self.factor = factor
            self.linear = linear
        }
    }

    /// The penalties of one side's features.
    public struct Side: Sendable, Equatable {
        /// Penalty of the feature of the entity itself.
        public var identity: Penalty
        /// Penalty of the entities that it met in training: the movies that a user rated, the users who rated a movie.
        public var history: Penalty
        /// Penalty of the values of the columns.
        public var columns: Penalty
        /// Penalty of the number of ratings and of the columns of numbers, each as one number; nil if they are no
        /// features.
        public var numbers: Penalty?

        /// All of them.
        var all: [Penalty] { [identity, history, columns] + (numbers.map { [$0] } ?? []) }
    }

    /// Machines whose coefficients are drawn, averaged and mixed with the one of best coefficients.
    public struct Sampling: Sendable, Equatable {
        /// The length of the drawn vectors.
        public var factors: Int
        /// The number of sweeps in which every coefficient is drawn.
        public var sweeps: Int
        /// The number of sweeps before the average begins.
        public var warmUp: Int
        /// The distance between averaged sweeps: 1 averages all.
        public var interval: Int
        /// The weight of the prior of a block's precision, as a number of coefficients; at least 1.
        public var priorCount: Double
        /// The precision per star² that the prior expects of coefficients with penalty 1; above 0.
        public var priorPrecision: Double
        /// The weight of the average of the draws beside the best coefficients: from 0 to 1.
        public var share: Double

        func validate() throws(TrainingError) {
            guard factorCounts.contains(factors), sweepCounts.contains(sweeps), warmUp >= 0, interval >= 1,
                sweeps > warmUp, count >= 1,
                priorCount >= 1, priorCount.isFinite, priorPrecision > 0, priorPrecision.isFinite,
                (0...1).contains(share)
            else {
                throw TrainingError(
                    .invalidOption,
                    "the sampling averages no sweep, or one of its numbers is out of range; start from those of best"
                )
            }
        }

        /// The number of averaged sweeps.
        package var count: Int { (sweeps - warmUp) / interval }

        /// Whether a sweep, counted from 1, is averaged.
        package func isAveraged(_ sweep: Int) -> Bool {
            sweep > warmUp && (sweep - warmUp).isMultiple(of: interval)
        }
    }

    /// The preset's name in the model file.
    public let preset: String
    /// The length of the vectors.
    public var factors: Int
    /// The number of sweeps in which every coefficient is solved for.
    public var sweeps: Int
    /// The penalties of the users' features.
    public var users: Side
    /// The penalties of the items' features.
    public var items: Side
    /// Decides where the coefficients start, and the draws.
    public var seed: UInt64
    /// The sampler that is mixed in; nil for none.
    public var sampling: Sampling?

    /// The factorisation machine of docs/reference/training.md: 32 factors, 10 sweeps.
    public static let mapFM = FactorizationOptions(
        preset: "map-fm",
        factors: 32,
        sweeps: 10,
        users: Side(
            identity: Penalty(factor: 16, linear: 2),
            history: Penalty(factor: 60, linear: 40),
            columns: Penalty(factor: 1_500, linear: 50)
        ),
        items: Side(
            identity: Penalty(factor: 27, linear: 32),
            history: Penalty(factor: 38, linear: 250),
            columns: Penalty(factor: 375, linear: 50),
            numbers: Penalty(factor: 375, linear: 50)
        ),
        seed: 42
    )

    /// The most accurate model of docs/reference/training.md: half such a machine of 48 factors and 30
    /// sweeps, half the average of a Gibbs sampler.
    public static let best = FactorizationOptions(
        preset: "best",
        factors: 48,
        sweeps: 30,
        users: mapFM.users,
        items: mapFM.items,
        seed: 42,
        sampling: Sampling(
            factors: 16,
            sweeps: 300,
            warmUp: 20,
            interval: 2,
            priorCount: 2,
            priorPrecision: 1.6,
            share: 0.5
        )
    )

    /// The numbers of factors that are accepted.
    public static let factorCounts = 1...1_024
    /// The numbers of sweeps that are accepted, of each kind.
    public static let sweepCounts = 1...1_000_000

    /// The penalties by name, for checkpoints; a model file does not contain them.
    var penaltyMembers: [String: String] {
        var members: [String: String] = [:]
        for (name, side) in [("user", users), ("item", items)] {
            let groups = [
                ("identity", side.identity), ("history", side.history), ("columns", side.columns),
                ("numbers", side.numbers),
            ]
            for (group, penalty) in groups {
                members["\(name)_\(group)_penalty"] = penalty.map { "\($0.factor),\($0.linear)" }
            }
        }
        return members
    }

    func validate() throws(TrainingError) {
        guard Self.factorCounts.contains(factors) else {
            throw TrainingError(.invalidOption, "\(factors) factors; choose from 1 to \(Self.factorCounts.upperBound)")
        }
        if let sampling { try sampling.validate() }
        guard Self.sweepCounts.contains(sweeps) else {
            throw TrainingError(.invalidOption, "\(sweeps) sweeps; choose from 1 to \(Self.sweepCounts.upperBound)")
        }
        let penalties = users.all + items.all
        guard penalties.flatMap({ [$0.factor, $0.linear] }).allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw TrainingError(.invalidOption, "a penalty is not a finite number above 0; choose one that is")
        }
    }
}
