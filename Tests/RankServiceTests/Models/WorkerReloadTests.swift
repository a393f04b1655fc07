import RankCore
import RankEngine
import RankProtocol
import RankService
import RankSystem
import Synchronization
import TestSupport
import Testing
import ZMQ

@Suite("Worker: reloading", .timeLimit(.minutes(5)))
struct WorkerReloadTests {
    /// A worker that takes its models from a supply.
    private static func start(_ supply: ModelSupply, log: Log = Log()) throws -> Worker {
        try Worker.start(
            WorkerConfiguration(binds: ["tcp://127.0.0.1:*"], software: "test 1"),
            models: supply,
            log: { line in log.lines.withLock { $0.append(line) } }
        )
    }

    @Test
    func aFileRenamedOverTheModelAnswersFromTheNextRequestOnOfAnotherShapeAndKindOfIdsToo() throws {
        let directory = try TemporaryDirectory()
        try directory.write("model", byteCount: 1)
        let worker = try Self.start(.numbers(.file("\(directory.path)/model")))
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        #expect(try client.scored() == 1)
        try directory.write("model", byteCount: 2)
        try client.wait { $0["reloads"] == "1" }
        #expect(try client.scored() == 2)
        let info = try client.reply(to: Requests.plain(.info))
        #expect(info.pairs["model_generation"] == "2" && info.pairs["plan"] == "number 2")
        #expect(info.header.model.bytes == Array(repeating: 2, count: 16))
        // Numbers are no ids for this one.
        try directory.write("model", byteCount: 201)
        try client.wait { $0["reloads"] == "2" }
        #expect(try client.reply(to: Requests.score(candidates: [1])).status == .invalidArgument)
        try worker.finish()
    }

    @Test
    func aRefusedModelLeavesTheOneBeforeInPlaceAndSTATSSaysWhyTheNextGoodOneTakesOver() throws {
        let directory = try TemporaryDirectory()
        try directory.write("model", byteCount: 1)
        let log = Log()
        let worker = try Self.start(.numbers(.file("\(directory.path)/model")), log: log)
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        try directory.write("model", byteCount: 0)
        try client.wait { $0["reload_failures"] == "1" }
        let stats = try client.reply(to: Requests.plain(.stats)).pairs
        #expect(stats["last_reload_error"]?.hasSuffix("/model: it is empty") == true)
        #expect(stats["model_generation"] == "1")
        #expect(try client.scored() == 1)
        #expect(log.lines.withLock { $0.contains { $0.contains("keeps serving") && $0.contains("it is empty") } })
        try directory.write("model", byteCount: 3)
        try client.wait { $0["reloads"] == "1" && $0["last_reload_error"] == "" }
        #expect(try client.scored() == 3)
        try worker.finish()
    }

    @Test
    func reloadLoadsWhatIsThereAlthoughNothingChangedAWorkerWithARankerOfItsOwnCannot() throws {
        let directory = try TemporaryDirectory()
        try directory.write("model", byteCount: 1)
        let worker = try Self.start(.numbers(.file("\(directory.path)/model")))
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        #expect(worker.reload())
        try client.wait { $0["model_generation"] == "2" }
        #expect(try client.scored() == 1)
        try worker.finish()
        let fixed = try Worker.test()
        #expect(!fixed.reload())
        try fixed.finish()
    }

    @Test
    func ofADirectoryTheHighestGoodVersionServesAHigherOneTakesOverAndGoingBackIsRemovingIt() throws {
        let directory = try TemporaryDirectory()
        try directory.write("1.safetensors", byteCount: 1)
        try directory.write("3.safetensors", byteCount: 0)
        try directory.write("junk", byteCount: 1)
        let log = Log()
        let worker = try Self.start(.numbers(.directory(directory.path)), log: log)
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        #expect(try client.scored() == 1)
        try directory.write("2.safetensors", byteCount: 2)
        try client.wait { $0["reloads"] == "1" }
        #expect(try client.scored() == 2)
        try directory.remove("2.safetensors")
        try client.wait { $0["reloads"] == "2" }
        #expect(try client.scored() == 1)
        try worker.finish()
        #expect(log.lines.withLock { $0.filter { $0.contains("\"junk\"") }.count } == 1)
    }

    @Test
    func withoutAVersionThatProvesItselfNothingIsBoundAndTheErrorNamesTheReason() throws {
        let directory = try TemporaryDirectory()
        func error(_ source: ModelSource) -> ServiceError? {
            #expect(throws: ServiceError.self) { try Self.start(.numbers(source)) }
        }
        #expect(error(.file("\(directory.path)/none"))?.code == .modelRefused)
        #expect(error(.directory(directory.path))?.message.contains("no version") == true)
        for name in ["1.safetensors", "2.safetensors"] { try directory.write(name, byteCount: 0) }
        let refused = error(.directory(directory.path))
        #expect(refused?.code == .modelRefused)
        #expect(refused?.message.contains("2.safetensors: it is empty") == true)
    }

    @Test
    func aListIsScoredByOneModelFromEndToEndHoweverOftenModelsChangeWhileItIsInWork() throws {
        let directory = try TemporaryDirectory()
        try directory.write("model", byteCount: 1)
        let worker = try Self.start(.numbers(.file("\(directory.path)/model")))
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        // Long enough for many slices, so that models come in mid-list.
        let request = Requests.score(candidates: Array(1...20_000))
        var seen: Set<Float> = []
        var round = 0
        while seen.count < 20 {
            try directory.write("model", byteCount: 1 + round % 200)
            worker.reload()
            let reply = try client.reply(to: request)
            let scores = Set(reply.queries[0].scores)
            #expect(scores == [Float(reply.header.model.bytes[0])])
            seen.formUnion(scores)
            round += 1
        }
        try worker.finish()
    }

    @Test(arguments: [false, true]
    )
    func memoryOfModelsIsGivenBackNeverMoreThanTwoOverHundredsOfReloadsALeakIsFound(leaks: Bool) throws {
        let directory = try TemporaryDirectory()
        try directory.write("model", byteCount: 1)
        let census = Census()
        let worker = try Self.start(.numbers(.file("\(directory.path)/model"), census, leaks: leaks))
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        for count in 1...300 {
            worker.reload()
            try client.wait { $0["reloads"] == "\(count)" }
        }
        try worker.finish()
        // When a load begins, the one before the model that serves may be on its last line on the scoring thread.
        #expect((census.most.load(ordering: .relaxed) <= 2) == !leaks)
        #expect((census.count.load(ordering: .relaxed) <= 1) == !leaks)
    }
}

/// The lines of a worker.
private final class Log: Sendable {
    let lines = Mutex<[String]>([])
}

extension TestClient {
    /// The number of the model that scores.
    fileprivate borrowing func scored() throws -> Float? {
        try reply(to: Requests.score(candidates: [1, 2, 3])).queries.first?.scores.first
    }

    /// Asks for STATS until they fulfil a condition.
    fileprivate borrowing func wait(until isMet: ([String: String]) -> Bool) throws {
        try eventuallyBlocking("STATS are as awaited", { try reply(to: Requests.plain(.stats)).pairs }, until: isMet)
    }
}

extension TemporaryDirectory {
    fileprivate func remove(_ name: String) throws {
        try #require(unlink("\(path)/\(name)") == 0)
    }
}
