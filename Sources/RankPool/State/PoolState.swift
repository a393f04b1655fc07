package import RankProtocol

/// The machine of a pool: which worker gets what, and what every event means for every call.
///
/// Pure: it takes events and the time, and leaves actions in `actions`, which the thread carries out in order and
/// removes. Times are microseconds of one monotonic clock.
package struct PoolState: Sendable {
    /// A call that has not ended.
    package struct Call: Sendable {
        package let task: CallTask
        package let deadline: Int64
        package let allotted: Duration
        package let waitsForReady: Bool
        /// Nil until a SCORE call is split, when the first worker is ready.
        package var score: CallState?
        /// What is out for it.
        package var flights: Set<RequestID> = []

        /// The time that a request sent now leaves the worker; nil = any.
        ///
        /// A worker that may answer with a part does so when its time is over, and such an answer needs time for its
        /// way: the worker is given less than there is, by a quarter and at most 10 ms.
        package func remainingMicroseconds(at now: Int64) -> UInt32? {
            guard deadline != .max else { return nil }
            var remaining = max(0, deadline - now)
            if case .score(let work) = task, work.flags.contains(.allowPartial) {
                remaining -= min(remaining / 4, 10_000)
            }
            return UInt32(clamping: min(remaining, Int64(UInt32.max - 1)))
        }
    }

    package let options: PoolOptions
    package internal(set) var links: [Link] = []
    package internal(set) var sources: [Source] = []
    package internal(set) var calls: [Requester: Call] = [:]
    package internal(set) var flights: [RequestID: Flight] = [:]
    package var actions: [PoolAction] = []
    /// The parts that wait for a worker.
    var waiting = WaitingQueue()
    /// The questions that wait for their worker.
    var questions: [Requester] = []
    /// The parts that are sent again, but not yet.
    var delayed = DeadlineQueue<Pending>()
    /// When requests are late.
    var hedges = DeadlineQueue<RequestID>()
    var hedging = HedgePolicy()
    package internal(set) var budget = RetryBudget()
    var silenceBudget = SilenceBudget()
    /// What has been done so far.
    package internal(set) var counters = PoolCounters()
    var random: RandomSource
    var deadlines = DeadlineQueue<CallID>()
    private var lastRequest: UInt64
    private var useCount: UInt64 = 0

    /// A pool without workers.
    ///
    /// - Parameters:
    ///   - options: how it behaves.
    ///   - firstRequest: the first request's id; a random one keeps the replies of a predecessor apart.
    ///   - seed: where the machine's choices start.
    package init(options: PoolOptions, firstRequest: UInt64 = 1, seed: UInt64 = 1) {
        self.options = options
        random = RandomSource(seed: seed)
        lastRequest = firstRequest &- 1
    }

    /// Adds a worker, in the place of one that has left where there is one.
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

    /// When `tick` must be called at the latest; nil = only after an event.
    package var nextTick: Int64? {
        let isWaiting = !waiting.isEmpty || !questions.isEmpty
        var next = Int64.max
        for index in links.indices {
            if isWaiting, links[index].blockedUntil > 0 { next = min(next, links[index].blockedUntil) }
            if let time = links[index].opensAt { next = min(next, time) }
            if let time = links[index].silence.time { next = min(next, time) }
        }
        if let time = deadlines.first?.time { next = min(next, time) }
        if let time = delayed.first?.time { next = min(next, time) }
        if let time = hedges.first?.time { next = min(next, time) }
        return next == .max ? nil : next
    }

    /// Whether a worker fulfils a condition.
    ///
    /// Looked at in place: with many workers, copies of what is known about each would cost more than all else.
    func hasLink(where condition: (borrowing Link) -> Bool) -> Bool {
        for index in links.indices where condition(links[index]) { return true }
        return false
    }

    /// The deadlines kept, those of calls that have ended included.
    package var waitingDeadlines: Int { deadlines.count }

    /// A fresh id.
    mutating func makeRequestID() -> RequestID {
        lastRequest &+= 1
        // 0 is what a worker answers an unreadable frame with.
        if lastRequest == 0 { lastRequest = 1 }
        return RequestID(rawValue: lastRequest)
    }

    /// Puts a request of a call on its way.
    ///
    /// - Parameters:
    ///   - requester: the call or the greeting that it belongs to.
    ///   - part: the part of the call.
    ///   - link: where to.
    ///   - twin: why it is sent while another worker has the part; nil where none has.
    ///   - startedAt: when the part was first sent, of a twin.
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

    /// Forgets a request that is out.
    @discardableResult
    mutating func land(_ request: RequestID) -> Flight? {
        guard let flight = flights.removeValue(forKey: request) else { return nil }
        calls[flight.requester]?.flights.remove(request)
        links[flight.link.index].inFlight.remove(request)
        links[flight.link.index].load.landed(flight.cost)
        // What stands still is not idle for having nothing left: it is so when it shows a sign of life.
        if links[flight.link.index].inFlight.isEmpty, !links[flight.link.index].silence.isSilent {
            links[flight.link.index].silence = .idle
        }
        closeIfIdle(flight.link)
        return flight
    }

    /// Ends a call: whoever waits gets the result, workers that still score for it are told.
    mutating func finish(_ requester: Requester, _ result: Result<CallOutcome, PoolError>) {
        guard let call = calls[requester] else { return }
        for request in call.flights {
            guard let flight = land(request) else { continue }
            if case .score = call.task {
                actions.append(.cancel(request, at: flight.link, as: makeRequestID()))
            }
        }
        // What waits for it is dropped by the next dispatch.
        calls[requester] = nil
        // Entries outlive their calls until their time comes, which for long deadlines may be far off.
        if deadlines.count > 4 * calls.count + 1_024 {
            let calls = calls
            deadlines.removeAll { calls[.call($0)] == nil }
        }
        if case .call(let id) = requester { actions.append(.finish(id, result)) }
    }
}
