package import RankProtocol

/// The largest request that a worker takes.
public struct RequestLimits: Hashable, Sendable {
    /// The most bytes of a request.
    public var messageBytes: Int
    /// The most candidates of a request, those of all its queries together.
    public var candidates: Int
    /// The most queries of a request.
    public var queries: Int

    /// Describes limits; negative ones count as 0.
    public init(messageBytes: Int, candidates: Int, queries: Int) {
        self.messageBytes = max(0, messageBytes)
        self.candidates = max(0, candidates)
        self.queries = max(0, queries)
    }

    /// The limits that hold if a worker names none.
    public static let `default` = RequestLimits(
        messageBytes: FrameLimits.default.messageBytes,
        candidates: FrameLimits.default.candidates,
        queries: FrameLimits.default.queries
    )

    /// The limits as the codec takes them.
    package var ofFrames: FrameLimits {
        FrameLimits(messageBytes: messageBytes, candidates: candidates, queries: queries)
    }
}
