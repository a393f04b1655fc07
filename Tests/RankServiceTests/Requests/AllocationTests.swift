import CAllocationCounter
import RankCore
import RankEngine
import RankProtocol
import RankService
import Synchronization
import TestSupport
import Testing
import ZMQ

@Suite("RequestHandler: allocations")
struct AllocationTests {
    @Test
    func theCounterCounts() {
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

    @Test(arguments: shapes)
    func onceWarmARequestIsScoredWithoutAnAllocation(name: String, parameters: ScoreParameters, flags: RequestFlags)
        throws
    {
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
            for precision in [Precision.int16, .int8] {
                let kernel = (try? Kernel.best(for: precision)) ?? .scalar
                try expectNone(frame, ranker: try TestModel.load().makeRanker(kernel: kernel, precision: precision))
            }
        }
    }

    @Test
    func aPluginCostsNoAllocationEitherWithAndWithoutFeatures() throws {
        let library = try TestSupport.TemporaryDirectory().file("plugin.so")
        try CompiledPlugin.c("Tests/Fixtures/plugins/misbehaving.c", to: library)
        for width in [0, 3] {
            let option = PluginReference.Option(key: "features", value: "\(width)")
            let ranker = try PluginRanker.load(PluginReference(libraryPath: library, options: [option]))
            let frame = Requests.score(
                candidates: (0..<5_000).map { UInt64($0 * 4) },
                parameters: ScoreParameters(featureCount: UInt32(width)),
                remaining: 1_000_000
            )
            try expectNone(frame, ranker: ranker)
        }
    }

    @Test
    func theWorkersThreadAllocatesForARequestWhatLibzmqTakesForTheReplyAndNothingElse() throws {
        let ranker = CountingRanker(try TestModel.ranker())
        let counts = ranker.counts
        let worker = try Worker.test(ranker: ranker)
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        let frame = Requests.score(candidates: Array(1...500), remaining: 10_000_000)
        for _ in 0..<300 { #expect(try client.reply(to: frame).status == .ok) }
        try worker.finish()
        let warm = counts.all.suffix(200)
        let perRequest = zip(warm, warm.dropFirst()).map { $1 - $0 }
        #expect(perRequest.count == 199)
        let expected = allocation_counter_works() ? 1 : 0
        // Once in 256 messages libzmq's queues take a block.
        #expect(perRequest.filter { $0 == expected }.count >= 190, "\(perRequest)")
    }

    private func expectNone(_ frame: [UInt8], ranker: any Ranker) throws {
        let state = WorkerState(limits: .default, info: ranker.info, startTime: 0)
        var handler = RequestHandler(ranker: ranker, state: state, software: "test")
        let job = ScoreJob()
        func answer() {
            guard case .request(let request) = handler.examine(frame.span.bytes) else { return }
            job.begin(request, arrival: 0, now: 0, model: handler.model)
            while !handler.advance(job, request, frame.span.bytes, budget: 400, now: 0, clock: { 0 }) {}
        }
        for _ in 0..<3 { answer() }
        let before = allocation_count()
        for _ in 0..<100 { answer() }
        #expect(allocation_count() == before)
        #expect(try job.withReply { try DecodedReply($0) }.status == .ok)
    }
}

/// Notes how many allocations its thread has made before each request.
private final class CountingRanker: Ranker {
    /// The notes.
    final class Counts: Sendable {
        private let values: Mutex<[Int]>

        init() {
            var values: [Int] = []
            values.reserveCapacity(1_000)
            self.values = Mutex(values)
        }

        var all: [Int] { values.withLock { $0 } }

        func append(_ count: Int) {
            values.withLock { $0.append(count) }
        }
    }

    let counts = Counts()
    private let ranker: EmbeddingRanker

    init(_ ranker: EmbeddingRanker) {
        self.ranker = ranker
    }

    var info: RankerInfo { ranker.info }

    func score(
        _ query: RankQuery,
        candidates: Range<Int>,
        scores: UnsafeMutableBufferPointer<Float>,
        unknown: UnsafeMutableBufferPointer<Bool>
    ) throws(EngineError) -> ScoreOutcome {
        // A slow machine scores a request in several slices.
        if candidates.lowerBound == 0 { counts.append(allocation_count()) }
        return try ranker.score(query, candidates: candidates, scores: scores, unknown: unknown)
    }
}
