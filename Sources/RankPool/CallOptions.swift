public import RankProtocol

/// How a pool behaves.
public struct PoolOptions: Sendable {
    /// The deadline of calls that name none.
    public var deadline: Duration
    /// How many times a part of a list is sent at most.
    ///
    /// UNAVAILABLE, RESOURCE_EXHAUSTED, another model and a lost connection send it again, to another worker at once; where
    /// there is none, an overloaded one gets it again after the time that it asked for. Nothing is sent again that could
    /// not be answered by the deadline, and nothing while too many requests fail (a bucket of 10 tokens: each
    /// failure takes one, each answer gives back 0.1, and below half there are no retries).
    public var attempts: Int
    /// How a worker is chosen.
    public var balancing: Balancing
    /// How much this pool has in flight at one worker at most.
    public var window: CreditWindow
    /// How many parts of lists wait at most while every worker's window is full; a call beyond it fails at once with
    /// RESOURCE_EXHAUSTED.
    public var waitingParts: Int
    /// Whether a request that has been out for longer than 95 % of the last ones is sent to a second worker as well.
    ///
    /// The first answer counts, the other request is cancelled. At most one of twenty requests is sent twice.
    public var hedges: Bool
    /// Before any reply has come, a list is split over the connected workers when each of them gets at least this many
    /// candidates.
    ///
    /// Afterwards it is split where that is faster by what the replies have taught of the workers' speed.
    public var candidatesPerPart: Int
    /// The most bytes of a reply; a worker that sends more is disconnected.
    public var maximumReplyBytes: Int
    /// Gets a line when a file of endpoints is wrong or a name is not resolved, while the last good list stays in use.
    ///
    /// Called on the pool's thread: it must not block.
    public var notice: (@Sendable (String) -> Void)?

    /// The defaults suit lists of hundreds of candidates on a local network.
    public init(
        deadline: Duration = .milliseconds(250),
        attempts: Int = 3,
        balancing: Balancing = .powerOfTwoChoices,
        window: CreditWindow = CreditWindow(),
        waitingParts: Int = 16_384,
        hedges: Bool = false,
        candidatesPerPart: Int = 8_192,
        maximumReplyBytes: Int = 16 << 20,
        notice: (@Sendable (String) -> Void)? = nil
    ) {
        self.deadline = deadline
        self.attempts = max(1, attempts)
        self.balancing = balancing
        self.window = window
        self.waitingParts = max(1, waitingParts)
        self.hedges = hedges
        self.candidatesPerPart = max(1, candidatesPerPart)
        self.notice = notice
        self.maximumReplyBytes = min(max(4_096, maximumReplyBytes), Int(UInt32.max))
    }
}

/// What one call asks for beside its list.
public struct CallOptions: Sendable {
    /// When the call ends at the latest, counted from its start; nil = the pool's default.
    public var deadline: Duration?
    /// What to do with ids that the model has never seen.
    public var unknownIDs: UnknownIDPolicy
    /// Whether somebody waits for the answer.
    public var requestClass: RequestClass
    /// At the deadline, take what has been scored; the rest is flagged and stands last, with the model's prior as score.
    ///
    /// That goes for a part whose worker ran out of time and for one whose answer did not come at all. Where nothing has
    /// been answered, the call fails with DEADLINE_EXCEEDED.
    public var allowsPartial: Bool
    /// Whether the call waits for a worker, up to its deadline, where none can be reached now.
    public var waitsForReady: Bool
    /// Into how many contiguous parts a list is split at least, as far as it has candidates; nil = the pool decides.
    public var parts: Int?
    /// The model that must answer; `unspecified` = any, but one for the whole list.
    public var model: ModelID
    /// The profile that must answer; `unspecified` = any, but one for the whole list.
    public var profile: NumericProfile

    /// Describes a call; the defaults fail on unknown ids and want an answer from any one model.
    public init(
        deadline: Duration? = nil,
        unknownIDs: UnknownIDPolicy = .fail,
        requestClass: RequestClass = .interactive,
        allowsPartial: Bool = false,
        waitsForReady: Bool = false,
        parts: Int? = nil,
        model: ModelID = .unspecified,
        profile: NumericProfile = .unspecified
    ) {
        self.deadline = deadline
        self.unknownIDs = unknownIDs
        self.requestClass = requestClass
        self.allowsPartial = allowsPartial
        self.waitsForReady = waitsForReady
        self.parts = parts
        self.model = model
        self.profile = profile
    }
}
