import RankCore
import RankProtocol
import ZMQ

extension Scheduler {
    /// Works on a request for a slice, and answers it if that was the last one.
    ///
    /// - Parameters:
    ///   - start: The time now, in nanoseconds.
    ///   - clock: The time, in nanoseconds.
    /// - Returns: The time after the work, in nanoseconds.
    /// - Throws: `contextTerminated` after a shutdown.
    func work(at start: UInt64, clock: () -> UInt64) throws(ZMQError) -> UInt64 {
        let (inbox, jobs) = (self.inbox, self.jobs)
        let (costs, model) = (self.costs, handler.model)
        let place = queue.next { place in
            let message = inbox[place]
            guard message.job == nil, let request = message.request else { return true }
            let leavesOut = model.leavesOut(of: request)
            return request.candidateCount <= Self.sliceLength(of: request, costs[leavesOut], leavesOut: leavesOut)
                || jobs.hasRoomForLong(isBulk: request.requestClass == .bulk)
        }
        guard let place, let request = inbox[place].request else { return clock() }
        let message = inbox[place]
        let isFirst = message.job == nil
        let leavesOut = (message.job?.model ?? model).leavesOut(of: request)
        let sliceLength = Self.sliceLength(of: request, costs[leavesOut], leavesOut: leavesOut)
        guard let job = message.job ?? begin(request, message, at: start, sliceLength: sliceLength) else {
            return clock()
        }

        let before = job.scoredCount
        noteLoad(besides: queue.cost(of: place))
        var isFinished = false
        try message.withBody { (frame) throws(ZMQError) in
            isFinished = handler.advance(
                job,
                request,
                frame,
                budget: job.isLong ? sliceLength : .max,
                now: start,
                clock: clock
            )
        }
        var outcome = SendOutcome.sent
        if isFinished { outcome = try send(job.writer, answering: message) }
        let end = clock()

        let scored = job.scoredCount - before
        if !isFinished || job.hasScores {
            // The start and the end of a request are half of its own cost each.
            let requests = (isFirst ? 0.5 : 0) + (isFinished ? 0.5 : 0)
            self.costs[leavesOut].learn(candidates: scored, requests: requests, nanoseconds: end &- start)
        }
        queue.charge(
            place,
            nanoseconds: end &- start,
            remaining: isFinished
                ? 0 : self.costs[leavesOut].cost(candidates: request.candidateCount - job.scoredCount, requests: 0.5)
        )
        if isFinished {
            let client = outcome == .unreachable ? message.client : nil
            remove(place)
            if let client { drop(client: client) }
        }
        return end
    }

    /// The most candidates of a slice of a request.
    ///
    /// Bounds leave candidates out of a slice only if it has at least four for each one wanted.
    private static func sliceLength(of request: QueuedRequest, _ costs: ScoringCostModel, leavesOut: Bool) -> Int {
        guard leavesOut, let wanted = request.outline?.parameters.topK else { return costs.sliceLength }
        return max(costs.sliceLength, min(4 * Int(wanted), ScoringCostModel.longestSlice))
    }

    /// Takes a job for a request and begins it; nil if the request has to wait for one.
    private func begin(
        _ request: QueuedRequest,
        _ message: ReceivedMessage,
        at time: UInt64,
        sliceLength: Int
    ) -> ScoreJob? {
        let isLong = request.candidateCount > sliceLength
        guard let job = jobs.take(isLong: isLong, isBulk: request.requestClass == .bulk) else { return nil }
        job.begin(request, arrival: message.arrival, now: time, model: handler.model)
        message.job = job
        return job
    }
}
