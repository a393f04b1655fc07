import RankProtocol

extension PoolState {
    /// The least time for which a worker may owe an answer before it is asked (µs).
    private static let leastPatience = 10_000.0
    /// The same before the worker's first answer, when its costs are not known (µs).
    private static let firstPatience = 50_000.0
    /// The least time for the answer to INFO (µs).
    private static let leastAskedTime = 10_000.0
    /// The time between two searches for a worker with room, while a silent one has requests (µs).
    private static let lookInterval: Int64 = 5_000

    /// Notes a list that was sent to a worker.
    mutating func watchForSilence(of link: LinkID, now: Int64) {
        switch links[link.index].silence {
        case .idle: links[link.index].silence = .owing(askAt: now + patience(with: link, now: now))
        case .owing, .asked: break
        case .silent: links[link.index].silence = .silent(lookAt: now + Self.lookInterval)
        }
    }

    /// Notes a frame from a worker.
    mutating func noteSign(from link: LinkID, now: Int64) {
        guard links[link.index].silence != .idle else { return }
        if links[link.index].silence.isSilent { actions.append(.tell(.heardAgain, of: link)) }
        links[link.index].silence = .owing(askAt: now + patience(with: link, now: now))
    }

    /// The longest silence of a worker that owes answers: four times the estimated time for all of them (µs).
    private func patience(with link: LinkID, now: Int64) -> Int64 {
        let cost = links[link.index].cost
        let expected = links[link.index].load.wait(now: now) + cost.roundTrip
        let least = cost.hasLearned ? Self.leastPatience : Self.firstPatience
        return Int64(min(max(least, 4 * expected), 1e12))
    }

    /// Asks the workers that are overdue, and hands on the requests of silent ones.
    mutating func lookForSilence(now: Int64) {
        for index in links.indices {
            guard let time = links[index].silence.time, time <= now else { continue }
            let link = LinkID(index)
            guard links[index].condition == .ready, links[index].inFlight.contains(where: { isList($0) }) else {
                links[index].silence = links[index].silence.isSilent ? .silent(lookAt: .max) : .idle
                continue
            }
            switch links[index].silence {
            case .idle: break
            case .owing:
                let time = Int64(max(Self.leastAskedTime, 4 * links[index].cost.roundTrip))
                links[index].silence = .asked(silentAt: now + time)
                introduce(link, now: now)
            case .asked: fallSilent(link, now: now)
            case .silent: handOn(from: link, now: now)
            }
        }
    }

    /// Whether a request is at a worker that is silent.
    private func isStill(_ request: RequestID) -> Bool {
        flights[request].map { links[$0.link.index].silence.isSilent } ?? true
    }

    private func isList(_ request: RequestID) -> Bool {
        guard let flight = flights[request], case .score = calls[flight.requester]?.task else { return false }
        return true
    }

    /// One silence is one failure, whatever the number of requests in flight.
    private mutating func fallSilent(_ link: LinkID, now: Int64) {
        counters.silences += 1
        actions.append(.tell(.silent, of: link))
        noteFailure("it says nothing, though its connection stands", at: link, now: now)
        handOn(from: link, now: now)
    }

    /// Sends the requests of a silent worker to workers with room as well; the first answer counts.
    private mutating func handOn(from link: LinkID, now: Int64) {
        links[link.index].silence = .silent(lookAt: now + Self.lookInterval)
        guard budget.allowsRetries else { return }
        var isLeft = false
        for request in links[link.index].inFlight.sorted(by: { $0.rawValue < $1.rawValue }) where isList(request) {
            guard let flight = flights[request], let call = calls[flight.requester], case .score(let work) = call.task,
                let part = call.score?.parts[flight.part], part.answer == nil, part.attempts < configuration.attempts,
                twins(of: flight).allSatisfy({ isStill($0) })
            else { continue }
            let wanted = Request(
                tried: part.tried,
                model: part.model,
                key: configuration.balancing == .rendezvous ? work.key(of: part.slices) : 0,
                candidates: part.candidateCount
            )
            guard let other = choose(for: wanted, now: now), isFit(links[other.index], now: now) else {
                isLeft = true
                continue
            }
            // Answers refill the budget.
            guard silenceBudget.takeRequest() else { return }
            send(flight.requester, part: flight.part, to: other, reason: .again, startedAt: flight.startedAt, now: now)
        }
        links[link.index].silence = .silent(lookAt: isLeft ? now + Self.lookInterval : .max)
    }

    /// Whether a worker may get a request that another worker has already.
    ///
    /// A worker that is set aside may get one if `choose` falls back on it.
    func isFit(_ link: borrowing Link, now: Int64) -> Bool {
        !link.isDraining && !link.isNotServing && !link.silence.isSilent
            && (!link.health.isEjected(now: now) || isPanicking(now: now))
    }
}
