import RankProtocol

extension PoolState {
    /// Notes the time at which a request that was just sent becomes late.
    mutating func planHedge(of request: RequestID, now: Int64) {
        guard hedging != nil, links.count > 1 else { return }
        hedging?.noteSending()
        if let delay = hedging?.delay { hedges.insert(request, at: now + delay) }
    }

    /// Sends late requests to a second worker.
    mutating func hedgeWhatIsLate(now: Int64) {
        while let (time, request) = hedges.first, time <= now || flights[request] == nil {
            hedges.removeFirst()
            guard let flight = flights[request], let call = calls[flight.requester], case .score(let work) = call.task,
                let part = call.score?.parts[flight.part], part.attempts < configuration.attempts
            else { continue }
            let wanted = Request(
                tried: part.tried,
                model: part.model,
                key: configuration.balancing == .rendezvous ? work.key(of: part.slices) : 0,
                candidates: part.candidateCount
            )
            guard let link = choose(for: wanted, now: now), isFit(links[link.index], now: now),
                hedging?.takeHedge() == true
            else { continue }
            send(flight.requester, part: flight.part, to: link, reason: .hedge, startedAt: flight.startedAt, now: now)
        }
    }

    /// The other requests in flight for the same part.
    func twins(of flight: Flight) -> [RequestID] {
        guard let call = calls[flight.requester], !call.flights.isEmpty else { return [] }
        return call.flights.filter { flights[$0]?.part == flight.part }
    }

    /// Cancels the other requests for a part that has been answered.
    mutating func cancelTwins(of flight: Flight, now: Int64) {
        for request in twins(of: flight) {
            guard let twin = land(request) else { continue }
            // Without this, hedges would hide a worker that answers nothing. A silence is already noted as one failure.
            if !links[twin.link.index].silence.isSilent { noteLateness(of: twin, now: now) }
            actions.append(.cancel(request, at: twin.link, as: makeRequestID()))
        }
    }
}
