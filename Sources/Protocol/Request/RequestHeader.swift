public import RankCore

/// The header of a request, by meaning.
public struct RequestHeader: Hashable, Sendable {
    /// The client's number for this request.
    public var id: RequestID
    /// The kind of request.
    public var kind: RequestKind
    /// Flags; `allowPartial` only with SCORE.
    public var flags: RequestFlags
    /// Microseconds until the caller's deadline, counted from the sending; nil = none, 0 = already over.
    public var remainingMicroseconds: UInt32?
    /// The model that must answer, or `unspecified`.
    public var model: ModelID
    /// The profile that must answer, or `unspecified`.
    public var profile: NumericProfile

    /// Describes a request.
    public init(
        id: RequestID,
        kind: RequestKind,
        flags: RequestFlags = [],
        remainingMicroseconds: UInt32? = nil,
        model: ModelID = .unspecified,
        profile: NumericProfile = .unspecified
    ) {
        self.id = id
        self.kind = kind
        self.flags = flags
        self.remainingMicroseconds = remainingMicroseconds
        self.model = model
        self.profile = profile
    }

    /// Throws FAILED_PRECONDITION unless a worker that holds this model and profile may answer.
    ///
    /// - Parameters:
    ///   - held: The worker's model.
    ///   - heldProfile: The worker's profile.
    ///   - profileName: The name of the worker's profile in INFO, where the number has no name here: a plugin's.
    /// - Throws: FAILED_PRECONDITION that names both the demanded and the held model or profile.
    public func checkTarget(
        model held: ModelID,
        profile heldProfile: NumericProfile,
        profileName: String? = nil
    ) throws(ProtocolError) {
        guard model == .unspecified || model == held else {
            throw ProtocolError(
                .failedPrecondition,
                "the request demands model \(model), this worker holds \(held)",
                offset: 24,
                requestID: id
            )
        }
        guard profile == .unspecified || profile == heldProfile else {
            throw ProtocolError(
                .failedPrecondition,
                "the request demands profile \(profile) (number \(profile.rawValue)), this worker has "
                    + "\(profileName ?? heldProfile.description) (number \(heldProfile.rawValue))",
                offset: 42,
                requestID: id
            )
        }
    }

    /// Throws DEADLINE_EXCEEDED when no time remained at the sending.
    public func checkDeadline() throws(ProtocolError) {
        guard remainingMicroseconds != 0 else {
            throw ProtocolError(
                .deadlineExceeded,
                "the deadline had passed when the request was sent",
                offset: 20,
                requestID: id
            )
        }
    }
}

/// The header of a reply, by meaning.
public struct ReplyHeader: Hashable, Sendable {
    /// The number of the request that this answers.
    public var id: RequestID
    /// The kind of reply.
    public var kind: ReplyKind
    /// Flags.
    public var flags: ReplyFlags
    /// Microseconds that a request arriving now would wait before its scoring starts.
    public var backlogMicroseconds: UInt32
    /// The model that answered; `unspecified` if none is loaded.
    public var model: ModelID
    /// The profile that answered.
    public var profile: NumericProfile
    /// OK for every kind but ERROR, and never for ERROR.
    public var status: Status

    /// Describes a reply.
    public init(
        id: RequestID,
        kind: ReplyKind,
        flags: ReplyFlags = [],
        backlogMicroseconds: UInt32 = 0,
        model: ModelID = .unspecified,
        profile: NumericProfile = .unspecified,
        status: Status = .ok
    ) {
        self.id = id
        self.kind = kind
        self.flags = flags
        self.backlogMicroseconds = backlogMicroseconds
        self.model = model
        self.profile = profile
        self.status = status
    }
}
