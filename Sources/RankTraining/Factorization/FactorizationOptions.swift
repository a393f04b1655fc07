/// Everything that decides what a factorisation machine makes of its data.
///
/// Equal options, data and split give equal weights, bit for bit, on every machine.
public struct FactorizationOptions: Sendable, Equatable {
    /// How much a squared coefficient costs beside a squared error of one star.
    public struct Penalty: Sendable, Equatable {
        /// Of a coefficient of a factor; above 0.
        public var factor: Double
        /// Of a linear term; above 0.
        public var linear: Double

        /// Penalties of a group of features.
        public init(factor: Double, linear: Double) {
            self.factor = factor
            self.linear = linear
        }
    }

    /// The penalties of one side's features.
    public struct Side: Sendable, Equatable {
        /// Of who or what it is.
        public var identity: Penalty
        /// Of whom or what it met in training: the movies that a user rated, the users who rated a movie.
        public var history: Penalty
        /// Of the values of the columns.
        public var columns: Penalty
    }

    /// The name under which the model file tells where the options came from.
    public let preset: String
    /// The length of the vectors.
    public var factors: Int
    /// How often every coefficient is solved for.
    public var sweeps: Int
    /// Of the users' features.
    public var users: Side
    /// Of the items' features.
    public var items: Side
    /// Decides where the coefficients start.
    public var seed: UInt64

    /// The factorisation machine of docs/QUALITY.md: 32 factors, 30 sweeps.
    public static let mapFM = FactorizationOptions(
        preset: "map-fm",
        factors: 32,
        sweeps: 30,
        users: Side(
            identity: Penalty(factor: 16, linear: 2),
            history: Penalty(factor: 60, linear: 40),
            columns: Penalty(factor: 1_500, linear: 50)
        ),
        items: Side(
            identity: Penalty(factor: 27, linear: 32),
            history: Penalty(factor: 38, linear: 250),
            columns: Penalty(factor: 375, linear: 50)
        ),
        seed: 42
    )

    /// The numbers of factors that are accepted.
    public static let factorCounts = 1...1_024

    func validate() throws(TrainingError) {
        guard Self.factorCounts.contains(factors) else {
            throw TrainingError(.invalidOption, "\(factors) factors; choose from 1 to \(Self.factorCounts.upperBound)")
        }
        guard sweeps >= 1 else {
            throw TrainingError(.invalidOption, "\(sweeps) sweeps; train for at least 1")
        }
        let penalties = [users, items].flatMap { [$0.identity, $0.history, $0.columns] }
        guard penalties.flatMap({ [$0.factor, $0.linear] }).allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw TrainingError(.invalidOption, "a penalty is not a finite number above 0; choose one that is")
        }
    }
}
