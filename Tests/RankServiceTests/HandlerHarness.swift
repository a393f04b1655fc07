import RankEngine
import RankProtocol
import RankService

/// A handler with a ranker and a clock of its own.
struct HandlerHarness: ~Copyable {
    let ranker: TestRanker
    let clock: TestClock
    let state: WorkerState
    var handler: RequestHandler

    init(
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
    mutating func reply(
        to frame: [UInt8],
        waited: UInt64 = 0,
        isCancelled: Bool = false,
        pause: () -> Void = {}
    ) throws -> DecodedReply {
        let arrival = clock.now
        clock.now += waited * 1_000
        let clock = self.clock
        handler.answer(
            frame.span.bytes,
            arrival: arrival,
            now: clock.now,
            isCancelled: isCancelled,
            clock: { clock.now },
            pause: pause
        )
        return try DecodedReply(handler.reply)
    }
}
