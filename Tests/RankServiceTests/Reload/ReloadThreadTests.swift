#if canImport(Glibc)
import Glibc
import RankEngine
import RankProtocol
import RankService
import Synchronization
import Testing
import ZMQ

/// Where models are loaded.
@Suite("Worker: the thread that reloads", .timeLimit(.minutes(5)))
struct ReloadThreadTests {
    @Test("A load gives way to whoever serves; the first one, before anybody is served, need not")
    func givesWay() throws {
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
}
#endif
