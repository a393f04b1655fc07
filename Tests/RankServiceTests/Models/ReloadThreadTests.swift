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
        try eventuallyBlocking("the second model serves") {
            try client.reply(to: Requests.plain(.stats)).pairs["model_generation"]
        } until: {
            $0 == "2"
        }
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
            if !isFirst {
                try? eventuallyBlocking("the load may end", within: .seconds(10)) { mayEnd.load(ordering: .acquiring) }
            }
            return NumberRanker(1, census: census)
        }
        let worker = try Worker.start(
            WorkerConfiguration(binds: ["tcp://127.0.0.1:*"], software: "test 1"),
            models: supply
        )
        #expect(worker.reload())
        try eventuallyBlocking("the second load is under way") {
            loads.load(ordering: .relaxed)
        } until: {
            $0 == 2
        }
        try worker.finish()
        // The load has not made a second ranker yet.
        #expect(census.made.load(ordering: .relaxed) == 1)
        mayEnd.store(true, ordering: .releasing)
        // The model of that load is dropped, though no thread waits for it.
        try eventuallyBlocking("its ranker is made") {
            census.made.load(ordering: .relaxed)
        } until: {
            $0 == 2
        }
    }
}
#endif
