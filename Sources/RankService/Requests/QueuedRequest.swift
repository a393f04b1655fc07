package import RankCore
package import RankProtocol

/// A request that has been examined and may have to wait: its kind and its size.
package struct QueuedRequest {
    /// The request's header, checked.
    package let header: RequestHeader

    /// The queries of a SCORE request; nil for other kinds.
    package let outline: ScoreOutline?

    /// The ids that a CATALOG request asks for; nil for other kinds.
    package let listing: CatalogRequest?

    init(header: RequestHeader, outline: ScoreOutline? = nil, listing: CatalogRequest? = nil) {
        self.header = header
        self.outline = outline
        self.listing = listing
    }

    /// The class that the request is served in: INFO, HEALTH, STATS and CATALOG are interactive.
    package var requestClass: RequestClass { outline?.parameters.requestClass ?? .interactive }

    /// The request's work, counted in candidates; each query after the first counts as one more.
    package var candidateCount: Int { outline.map { $0.candidateCount + $0.queryCount - 1 } ?? 0 }

    /// Whether a worker that is leaving refuses the request.
    package var isWork: Bool { outline != nil || listing != nil }

    /// The estimated cost beside that of candidates, in nanoseconds.
    package var listingCost: UInt64 { listing.map { CatalogPageLimits.cost(of: Int($0.count)) } ?? 0 }

    /// When the request's time is over.
    ///
    /// - Parameter arrival: When the request arrived, from which its remaining time counts, in nanoseconds.
    /// - Returns: The deadline, in nanoseconds; nil without one.
    package func deadline(from arrival: UInt64) -> UInt64? {
        header.remainingMicroseconds.map { arrival &+ UInt64($0) &* 1_000 }
    }
}
