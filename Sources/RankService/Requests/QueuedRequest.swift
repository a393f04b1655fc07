package import RankCore
package import RankProtocol

/// A request that has been looked at and may have to wait: what it is and how large.
package struct QueuedRequest {
    /// Its header, checked.
    package let header: RequestHeader

    /// What is to be scored, nil for other kinds.
    package let outline: ScoreOutline?

    /// Which ids are to be listed, nil for other kinds.
    package let listing: CatalogRequest?

    init(header: RequestHeader, outline: ScoreOutline? = nil, listing: CatalogRequest? = nil) {
        self.header = header
        self.outline = outline
        self.listing = listing
    }

    /// The class in whose turn it is served: INFO, HEALTH, STATS and CATALOG are interactive.
    package var requestClass: RequestClass { outline?.parameters.requestClass ?? .interactive }

    /// The work in it, counted in candidates; a query costs as much as one beside its own.
    package var candidateCount: Int { outline.map { $0.candidateCount + $0.queryCount - 1 } ?? 0 }

    /// Whether it is turned away by a worker that takes no new work any more.
    package var isWork: Bool { outline != nil || listing != nil }

    /// What it is taken to cost beside what is counted in candidates, in nanoseconds.
    package var listingCost: UInt64 { listing.map { CatalogPageLimits.cost(of: Int($0.count)) } ?? 0 }

    /// When its time is over.
    ///
    /// - Parameter arrival: When it arrived, in nanoseconds: its remaining time counts from there.
    /// - Returns: Nanoseconds, nil if it has all the time.
    package func deadline(from arrival: UInt64) -> UInt64? {
        header.remainingMicroseconds.map { arrival &+ UInt64($0) &* 1_000 }
    }
}
