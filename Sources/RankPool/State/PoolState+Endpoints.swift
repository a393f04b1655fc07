import RankCore
import RankProtocol

extension PoolState {
    /// A file or a name that lists workers.
    package struct Source: Sendable {
        /// The text that the user gave.
        package let name: String
        /// The last good list.
        package var endpoints: [String]?
        /// The reason why there is no current list.
        package var problem: String?
    }

    /// Adds a source without a list.
    package mutating func addSource(_ name: String) -> Int {
        sources.append(Source(name: name))
        return sources.count - 1
    }

    /// Takes a source's new list: a worker that is no longer in it finishes its requests and gets no new ones.
    ///
    /// - Returns: the new workers, which must be connected to.
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

    /// Takes the failure of a source, whose last good list stays in use.
    package mutating func fail(_ problem: String, of source: Int, now: Int64) {
        sources[source].problem = problem
        tick(now: now)
    }

    /// The workers in the list, and the sources that have named none.
    package struct Listing: Sendable {
        package var workers: [(link: LinkID, endpoint: String)] = []
        /// The reason of each source that has named no worker.
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

    /// Whether the first list of a source is still to come.
    package var isListing: Bool { sources.contains { $0.endpoints == nil && $0.problem == nil } }

    /// The state of each worker, and of each source with a problem.
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

    /// Closes the socket of a worker that has left, after its last answer.
    mutating func closeIfIdle(_ id: LinkID) {
        guard links[id.index].condition == .leaving, links[id.index].inFlight.isEmpty else { return }
        links[id.index].condition = .gone
        setAside.remove(id)
        actions.append(.close(id))
    }
}
