/// The limits of a reader; a frame beyond them is refused before its payload is read.
public struct FrameLimits: Hashable, Sendable {
    /// The most bytes of one frame, its length field included.
    public var messageBytes: Int
    /// The most candidates of one request, over all of its queries.
    public var candidates: Int
    /// The most queries of one request.
    public var queries: Int

    /// Sets limits; negative ones count as 0.
    public init(messageBytes: Int = 1 << 20, candidates: Int = 131_072, queries: Int = 4_096) {
        self.messageBytes = max(0, messageBytes)
        self.candidates = max(0, candidates)
        self.queries = max(0, queries)
    }

    /// The limits of a worker that was told nothing else: requests of at most 1 MiB.
    public static let `default` = FrameLimits()

    /// The most bytes of a reply to a SCORE request within these limits: 64 + 48·queries + 13·candidates, rounded up to
    /// 8, or 1,088 where that is more, as an ERROR may have.
    ///
    /// `Int.max` when the limits are that large.
    public var replyBytes: Int {
        let (forQueries, queriesOverflow) = queries.multipliedReportingOverflow(by: 48)
        let (forCandidates, candidatesOverflow) = candidates.multipliedReportingOverflow(by: 13)
        let (body, bodyOverflow) = forQueries.addingReportingOverflow(forCandidates)
        guard !queriesOverflow, !candidatesOverflow, !bodyOverflow, body < Int.max - 128 else { return .max }
        return max(Wire.headerBytes + 16 + Wire.maxErrorMessageBytes, (64 + body + 7) & ~7)
    }
}
