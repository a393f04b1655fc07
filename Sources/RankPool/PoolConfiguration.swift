import RankCore

/// The behaviour of a pool, ``RankPool/Configuration``; each value is checked when it is given.
///
///     let configuration = try RankPool.Configuration(deadline: .milliseconds(50), hedging: .afterPercentile(0.95))
///     let pool = try RankPool.start("dns://ranker.internal:7000", configuration: configuration)
public struct PoolConfiguration: Hashable, Sendable {
    /// The deadline of calls that name none; 250 ms by default.
    public let deadline: Duration
    /// The most sendings of one part of a list; 3 by default.
    ///
    /// UNAVAILABLE, RESOURCE_EXHAUSTED, another model and a lost connection send a part again, to another worker at
    /// once. If there is no other worker, an overloaded one gets the part again after the time that it asked for.
    /// Nothing is sent again that could not be answered by the deadline, and nothing while too many requests fail
    /// (a bucket of 10 tokens: each failure takes one, each answer gives back 0.1, and below half there are no
    /// retries).
    public let attempts: Int
    /// The choice of a worker; `powerOfTwoChoices` by default.
    public let balancing: Balancing
    /// The most that this pool has in flight at one worker; 256 requests and 100 ms of scoring by default.
    public let window: CreditWindow
    /// The most parts of lists that wait while every worker's window is full; 16,384 by default.
    ///
    /// A call beyond it fails at once with RESOURCE_EXHAUSTED.
    public let waitingParts: Int
    /// Whether a late request is sent to a second worker as well; `off` by default.
    public let hedging: Hedging
    /// The fewest candidates for each connected worker at which a list is split before any reply has come; 8,192 by
    /// default.
    ///
    /// Later a list is split if that is faster by the workers' speed, which the replies show.
    public let candidatesPerPart: Int
    /// The largest reply; a worker that sends a larger one is disconnected; 16 MiB by default (bytes).
    public let maximumReplyBytes: Int

    /// The defaults, which suit lists of hundreds of candidates on a local network.
    public static let `default` = PoolConfiguration(
        checkedDeadline: .milliseconds(250),
        attempts: 3,
        balancing: .powerOfTwoChoices,
        window: .default,
        waitingParts: 16_384,
        hedging: .off,
        candidatesPerPart: 8_192,
        maximumReplyBytes: 16 << 20
    )

    /// The replies that can be allowed: an error with its message fits the smallest, a frame's length is 32 bits
    /// (bytes).
    private static let replyBytes = 4_096...Int(UInt32.max)

    /// Describes a pool's behaviour; a value that is left out is the default's.
    ///
    /// - Parameters:
    ///   - deadline: more than 0.
    ///   - attempts: 1 or more.
    ///   - balancing: the choice of a worker.
    ///   - window: the most in flight at one worker.
    ///   - waitingParts: 1 or more.
    ///   - hedging: if not `off`, a percentile of 0.5 to 0.999.
    ///   - candidatesPerPart: 1 or more.
    ///   - maximumReplyBytes: 4,096 to 2^32 − 1.
    /// - Throws: INVALID_ARGUMENT that names the value and the bounds.
    public init(
        deadline: Duration = Self.default.deadline,
        attempts: Int = Self.default.attempts,
        balancing: Balancing = Self.default.balancing,
        window: CreditWindow = Self.default.window,
        waitingParts: Int = Self.default.waitingParts,
        hedging: Hedging = Self.default.hedging,
        candidatesPerPart: Int = Self.default.candidatesPerPart,
        maximumReplyBytes: Int = Self.default.maximumReplyBytes
    ) throws(PoolError) {
        guard deadline > .zero else { throw .outOfBounds("deadline", "\(deadline)", "more than 0") }
        try Self.requireOne(attempts, "attempts")
        try Self.requireOne(waitingParts, "waitingParts")
        try Self.requireOne(candidatesPerPart, "candidatesPerPart")
        guard Self.replyBytes.contains(maximumReplyBytes) else {
            let bounds = "\(Self.replyBytes.lowerBound) to \(Self.replyBytes.upperBound)"
            throw .outOfBounds("maximumReplyBytes", "\(maximumReplyBytes)", bounds)
        }
        if case .afterPercentile(let share) = hedging, !Hedging.percentiles.contains(share) {
            let bounds = "\(Hedging.percentiles.lowerBound) to \(Hedging.percentiles.upperBound)"
            throw .outOfBounds("hedging", ".afterPercentile(\(share))", bounds)
        }
        self.init(
            checkedDeadline: deadline,
            attempts: attempts,
            balancing: balancing,
            window: window,
            waitingParts: waitingParts,
            hedging: hedging,
            candidatesPerPart: candidatesPerPart,
            maximumReplyBytes: maximumReplyBytes
        )
    }

    private init(
        checkedDeadline deadline: Duration,
        attempts: Int,
        balancing: Balancing,
        window: CreditWindow,
        waitingParts: Int,
        hedging: Hedging,
        candidatesPerPart: Int,
        maximumReplyBytes: Int
    ) {
        self.deadline = deadline
        self.attempts = attempts
        self.balancing = balancing
        self.window = window
        self.waitingParts = waitingParts
        self.hedging = hedging
        self.candidatesPerPart = candidatesPerPart
        self.maximumReplyBytes = maximumReplyBytes
    }

    private static func requireOne(_ value: Int, _ name: String) throws(PoolError) {
        guard value >= 1 else { throw .outOfBounds(name, "\(value)", "1 or more") }
    }
}

extension PoolError {
    /// The refusal of a value of a configuration.
    static func outOfBounds(_ name: String, _ value: String, _ bounds: String) -> PoolError {
        PoolError(.invalidArgument, "the pool's \(name) is \(value); expected \(bounds)")
    }
}
