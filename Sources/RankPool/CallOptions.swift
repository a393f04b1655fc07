public import RankCore

/// The options of one call.
public struct CallOptions: Sendable {
    /// The time of the call, counted from its start; nil = the pool's default.
    public var deadline: Duration?
    /// The treatment of ids that the model has never seen.
    public var unknownIDs: UnknownIDPolicy
    /// Whether a user waits for the answer, or a batch job.
    public var requestClass: RequestClass
    /// Whether a partial answer is taken at the deadline; candidates without a score are flagged and stand last, with
    /// the model's prior as score.
    ///
    /// This holds for a part whose worker ran out of time and for a part without any answer. If no part has been
    /// answered, the call fails with DEADLINE_EXCEEDED.
    public var allowsPartial: Bool
    /// Whether the call waits for a worker, up to its deadline, if none can be reached now.
    public var waitsForReady: Bool
    /// The fewest contiguous parts that a list is split into, as far as it has candidates; 1 or more; nil = the pool
    /// decides.
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
