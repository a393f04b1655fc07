package import RankProtocol

extension PoolState {
    /// Starts a call.
    ///
    /// It ends with exactly one `finish`, at its deadline at the latest.
    package mutating func start(
        _ id: CallID,
        _ task: CallTask,
        deadline: Int64,
        allotted: Duration,
        waitsForReady: Bool = false,
        now: Int64
    ) {
        calls[id] = Call(task: task, deadline: deadline, allotted: allotted, waitsForReady: waitsForReady)
        deadlines.insert(id, at: deadline)
        let waiting = pending
        pending = []
        dispatch(Pending(call: id, part: nil), now: now)
        failWhatIsHopeless()
        pending = waiting + pending
    }

    /// Ends a call because its task was cancelled.
    package mutating func cancel(_ id: CallID) {
        finish(id, .failure(PoolError(.cancelled, "the task was cancelled")))
    }

    /// Ends every call with this error.
    package mutating func shutDown(_ error: PoolError) {
        for id in calls.keys { finish(id, .failure(error)) }
    }

    /// Ends what is over and sends what can be sent.
    ///
    /// Call it after events and when `nextTick` has come.
    package mutating func tick(now: Int64) {
        while let (time, id) = deadlines.first, time <= now || calls[id] == nil {
            deadlines.removeFirst()
            if calls[id] != nil { expire(id) }
        }
        for index in links.indices where links[index].blockedUntil <= now { links[index].blockedUntil = 0 }
        let waiting = pending
        pending = []
        for item in waiting where calls[item.call] != nil { dispatch(item, now: now) }
        failWhatIsHopeless()
    }

    /// The socket did not take a request: its queue is full, or the connection is going.
    package mutating func blocked(_ request: RequestID, now: Int64) {
        guard let flight = land(request) else { return }
        calls[flight.call]?.score?.unsent(flight.part)
        links[flight.link.index].blockedUntil = now + 1_000
        pending.append(Pending(call: flight.call, part: flight.part))
    }

    private mutating func expire(_ id: CallID) {
        guard let call = calls[id] else { return }
        let causes: [PoolError.Cause]
        switch call.task {
        case .control(_, let link): causes = [links[link.index].cause]
        case .score: causes = links.map(\.cause)
        }
        finish(id, .failure(PoolError(.deadlineExceeded, "no answer within \(call.allotted)", causes: causes)))
    }

    private mutating func dispatch(_ item: Pending, now: Int64) {
        guard let call = calls[item.call] else { return }
        if case .control(let kind, let link) = call.task {
            let target = links[link.index]
            // INFO introduces a worker; anything else waits until it has.
            let isOpen = target.condition == .ready || (kind == .info && target.condition == .introducing)
            if isOpen, target.blockedUntil <= now {
                send(item.call, part: 0, to: link)
            } else {
                pending.append(item)
            }
            return
        }
        guard let part = item.part else {
            split(item, now: now)
            return
        }
        guard let state = call.score else { return }
        let wanted = state.parts[part]
        guard let link = choose(excluding: wanted.tried, model: wanted.model, now: now) else {
            let isLeft = choose(excluding: wanted.tried, model: wanted.model, now: .max) != nil
            if !isLeft, let error = state.gaveUp(on: part) {
                finish(item.call, .failure(error))
            } else {
                pending.append(item)
            }
            return
        }
        send(item.call, part: part, to: link)
    }

    private mutating func split(_ item: Pending, now: Int64) {
        guard let call = calls[item.call], case .score(let work) = call.task else { return }
        let ready = links.filter { $0.condition == .ready }
        guard !ready.isEmpty else {
            pending.append(item)
            return
        }
        let limits = commonLimits(of: ready, queries: work.queries.count)
        let worthwhile = min(ready.count, work.candidateCount / options.candidatesPerPart)
        do {
            let parts = try Partition.split(work, limits: limits, into: work.requestedParts ?? worthwhile)
            calls[item.call]?.score = CallState(work: work, parts: parts, attempts: options.attempts)
            for part in parts.indices { dispatch(Pending(call: item.call, part: part), now: now) }
        } catch {
            finish(item.call, .failure(error))
        }
    }

    /// What every one of these workers takes, what a frame can hold, and what leads to a reply that fits.
    private func commonLimits(of links: [Link], queries: Int) -> FrameLimits {
        let wanted = max(1, min(links.map(\.limits.queries).min() ?? 0, queries, options.maximumReplyBytes / 128))
        let replyCandidates = (options.maximumReplyBytes - 64 - 48 * wanted) / 13
        return FrameLimits(
            messageBytes: min(links.map(\.limits.messageBytes).min() ?? 0, Int(UInt32.max)),
            candidates: min(links.map(\.limits.candidates).min() ?? 0, replyCandidates),
            queries: wanted
        )
    }

    /// Fails calls that wait for a worker when every way to one has failed.
    private mutating func failWhatIsHopeless() {
        let isAnyReady = links.contains { $0.condition == .ready }
        let isAnyUnderway = links.contains(where: \.isUnderway)
        let isHopeless = !isAnyReady && !isAnyUnderway
        for item in pending {
            guard let call = calls[item.call], !call.waitsForReady else { continue }
            switch call.task {
            case .control(_, let link) where links[link.index].condition == .failed:
                let link = links[link.index]
                let status = link.failure?.status ?? .unavailable
                finish(item.call, .failure(PoolError(status, "the worker cannot be reached", causes: [link.cause])))
            case .score where isHopeless:
                let isUnauthenticated = links.allSatisfy { $0.failure?.status == .unauthenticated }
                let error = PoolError(
                    isUnauthenticated ? .unauthenticated : .unavailable,
                    "no worker can be reached; start one, or mend the endpoints",
                    causes: links.map(\.cause)
                )
                finish(item.call, .failure(error))
            case .control, .score: continue
            }
        }
    }
}
