public import RankProtocol

/// How a pool behaves.
public struct PoolOptions: Sendable {
    /// The deadline of calls that name none.
    public var deadline: Duration
    /// How many times a part of a list is sent at most, each time to another worker.
    public var attempts: Int
    /// A list is split over the connected workers when each of them gets at least this many candidates.
    ///
    /// Below it, a second request costs more than it saves.
    public var candidatesPerPart: Int
    /// The most bytes of a reply; a worker that sends more is disconnected.
    public var maximumReplyBytes: Int

    /// The defaults suit lists of hundreds of candidates on a local network.
    public init(
        deadline: Duration = .milliseconds(250),
        attempts: Int = 3,
        candidatesPerPart: Int = 8_192,
        maximumReplyBytes: Int = 16 << 20
    ) {
        self.deadline = deadline
        self.attempts = max(1, attempts)
        self.candidatesPerPart = max(1, candidatesPerPart)
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
    /// At the deadline, take what has been scored; the rest is flagged and stands last.
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
