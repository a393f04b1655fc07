/// The kinds of requests.
public enum RequestKind: UInt8, Hashable, Sendable, CaseIterable {
    /// Scores for the candidates of one or several queries.
    case score = 0x01
    /// Take back a request whose answer is no longer wanted.
    case cancel = 0x02
    /// The worker's model, limits and ranges of ids.
    case info = 0x03
    /// Whether the thread that scores is alive and serving.
    case health = 0x04
    /// Counters since the start.
    case stats = 0x05
    /// A page of the candidates that the worker's model knows.
    case catalog = 0x06

    /// The kind of a successful reply.
    public var reply: ReplyKind {
        switch self {
        case .score: .score
        case .cancel: .cancel
        case .info: .info
        case .health: .health
        case .stats: .stats
        case .catalog: .catalog
        }
    }
}

/// The kinds of replies.
public enum ReplyKind: UInt8, Hashable, Sendable, CaseIterable {
    /// Scores.
    case score = 0x81
    /// Whether a request was taken back.
    case cancel = 0x82
    /// Pairs that describe the worker.
    case info = 0x83
    /// SERVING or NOT_SERVING.
    case health = 0x84
    /// Pairs that count.
    case stats = 0x85
    /// Ids of candidates.
    case catalog = 0x86
    /// A status other than OK and its text.
    case error = 0xff
}
