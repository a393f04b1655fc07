import RankEngine
package import RankProtocol
package import RankService

/// A handler with a ranker and a clock of its own.
package struct HandlerHarness: ~Copyable {
    /// The ranker of the handler.
    package let ranker: TestRanker
    /// The clock of the handler and of the ranker.
    package let clock: TestClock
    /// The state of the worker.
    package let state: WorkerState
    /// The handler under test.
    package var handler: RequestHandler
    /// The job of each request.
    package let job = ScoreJob()
    /// The costs of requests, as they are learned.
    package var costs = ScoringCostModel()

    /// Makes a handler whose ranker takes some time for each candidate.
    package init(
        hasTextIDs: Bool = false,
        featureCount: Int = 0,
        nanosecondsPerCandidate: UInt64 = 0,
        limits: FrameLimits = .default
    ) {
        clock = TestClock()
        ranker = TestRanker(
            hasTextIDs: hasTextIDs,
            featureCount: featureCount,
            clock: clock,
            nanosecondsPerCandidate: nanosecondsPerCandidate
        )
        state = WorkerState(limits: limits, info: ranker.info, startTime: clock.now)
        handler = RequestHandler(ranker: ranker, state: state, software: "test 1")
    }

    /// The reply to a frame that has waited for some microseconds.
    package mutating func reply(
        to frame: [UInt8],
        waited: UInt64 = 0,
        pause: () -> Void = {}
    ) throws -> DecodedReply {
        let arrival = clock.now
        clock.now += waited * 1_000
        switch handler.examine(frame.span.bytes) {
        case .answered: return try DecodedReply(handler.reply)
        case .cancel(let header, _):
            handler.answerCancel(header, wasWaiting: false)
            return try DecodedReply(handler.reply)
        case .request(let request):
            let clock = self.clock
            job.begin(request, arrival: arrival, now: clock.now, model: handler.model)
            while true {
                let (start, scored) = (clock.now, job.scoredCount)
                let isFinished = handler.advance(
                    job,
                    request,
                    frame.span.bytes,
                    budget: costs.sliceLength,
                    now: start,
                    clock: { clock.now }
                )
                costs.learn(candidates: job.scoredCount - scored, requests: 0, nanoseconds: clock.now - start)
                if isFinished { return try job.withReply { try DecodedReply($0) } }
                pause()
            }
        }
    }
}
