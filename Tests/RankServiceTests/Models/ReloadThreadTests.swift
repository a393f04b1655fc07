#if canImport(Glibc)
import RankEngine
import RankProtocol
import RankService
import RankSystem
import Synchronization
import TestSupport
import Testing
import ZMQ

/// Where models are loaded.
@Suite("Worker: the thread that reloads", .timeLimit(.minutes(5)))
struct ReloadThreadTests {
    @Test
    func aLoadGivesWayToServingThreadsTheFirstOneBeforeAnyRequestNeedNot() throws {
        let directory = try TemporaryDirectory()
        try directory.write("model", byteCount: 1)
        let policies = Mutex<[Int32]>([])
        let census = Census()
        let supply = ModelSupply(.file("\(directory.path)/model")) { _ throws(EngineError) in
            policies.withLock { $0.append(sched_getscheduler(0)) }
            return NumberRanker(1, census: census)
        }
        let worker = try Worker.start(
            WorkerConfiguration(binds: ["tcp://127.0.0.1:*"], software: "test 1"),
            models: supply
        )
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        #expect(worker.reload())
        while try client.reply(to: Requests.plain(.stats)).pairs["model_generation"] != "2" {}
        // SCHED_OTHER, then SCHED_IDLE.
        #expect(policies.withLock { $0 } == [0, 5])
        try worker.finish()
    }

    @Test
    func aWorkerDoesNotWaitForALoadUnderWayWhenItEndsOneThatGivesWayMayTakeMinutes() throws {
        let directory = try TemporaryDirectory()
        try directory.write("model", byteCount: 1)
        let loads = Atomic(0)
        let mayEnd = Atomic(false)
        let census = Census()
        let supply = ModelSupply(.file("\(directory.path)/model")) { _ throws(EngineError) in
            let isFirst = loads.add(1, ordering: .relaxed).oldValue == 0
            // A bound, so that a worker that does wait fails the test instead of hanging it.
            var patience = isFirst ? 0 : 2_000
            while patience > 0, !mayEnd.load(ordering: .acquiring) {
                patience -= 1
                usleep(5_000)
            }
            return NumberRanker(1, census: census)
        }
        let worker = try Worker.start(
            WorkerConfiguration(binds: ["tcp://127.0.0.1:*"], software: "test 1"),
            models: supply
        )
        #expect(worker.reload())
        while loads.load(ordering: .relaxed) < 2 { usleep(1_000) }
        try worker.finish()
        // The load has not made a second ranker yet.
        #expect(census.made.load(ordering: .relaxed) == 1)
        mayEnd.store(true, ordering: .releasing)
        // The model of that load is dropped, though no thread waits for it.
        while census.made.load(ordering: .relaxed) < 2 { usleep(1_000) }
    }
}
#endif
