import CAllocationCounter
import RankEngine
import RankProtocol
import RankService
import Testing

@Suite("RequestHandler: allocations")
struct AllocationTests {
    @Test("The counter counts")
    func counts() {
        let before = allocation_count()
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 8)
        memory.deallocate()
        let aligned = UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 128)
        aligned.deallocate()
        #expect(allocation_count() - before == (allocation_counter_works() ? 2 : 0))
    }

    static let shapes: [(String, ScoreParameters, RequestFlags)] = [
        ("every score", ScoreParameters(), []),
        ("top 10", ScoreParameters(topK: 10), []),
        ("top 10,000", ScoreParameters(topK: 10_000), []),
        ("fallback", ScoreParameters(unknownIDs: .fallback), []),
        ("omit", ScoreParameters(topK: 100, unknownIDs: .omit), []),
        ("partial", ScoreParameters(), [.allowPartial]),
    ]

    @Test("Once warm, a request is scored without an allocation", arguments: shapes)
    func none(name: String, parameters: ScoreParameters, flags: RequestFlags) throws {
        for count in [1, 500, 5_000] {
            let candidates = (0..<count).map { UInt64(1 + $0 % 999) }
            let frame = Requests.score(
                queries: [(7, candidates), (8, [3, 4])],
                parameters: parameters,
                flags: flags,
                remaining: 1_000_000
            )
            try expectNone(frame, ranker: try TestModel.ranker(plan: .factored))
            try expectNone(frame, ranker: try TestModel.ranker(plan: .userOnce))
            try expectNone(frame, ranker: NullRanker())
        }
    }

    private func expectNone(_ frame: [UInt8], ranker: any Ranker) throws {
        let state = WorkerState(limits: .default, info: ranker.info, startTime: 0)
        var handler = RequestHandler(ranker: ranker, state: state, software: "test")
        var now: UInt64 = 0
        func answer() {
            handler.answer(frame.span.bytes, arrival: now, now: now, clock: { now }, pause: { now += 1 })
        }
        for _ in 0..<3 { answer() }
        let before = allocation_count()
        for _ in 0..<100 { answer() }
        #expect(allocation_count() == before)
        #expect(try DecodedReply(handler.reply).status == .ok)
    }
}
