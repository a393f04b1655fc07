import RankCore
import RankEngine
import RankProtocol
import RankService
import RankSystem
import Synchronization
import TestSupport
import Testing
import ZMQ

@Suite("Worker: self-check before a model serves", .timeLimit(.minutes(5)))
struct SelfCheckTests {
    /// Models whose number is the size of their file; an even one does not give its golden score.
    private static func supply(_ source: ModelSource) -> ModelSupply {
        ModelSupply(source) { path throws(EngineError) in
            CheckedRanker(FileIdentity(path: path).map { UInt8(clamping: $0.size) } ?? 0)
        }
    }

    private static func start(_ source: ModelSource, log: @escaping @Sendable (String) -> Void = { _ in }) throws
        -> Worker
    {
        try Worker.start(
            WorkerConfiguration(binds: ["tcp://127.0.0.1:*"], software: "test 1"),
            models: supply(source),
            log: log
        )
    }

    @Test
    func aRankerThatDoesNotGiveItsGoldenScoresIsNotStartedWithAndOneThatDoesSaysSo() throws {
        let configuration = WorkerConfiguration(binds: ["tcp://127.0.0.1:*"])
        let error = try #require(throws: ServiceError.self) {
            try Worker.start(configuration, ranker: CheckedRanker(2))
        }
        #expect(error.code == .modelRefused)
        #expect(error.message.contains("self-check: "), "\(error.message)")
        let lines = Mutex<[String]>([])
        let worker = try Worker.start(configuration, ranker: CheckedRanker(1)) { line in
            lines.withLock { $0.append(line) }
        }
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        #expect(try client.reply(to: Requests.plain(.info)).pairs["self_check"] == "1 golden scores")
        #expect(worker.status.facts.contains { $0 == ("self_check", "1 golden scores") })
        #expect(lines.withLock { $0.contains { $0.hasPrefix("ready: ") && $0.contains("self-check 1 golden scores") } })
        try worker.finish()
    }

    @Test
    func aModelWhoseRankerLiesIsRefusedAtAReloadTheOneBeforeKeepsServingAndSTATSAndTheLogSayWhy() throws {
        let directory = try TemporaryDirectory()
        try directory.write("model", byteCount: 1)
        let lines = Mutex<[String]>([])
        let worker = try Self.start(.file("\(directory.path)/model")) { line in lines.withLock { $0.append(line) } }
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        func scores() throws -> Set<Float>? {
            try client.reply(to: Requests.score(candidates: [1, 2, 3])).queries.first.map { Set($0.scores) }
        }
        func statistics() throws -> [String: String] { try client.reply(to: Requests.plain(.stats)).pairs }
        try directory.write("model", byteCount: 2)
        try eventuallyBlocking("the reload has failed") {
            try statistics()["reload_failures"]
        } until: {
            $0 == "1"
        }
        let stats = try statistics()
        #expect(stats["last_reload_error"]?.contains("/model: self-check: ") == true)
        #expect(stats["reloads"] == "0" && stats["model_generation"] == "1")
        #expect(try scores() == [1])
        #expect(lines.withLock { $0.contains { $0.contains("keeps serving") && $0.contains("self-check: ") } })
        try directory.write("model", byteCount: 3)
        try eventuallyBlocking("the model is reloaded") {
            try statistics()["reloads"]
        } until: {
            $0 == "1"
        }
        #expect(try scores() == [3])
        try worker.finish()
    }

    @Test
    func ofADirectoryTheHighestVersionServesWhoseRankerGivesItsGoldenScores() throws {
        let directory = try TemporaryDirectory()
        try directory.write("1.safetensors", byteCount: 1)
        try directory.write("2.safetensors", byteCount: 2)
        let lines = Mutex<[String]>([])
        let worker = try Self.start(.directory(directory.path)) { line in lines.withLock { $0.append(line) } }
        #expect(worker.model.modelID == ModelID(digest: Array(repeating: 1, count: 16)))
        #expect(
            lines.withLock { $0.contains { $0.hasPrefix("refused ") && $0.contains("2.safetensors: self-check: ") } }
        )
        try worker.finish()
    }
}
