import RankProtocol

extension PoolState {
    /// A file or a name that says where the workers are.
    package struct Source: Sendable {
        /// As the user wrote it.
        package let name: String
        /// What it said last.
        package var endpoints: [String]?
        /// Why it says nothing now.
        package var problem: String?
    }

    /// Adds a source that has not said anything yet.
    package mutating func addSource(_ name: String) -> Int {
        sources.append(Source(name: name))
        return sources.count - 1
    }

    /// A source says where the workers are now: who is no longer there finishes what is in flight and gets nothing new.
    ///
    /// - Returns: the workers to connect to.
    package mutating func list(
        _ endpoints: [String],
        from source: Int,
        now: Int64
    ) -> [(link: LinkID, endpoint: String)] {
        sources[source].endpoints = endpoints
        sources[source].problem = nil
        let wanted = Set(sources.flatMap { $0.endpoints ?? [] })
        for index in links.indices where links[index].isListed && !wanted.contains(links[index].endpoint) {
            retire(LinkID(index))
        }
        let present = Set(links.filter { !$0.isRetired }.map(\.endpoint))
        let added = endpoints.filter { !present.contains($0) }.map { endpoint in
            (addLink(endpoint: endpoint, condition: .connecting, isListed: true), endpoint)
        }
        tick(now: now)
        return added
    }

    /// A source is wrong or cannot be asked: what it said last goes on being true.
    package mutating func fail(_ problem: String, of source: Int, now: Int64) {
        sources[source].problem = problem
        tick(now: now)
    }

    /// Who is in the list, and which sources have not named anybody.
    package struct Listing: Sendable {
        package var workers: [(link: LinkID, endpoint: String)] = []
        /// Why a source names no worker.
        package var silent: [PoolError.Cause] = []
    }

    /// The workers in the list now.
    package var listing: Listing {
        Listing(
            workers: links.indices.filter { !links[$0].isRetired }.map { (LinkID($0), links[$0].endpoint) },
            silent: sources.filter { $0.endpoints == nil }.map { source in
                PoolError.Cause(endpoint: source.name, reason: source.problem ?? "it has not named a worker yet")
            }
        )
    }

    /// Whether a source may still say something.
    package var isListing: Bool { sources.contains { $0.endpoints == nil && $0.problem == nil } }

    /// What is known about each worker and each source that has a problem.
    var causes: [PoolError.Cause] {
        links.filter { !$0.isRetired }.map(\.cause)
            + sources.compactMap { source in
                source.problem.map { PoolError.Cause(endpoint: source.name, reason: $0) }
            }
    }

    private mutating func retire(_ id: LinkID) {
        guard !links[id.index].isRetired else { return }
        links[id.index].condition = .leaving
        let error = PoolError(.unavailable, "\(links[id.index].endpoint) is no longer in the list of endpoints")
        for request in links[id.index].inFlight {
            guard let flight = flights[request], case .control = calls[flight.requester]?.task else { continue }
            finish(flight.requester, .failure(error))
        }
        closeIfIdle(id)
    }

    /// Closes the way to a worker that has left, when its last answer has come.
    mutating func closeIfIdle(_ id: LinkID) {
        guard links[id.index].condition == .leaving, links[id.index].inFlight.isEmpty else { return }
        links[id.index].condition = .gone
        actions.append(.close(id))
    }
}
