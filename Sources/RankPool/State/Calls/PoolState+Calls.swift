import RankCore
package import RankProtocol

extension PoolState {
    /// Starts a call.
    ///
    /// The call ends with exactly one `finish`, at its deadline at the latest.
    package mutating func start(
        _ id: CallID,
        _ task: CallTask,
        deadline: Int64,
        allotted: Duration,
        waitsForReady: Bool = false,
        now: Int64
    ) {
        let requester = Requester.call(id)
        calls[requester] = Call(task: task, deadline: deadline, allotted: allotted, waitsForReady: waitsForReady)
        guard deadline > now else {
            let error = PoolError(.deadlineExceeded, "no time is left: the call was given \(allotted); give it more")
            finish(requester, .failure(error))
            return
        }
        deadlines.insert(id, at: deadline)
        switch task {
        case .control: questions.append(requester)
        case .readiness: readinessCalls.append(requester)
        case .score:
            guard waiting.count < configuration.waitingParts else {
                finish(requester, .failure(full("\(waiting.count) parts of lists wait for a worker already")))
                return
            }
            waiting.append(Pending(requester: requester, part: nil))
        }
        dispatchAll(now: now)
    }

    /// Ends a call because its task was cancelled.
    package mutating func cancel(_ id: CallID) {
        finish(.call(id), .failure(PoolError(.cancelled, "the task was cancelled")))
    }

    /// Ends every call with this error.
    package mutating func shutDown(_ error: PoolError) {
        for requester in calls.keys { finish(requester, .failure(error)) }
    }

    /// Ends calls whose time is over, and sends what can be sent.
    ///
    /// Must be called after events and at `nextTick`.
    package mutating func tick(now: Int64) {
        while let (time, id) = deadlines.first, time <= now || calls[.call(id)] == nil {
            deadlines.removeFirst()
            expire(id, now: now)
        }
        for index in links.indices {
            if links[index].blockedUntil <= now { links[index].blockedUntil = 0 }
            if let time = links[index].opensAt, time <= now {
                links[index].opensAt = nil
                if links[index].condition == .failed { actions.append(.open(LinkID(index))) }
            }
        }
        while let (time, item) = delayed.first, time <= now {
            delayed.removeFirst()
            if calls[item.requester] != nil { waiting.append(item) }
        }
        tellOfReturns(now: now)
        lookForSilence(now: now)
        hedgeWhatIsLate(now: now)
        dispatchAll(now: now)
    }

    /// Sends waiting parts and questions, as far as there is room.
    private mutating func dispatchAll(now: Int64) {
        if !readinessCalls.isEmpty, hasLink(where: { $0.condition == .ready }) {
            for requester in readinessCalls { finish(requester, .success(.ready)) }
        }
        if !questions.isEmpty {
            let asked = questions
            questions = []
            for requester in asked { ask(requester, now: now) }
        }
        var kept: [Pending] = []
        // If no worker has room, the queue need not be searched.
        loop: while !waiting.isEmpty, hasRoom(now: now), let item = waiting.popFirst() {
            switch dispatch(item, now: now) {
            case .done: continue
            case .waits: kept.append(item)
            case .waitsForRoom:
                kept.append(item)
                break loop
            }
        }
        waiting.prepend(kept)
        failWhatIsHopeless()
    }

    private func hasRoom(now: Int64) -> Bool {
        hasLink { $0.condition == .ready && $0.hasRoom(for: 0, within: configuration.window, now: now) }
    }

    /// Takes a request back that the socket did not take: its queue is full, or the connection is ending.
    package mutating func blocked(_ request: RequestID, now: Int64) {
        guard let flight = land(request) else { return }
        counters.note(flight.reason, by: -1)
        calls[flight.requester]?.score?.unsent(flight.part)
        links[flight.link.index].blockedUntil = now + 1_000
        if case .control = calls[flight.requester]?.task {
            questions.append(flight.requester)
        } else if twins(of: flight).isEmpty {
            waiting.append(Pending(requester: flight.requester, part: flight.part))
        }
    }

    private mutating func expire(_ id: CallID, now: Int64) {
        let requester = Requester.call(id)
        guard let call = calls[requester] else { return }
        switch call.task {
        case .readiness:
            let message = "no worker was ready within \(call.allotted); start one, or correct the endpoints"
            finish(requester, .failure(PoolError(.deadlineExceeded, message, causes: causes)))
        case .control(_, let link):
            finish(requester, .failure(late(call, causes: [links[link.index].cause])))
        case .score:
            for flight in call.flights.compactMap({ flights[$0] }) { noteLateness(of: flight, now: now) }
            if case .score(let work) = call.task, work.flags.contains(.allowPartial),
                let outcome = call.score?.partialOutcome(prior: { prior(of: $0) })
            {
                finish(requester, .success(.score(outcome)))
                return
            }
            let isReady = hasLink { $0.condition == .ready }
            let wasSent = call.score.map { $0.parts.contains { $0.attempts > 0 } } ?? false
            let error =
                isReady && !wasSent
                ? full("no worker had room for it within \(call.allotted)") : late(call, causes: causes)
            finish(requester, .failure(error))
        }
    }

    private func prior(of model: ModelID) -> Float? {
        links.lazy.compactMap(\.prior).first { $0.model == model }?.score
    }

    private func late(_ call: Call, causes: [PoolError.Cause]) -> PoolError {
        PoolError(.deadlineExceeded, "no answer within \(call.allotted)", causes: causes)
    }

    private func full(_ reason: String) -> PoolError {
        PoolError(
            .resourceExhausted,
            "the pool is full: \(reason); send less, add workers, or widen the window",
            causes: causes
        )
    }

    /// Asks a worker; any question but INFO waits until the worker has introduced itself.
    private mutating func ask(_ requester: Requester, now: Int64) {
        guard let call = calls[requester], case .control(let kind, let link) = call.task else { return }
        let target = links[link.index]
        let isOpen = target.condition == .ready || (kind == .info && target.condition == .introducing)
        if isOpen, target.blockedUntil <= now {
            send(requester, part: 0, to: link, now: now)
        } else {
            questions.append(requester)
        }
    }

    /// The result of a dispatch.
    private enum Dispatch {
        /// The part is in flight, or no longer needed.
        case done
        /// The workers that may get the part have no room.
        case waits
        /// No worker has room for the part or for those behind it.
        case waitsForRoom
    }

    /// Sends a part, or splits a call.
    private mutating func dispatch(_ item: Pending, now: Int64) -> Dispatch {
        guard let call = calls[item.requester] else { return .done }
        guard let part = item.part else { return split(item, now: now) }
        guard let state = call.score, case .score(let work) = call.task else { return .done }
        let wanted = state.parts[part]
        let request = Request(
            tried: wanted.tried,
            avoided: state.parts.count > 1 ? Set(call.flights.compactMap { flights[$0]?.link }) : [],
            model: wanted.model,
            key: configuration.balancing == .rendezvous ? work.key(of: wanted.slices) : 0,
            candidates: wanted.candidateCount
        )
        if let link = choose(for: request, now: now) {
            send(item.requester, part: part, to: link, now: now)
            return .done
        }
        guard !isLeft(for: wanted, except: nil), let error = state.gaveUp(on: part) else {
            return wanted.tried.isEmpty && wanted.model == .unspecified ? .waitsForRoom : .waits
        }
        finish(item.requester, .failure(error))
        return .done
    }

    private mutating func split(_ item: Pending, now: Int64) -> Dispatch {
        guard let call = calls[item.requester], case .score(let work) = call.task else { return .done }
        guard let limits = commonLimits(queries: work.queries.count) else { return .waitsForRoom }
        do {
            let count = work.requestedParts ?? worthwhile(work, now: now)
            let parts = try Partition.split(work, limits: limits, into: count)
            calls[item.requester]?.score = CallState(work: work, parts: parts, attempts: configuration.attempts)
            for part in parts.indices {
                let item = Pending(requester: item.requester, part: part)
                if case .done = dispatch(item, now: now) { continue }
                waiting.append(item)
            }
        } catch {
            finish(item.requester, .failure(error))
        }
        return .done
    }

    /// The number of parts with which a list is ranked fastest.
    private func worthwhile(_ work: ScoreWork, now: Int64) -> Int {
        let count = work.candidateCount
        func isUsed(_ link: borrowing Link) -> Bool {
            link.condition == .ready && link.cost.hasLearned && !link.isDraining && !link.isNotServing
                && !link.health.isEjected(now: now) && !link.silence.isSilent
        }
        guard hasLink(where: isUsed) else {
            return min(links.count { $0.condition == .ready }, count / configuration.candidatesPerPart)
        }
        // Most lists are short at every worker, and this check is cheap.
        guard hasLink(where: { isUsed($0) && FanOut.isLong(count, $0.cost) }) else { return 1 }
        let workers = links.lazy.filter(isUsed).map { FanOut.Worker(wait: $0.load.wait(now: now), cost: $0.cost) }
        return FanOut.parts(candidates: count, workers: Array(workers))
    }

    /// The limits of all ready workers, of a frame, and of a reply that fits; nil if no worker is ready.
    private func commonLimits(queries: Int) -> FrameLimits? {
        var common: FrameLimits?
        for index in links.indices where links[index].condition == .ready {
            let limits = links[index].limits
            guard let before = common else {
                common = limits
                continue
            }
            common = FrameLimits(
                messageBytes: min(before.messageBytes, limits.messageBytes),
                candidates: min(before.candidates, limits.candidates),
                queries: min(before.queries, limits.queries)
            )
        }
        guard let common else { return nil }
        let wanted = max(1, min(common.queries, queries, configuration.maximumReplyBytes / 128))
        let replyCandidates = (configuration.maximumReplyBytes - 64 - 48 * wanted) / 13
        return FrameLimits(
            messageBytes: min(common.messageBytes, Int(UInt32.max)),
            candidates: min(common.candidates, replyCandidates),
            queries: wanted
        )
    }

    /// Fails the calls that wait for a worker if every endpoint has failed.
    private mutating func failWhatIsHopeless() {
        let isHopeless = !isListing && !hasLink { $0.condition == .ready || $0.isUnderway }
        guard isHopeless || !questions.isEmpty else { return }
        for requester in questions {
            guard let call = calls[requester], !call.waitsForReady, case .control(_, let link) = call.task else {
                continue
            }
            let target = links[link.index]
            guard target.condition == .failed || target.isRetired else { continue }
            let status = target.failure?.status ?? .unavailable
            finish(requester, .failure(PoolError(status, "the worker cannot be reached", causes: [target.cause])))
        }
        guard isHopeless else { return }
        let present = links.filter { !$0.isRetired }
        // A problem that all workers share is the call's problem.
        let statuses = Set(present.map { $0.failure?.status ?? .unavailable })
        let status: Status =
            statuses == [.unauthenticated] || statuses == [.resourceExhausted]
            ? statuses.first ?? .unavailable : .unavailable
        let advice =
            status == .resourceExhausted
            ? "no connection can be made; raise the limit of open files (ulimit -n)"
            : "no worker can be reached; start one, or correct the endpoints"
        let error = PoolError(status, advice, causes: causes)
        for item in waiting.all where calls[item.requester]?.waitsForReady == false {
            finish(item.requester, .failure(error))
        }
        let calls = calls
        waiting.removeAll { calls[$0.requester] == nil }
    }
}
