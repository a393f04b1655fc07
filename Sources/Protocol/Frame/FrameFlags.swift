/// The flags of a request's header.
public struct RequestFlags: OptionSet, Hashable, Sendable {
    /// The bits on the wire.
    public let rawValue: UInt16

    /// Wraps bits.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// At the deadline, answer with what has been scored (SCORE only).
    public static let allowPartial = RequestFlags(rawValue: 1 << 0)

    /// The flags that a request of this kind may carry.
    static func allowed(for kind: RequestKind) -> RequestFlags {
        kind == .score ? [.allowPartial] : []
    }
}

/// The flags of a reply's header.
public struct ReplyFlags: OptionSet, Hashable, Sendable {
    /// The bits on the wire.
    public let rawValue: UInt16

    /// Wraps bits.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The worker is leaving: send new work elsewhere.
    public static let draining = ReplyFlags(rawValue: 1 << 0)
    /// The worker does not serve.
    public static let notServing = ReplyFlags(rawValue: 1 << 1)

    static let all: ReplyFlags = [.draining, .notServing]
}

/// The bits of one query of a SCORE reply.
public struct QueryFlags: OptionSet, Hashable, Sendable {
    /// The bits on the wire.
    public let rawValue: UInt8

    /// Wraps bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The entries carry positions; without it entry i is candidate i.
    public static let indexed = QueryFlags(rawValue: 1 << 0)
    /// The user was scored by the row for unknown ids, or omitted.
    public static let unknownUser = QueryFlags(rawValue: 1 << 1)
    /// Some candidates were not scored in time.
    public static let partial = QueryFlags(rawValue: 1 << 2)

    static let all: QueryFlags = [.indexed, .unknownUser, .partial]
}

/// The bits of one entry of a SCORE reply.
public struct EntryFlags: OptionSet, Hashable, Sendable {
    /// The bits on the wire.
    public let rawValue: UInt8

    /// Wraps bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Scored by the model's row for unknown ids.
    public static let unknown = EntryFlags(rawValue: 1 << 0)
    /// Not scored in time: the score is the model's prior.
    public static let notScored = EntryFlags(rawValue: 1 << 1)

    static let all: EntryFlags = [.unknown, .notScored]
}
