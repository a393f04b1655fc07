import RankCore
package import RankProtocol

extension PoolState {
    /// The pause before a socket is tried again for want of descriptors (µs).
    private static let pauseBeforeOpening: Int64 = 1_000_000

    /// Takes an event at a worker's socket or name.
    package mutating func handle(_ event: LinkEvent, at id: LinkID, now: Int64) {
        guard !links[id.index].isRetired || event == .lost else { return }
        switch event {
        case .resolved:
            links[id.index].condition = .connecting
        case .unopened(let reason):
            links[id.index].fail(.resourceExhausted, reason)
            links[id.index].opensAt = now + Self.pauseBeforeOpening
        case .reached:
            // After a failure, only a whole handshake counts.
            if links[id.index].condition == .connecting { links[id.index].condition = .handshaking }
        case .connected:
            links[id.index].condition = .introducing
            links[id.index].silentHandshakeFailures = 0
            introduce(id, now: now)
        case .lost:
            lose(id, now: now)
        case .handshakeBroken:
            links[id.index].silentHandshakeFailures += 1
            if links[id.index].silentHandshakeFailures > 1 {
                links[id.index].fail(
                    .unavailable,
                    "the handshake broke off twice: the peer ends connections, or has another server key"
                )
            }
        case .failed(let status, let reason):
            // The end of an established connection is reported by `lost`.
            let isStanding = links[id.index].condition == .ready || links[id.index].condition == .introducing
            if !isStanding { links[id.index].fail(status, reason) }
        }
        tick(now: now)
    }

    /// Takes a frame from a worker.
    package mutating func receive(_ frame: borrowing ReplyFrame, from id: LinkID, now: Int64) {
        noteSign(from: id, now: now)
        links[id.index].isDraining = frame.header.flags.contains(.draining)
        links[id.index].isNotServing = frame.header.flags.contains(.notServing)
        let isOther = links[id.index].model != frame.header.model
        links[id.index].model = frame.header.model
        links[id.index].load.reported(frame.header.backlogMicroseconds, now: now)
        // Late replies and replies to a CANCEL belong to no flight.
        guard let flight = flights[frame.header.id], flight.link == id else { return }
        land(frame.header.id)
        do {
            try take(frame, flight, now: now)
        } catch {
            settle(flight, failure: malformed(error, at: id), now: now)
        }
        // Limits and prior may differ with the new model.
        if isOther, frame.header.kind != .info, links[id.index].condition == .ready { introduce(id, now: now) }
        tick(now: now)
    }

    /// Takes bytes that are no frame: the request that they answer fails, or every request in flight if that is
    /// unknown.
    package mutating func receiveMalformed(_ error: ProtocolError, from id: LinkID, now: Int64) {
        noteSign(from: id, now: now)
        let isMatched = flights[error.requestID].map { $0.link == id } ?? false
        let requests = isMatched ? [error.requestID] : links[id.index].inFlight
        for request in requests {
            guard let flight = land(request) else { continue }
            settle(flight, failure: malformed(error, at: id), now: now)
        }
        tick(now: now)
    }

    private func malformed(_ error: ProtocolError, at id: LinkID) -> PartFailure {
        PartFailure(
            status: .internal,
            message: "the worker sent a malformed reply: \(error.description)",
            endpoint: links[id.index].endpoint,
            isTransport: true
        )
    }

    /// Takes a reply to a request of this pool.
    ///
    /// - Throws: the worker's mistake.
    private mutating func take(_ frame: borrowing ReplyFrame, _ flight: Flight, now: Int64) throws(ProtocolError) {
        guard let call = calls[flight.requester] else { return }
        switch (frame.header.kind, call.task) {
        case (.error, _): try takeFailure(frame, flight, of: call, now: now)
        case (.score, .score(let work)): try takeScore(frame, flight, of: call, work, now: now)
        case (.info, .control(.info, _)): try takeInfo(frame, flight, now: now)
        case (.health, .control(.health, _)):
            let health = WorkerHealth(
                isServing: try frame.isServing(),
                isDraining: frame.header.flags.contains(.draining),
                model: frame.header.model
            )
            finish(flight.requester, .success(.health(health)))
        case (.stats, .control(.stats, _)):
            let statistics = WorkerStatistics(
                properties: try frame.pairs(),
                model: frame.header.model,
                backlogMicroseconds: frame.header.backlogMicroseconds,
                isDraining: frame.header.flags.contains(.draining),
                isNotServing: frame.header.flags.contains(.notServing)
            )
            finish(flight.requester, .success(.stats(statistics)))
        case (.catalog, .control(.catalog(let question), _)):
            finish(flight.requester, .success(.catalog(try CatalogAnswer(frame, to: question))))
        default:
            throw ProtocolError(.internal, "a reply of another kind, \(frame.header.kind)", offset: 17)
        }
    }

    /// Takes a worker's refusal.
    private mutating func takeFailure(
        _ frame: borrowing ReplyFrame,
        _ flight: Flight,
        of call: Call,
        now: Int64
    ) throws(ProtocolError) {
        let error = try frame.error()
        if let part = call.score?.parts[flight.part] { try error.checkIndexes(of: part.slices) }
        let failure = PartFailure(
            status: error.status,
            message: error.message,
            endpoint: links[flight.link.index].endpoint,
            isTransport: false,
            queryIndex: error.queryIndex,
            candidateIndex: error.candidateIndex,
            retryAfterMicroseconds: error.retryAfterMicroseconds,
            isCharged: error.status != .unavailable || !frame.header.flags.contains(.draining)
        )
        settle(flight, failure: failure, now: now)
    }

    /// Takes the scores of a part.
    private mutating func takeScore(
        _ frame: borrowing ReplyFrame,
        _ flight: Flight,
        of call: Call,
        _ work: ScoreWork,
        now: Int64
    ) throws(ProtocolError) {
        guard let part = call.score?.parts[flight.part] else { return }
        let answer = try ScoreAnswer(frame, slices: part.slices, of: work)
        guard part.model == .unspecified || part.model == answer.model,
            part.profile == .unspecified || part.profile == answer.profile
        else {
            throw ProtocolError(.internal, "model \(answer.model) answered where \(part.model) was demanded")
        }
        budget.noteAnswer()
        silenceBudget.noteAnswer()
        hedging?.noteAnswer(after: now - flight.startedAt)
        cancelTwins(of: flight, now: now)
        links[flight.link.index].health.answered()
        links[flight.link.index].failure = nil
        learn(answer, flight, candidates: part.candidateCount, now: now)
        let links = self.links
        if let step = calls[flight.requester]?.score?.answered(
            flight.part,
            answer,
            from: links[flight.link.index].endpoint,
            isHeld: { model in links.contains { $0.condition == .ready && $0.model == model } }
        ) {
            advance(flight.requester, by: step)
        }
    }

    /// Takes a worker's INFO: from then on the worker gets requests.
    private mutating func takeInfo(
        _ frame: borrowing ReplyFrame,
        _ flight: Flight,
        now: Int64
    ) throws(ProtocolError) {
        let info = WorkerInfo(
            properties: try frame.pairs(),
            model: frame.header.model,
            profile: frame.header.profile
        )
        // Lists are split by the limits of every worker: a worker that takes nothing would block the others.
        guard info.limits.candidates > 0, info.limits.queries > 0, info.limits.messageBytes >= 128 else {
            throw ProtocolError(
                .internal,
                "INFO names limits that no request keeps: max_candidates \(info.limits.candidates), "
                    + "max_queries \(info.limits.queries), max_message_bytes \(info.limits.messageBytes)"
            )
        }
        ready(flight.link, limits: info.limits.ofFrames, now: now)
        links[flight.link.index].prior = info.prior.map { (info.model, $0) }
        finish(flight.requester, .success(.info(info)))
    }

    /// Asks the worker of a new connection for INFO: only a worker whose scoring thread answers gets requests.
    mutating func introduce(_ link: LinkID, now: Int64) {
        let greeting = Requester.greeting(link)
        guard calls[greeting] == nil else { return }
        calls[greeting] = Call(
            task: .control(.info, link),
            deadline: .max,
            allotted: .zero,
            waitsForReady: true
        )
        send(greeting, part: 0, to: link, now: now)
    }

    /// Learns the worker's cost per candidate from a list that was scored whole.
    private mutating func learn(_ answer: ScoreAnswer, _ flight: Flight, candidates: Int, now: Int64) {
        guard answer.slices.allSatisfy({ $0.coverage == 1 }) else { return }
        links[flight.link.index].cost.learn(
            candidates: candidates,
            compute: Double(answer.timings.computeMicroseconds),
            queue: Double(answer.timings.queueMicroseconds),
            latency: Double(now - flight.sentAt)
        )
    }

    private mutating func ready(_ link: LinkID, limits: FrameLimits, now: Int64) {
        if links[link.index].condition != .ready {
            links[link.index].condition = .ready
            links[link.index].failure = nil
            links[link.index].health.becameReady(now: now)
        }
        links[link.index].limits = limits
    }

    /// Fails the requests in flight on a lost connection; each part goes to another worker at once if there is one.
    private mutating func lose(_ id: LinkID, now: Int64) {
        // The reason of a failed handshake says more than the end of the connection.
        guard links[id.index].condition != .failed else { return }
        let wasReady = links[id.index].condition == .ready
        if wasReady { counters.lostConnections += 1 }
        let requests = links[id.index].inFlight
        if !links[id.index].isRetired { links[id.index].condition = .connecting }
        links[id.index].failure = (
            .unavailable, wasReady ? "the connection was lost" : "the peer ended the connection before it was ready"
        )
        // One event is one failure, whatever the number of requests in flight.
        if wasReady, !requests.isEmpty {
            budget.noteFailure()
            noteFailure("the connection was lost", at: id, now: now)
        }
        for request in requests.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard let flight = land(request) else { continue }
            let failure = PartFailure(
                status: .unavailable,
                message: "the connection was lost while the request was in flight",
                endpoint: links[id.index].endpoint,
                isTransport: true,
                isCharged: false
            )
            settle(flight, failure: failure, now: now)
        }
        links[id.index].load.reset()
        links[id.index].silence = .idle
    }

    private mutating func settle(_ flight: Flight, failure: PartFailure, now: Int64) {
        guard let call = calls[flight.requester] else { return }
        guard case .score = call.task, let part = call.score?.parts[flight.part] else {
            settleControl(flight, failure, now: now)
            return
        }
        noteHealth(failure, at: flight.link, now: now)
        var verdict = judge(failure, of: part, at: flight.link, deadline: call.deadline, now: now)
        if !twins(of: flight).isEmpty {
            // A wrong request is wrong at the other worker too.
            verdict = failure.status.advice == .fixRequest ? .no(remark: "") : .underway
        }
        if let step = calls[flight.requester]?.score?.failed(flight.part, failure, verdict) {
            advance(flight.requester, by: step)
        }
    }

    private mutating func settleControl(_ flight: Flight, _ failure: PartFailure, now: Int64) {
        if case .greeting = flight.requester {
            // A worker that refuses INFO still speaks the protocol, unlike one with a malformed answer or a lost
            // connection.
            if failure.isTransport {
                if links[flight.link.index].condition == .introducing {
                    links[flight.link.index].fail(failure.status, failure.message)
                }
            } else if links[flight.link.index].condition == .introducing {
                ready(flight.link, limits: .default, now: now)
            }
        }
        let error = PoolError(
            failure.status,
            "\(failure.endpoint): \(failure.message)",
            retryAfter: failure.retryAfterMicroseconds == 0
                ? nil : .microseconds(Int64(failure.retryAfterMicroseconds))
        )
        finish(flight.requester, .failure(error))
    }

    /// Takes the next step of a call.
    private mutating func advance(_ requester: Requester, by step: CallState.Step) {
        switch step {
        case .wait: break
        case .send(let parts):
            for part in parts { waiting.append(Pending(requester: requester, part: part)) }
        case .retry(let part, let time): delayed.insert(Pending(requester: requester, part: part), at: time)
        case .finish(let result): finish(requester, result.map { .score($0) })
        }
    }
}
