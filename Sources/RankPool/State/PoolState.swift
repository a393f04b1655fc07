import RankCore
package import RankProtocol

/// The machine of a pool: it chooses workers for requests, and decides what every event means for every call.
///
/// Pure: the machine takes events and the time, and leaves actions in `actions`, which the thread carries out in order
/// and removes. Times are microseconds of one monotonic clock.
package struct PoolState: Sendable {
    /// A call that has not ended.
    package struct Call: Sendable {
        package let task: CallTask
        package let deadline: Int64
        package let allotted: Duration
        package let waitsForReady: Bool
        /// Nil until a SCORE call is split, when the first worker is ready.
        package var score: CallState?
        /// The requests in flight for the call.
        package var flights: Set<RequestID> = []

        /// The time that a request sent now gives the worker (µs); nil = no limit.
        ///
        /// A worker that may answer partially does so when its time is over, and the answer needs time for its
        /// way: the worker gets less than the remaining time, by a quarter and at most 10 ms.
        package func remainingMicroseconds(at now: Int64) -> UInt32? {
            guard deadline != .max else { return nil }
            var remaining = max(0, deadline - now)
            if case .score(let work) = task, work.flags.contains(.allowPartial) {
                remaining -= min(remaining / 4, 10_000)
            }
            return UInt32(clamping: min(remaining, Int64(UInt32.max - 1)))
        }
    }

    package let configuration: PoolConfiguration
    package internal(set) var links: [Link] = []
    package internal(set) var sources: [Source] = []
    package internal(set) var calls: [Requester: Call] = [:]
    package internal(set) var flights: [RequestID: Flight] = [:]
    package var actions: [PoolAction] = []
    /// The parts that wait for a worker.
    var waiting = WaitingQueue()
    /// The questions that wait for their worker.
    var questions: [Requester] = []
    /// The calls that wait until a worker is ready.
    var readinessCalls: [Requester] = []
    /// The parts whose retry is not due yet.
    var delayed = DeadlineQueue<Pending>()
    /// The times at which requests in flight become late.
    var hedges = DeadlineQueue<RequestID>()
    /// The policy of hedges; nil if there are none.
    var hedging: HedgePolicy?
    package internal(set) var budget = RetryBudget()
    var silenceBudget = SilenceBudget()
    /// The workers that were set aside and whose return has not been told yet.
    var setAside: Set<LinkID> = []
    /// The counts so far.
    package internal(set) var counters = PoolCounters()
    var random: SplitMix64
    var deadlines = DeadlineQueue<CallID>()
    private var lastRequest: UInt64
    private var useCount: UInt64 = 0

    /// Makes a pool without workers.
    ///
    /// - Parameters:
    ///   - configuration: its behaviour.
    ///   - firstRequest: the id of the first request; a random one keeps the replies to an earlier pool apart.
    ///   - seed: the seed of the random choices.
    package init(configuration: PoolConfiguration, firstRequest: UInt64 = 1, seed: UInt64 = 1) {
        self.configuration = configuration
        if case .afterPercentile(let percentile) = configuration.hedging {
            hedging = HedgePolicy(percentile: percentile)
        }
        random = SplitMix64(seed: seed)
        lastRequest = firstRequest &- 1
    }

    /// Adds a worker, in the place of one that has left if there is such a place.
    package mutating func addLink(
        endpoint: String,
        condition: Link.Condition,
        isListed: Bool = false
    ) -> LinkID {
        let link = Link(endpoint: endpoint, condition: condition, isListed: isListed)
        if let place = links.firstIndex(where: { $0.condition == .gone }) {
            links[place] = link
            return LinkID(place)
        }
        links.append(link)
        return LinkID(links.count - 1)
    }

    /// The latest time of the next `tick`; nil = only after an event (µs).
    package var nextTick: Int64? {
        let isWaiting = !waiting.isEmpty || !questions.isEmpty
        var next = Int64.max
        for index in links.indices {
            if isWaiting, links[index].blockedUntil > 0 { next = min(next, links[index].blockedUntil) }
            if let time = links[index].opensAt { next = min(next, time) }
            if let time = links[index].silence.time { next = min(next, time) }
        }
        for link in setAside { next = min(next, links[link.index].health.ejectedUntil) }
        if let time = deadlines.first?.time { next = min(next, time) }
        if let time = delayed.first?.time { next = min(next, time) }
        if let time = hedges.first?.time { next = min(next, time) }
        return next == .max ? nil : next
    }

    /// Whether any worker meets a condition.
    ///
    /// Links are read in place: with many workers, copies would cost more than everything else.
    func hasLink(where condition: (borrowing Link) -> Bool) -> Bool {
        for index in links.indices where condition(links[index]) { return true }
        return false
    }

    /// The number of deadlines kept, those of ended calls included.
    package var waitingDeadlines: Int { deadlines.count }

    /// Makes a fresh id.
    mutating func makeRequestID() -> RequestID {
        lastRequest &+= 1
        // A worker answers an unreadable frame with id 0.
        if lastRequest == 0 { lastRequest = 1 }
        return RequestID(rawValue: lastRequest)
    }

    /// Sends a request of a call.
    ///
    /// - Parameters:
    ///   - requester: the call or the greeting that it belongs to.
    ///   - part: the part of the call.
    ///   - link: the worker.
    ///   - twin: the reason if another worker has the part already; nil if none has.
    ///   - startedAt: the first sending of the part, for a twin.
    ///   - now: the time.
    mutating func send(
        _ requester: Requester,
        part: Int,
        to link: LinkID,
        reason twin: Flight.Reason? = nil,
        startedAt: Int64? = nil,
        now: Int64
    ) {
        let request = makeRequestID()
        let work = calls[requester]?.score?.parts[part]
        let candidates = work?.candidateCount
        let cost = candidates.map { links[link.index].cost.compute($0) } ?? 0
        let expected = links[link.index].load.wait(now: now) + cost + links[link.index].cost.roundTrip
        let isAgain = work.map { $0.attempts > 0 || !$0.failures.isEmpty }
        let reason: Flight.Reason = isAgain.map { twin ?? ($0 ? .again : .first) } ?? .question
        counters.note(reason)
        flights[request] = Flight(
            requester: requester,
            part: part,
            link: link,
            reason: reason,
            cost: cost,
            expected: expected,
            sentAt: now,
            startedAt: startedAt ?? now
        )
        calls[requester]?.flights.insert(request)
        calls[requester]?.score?.sent(part, to: link)
        links[link.index].inFlight.insert(request)
        links[link.index].load.sent(cost, now: now)
        useCount += 1
        links[link.index].lastUse = useCount
        actions.append(.send(request, to: link))
        guard candidates != nil else { return }
        watchForSilence(of: link, now: now)
        if twin == nil { planHedge(of: request, now: now) }
    }

    /// Removes a request from those in flight.
    @discardableResult
    mutating func land(_ request: RequestID) -> Flight? {
        guard let flight = flights.removeValue(forKey: request) else { return nil }
        calls[flight.requester]?.flights.remove(request)
        links[flight.link.index].inFlight.remove(request)
        links[flight.link.index].load.landed(flight.cost)
        // A silent worker without requests is not idle: only a frame from it ends its silence.
        if links[flight.link.index].inFlight.isEmpty, !links[flight.link.index].silence.isSilent {
            links[flight.link.index].silence = .idle
        }
        closeIfIdle(flight.link)
        return flight
    }

    /// Ends a call: the caller gets the result, and workers that still score for it are told to stop.
    mutating func finish(_ requester: Requester, _ result: Result<CallOutcome, PoolError>) {
        guard let call = calls[requester] else { return }
        for request in call.flights {
            guard let flight = land(request) else { continue }
            if case .score = call.task {
                actions.append(.cancel(request, at: flight.link, as: makeRequestID()))
            }
        }
        if case .readiness = call.task { readinessCalls.removeAll { $0 == requester } }
        // The next dispatch drops the call's waiting parts.
        calls[requester] = nil
        // Entries outlive their calls until their time, which may be far off for long deadlines.
        if deadlines.count > 4 * calls.count + 1_024 {
            let calls = calls
            deadlines.removeAll { calls[.call($0)] == nil }
        }
        if case .call(let id) = requester { actions.append(.finish(id, result)) }
    }
}
