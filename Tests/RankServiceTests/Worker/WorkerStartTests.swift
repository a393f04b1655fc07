import RankProtocol
import RankService
import TestSupport
import Testing
import ZMQ

@Suite("Worker: what keeps it from starting", .timeLimit(.minutes(5)))
struct WorkerStartTests {
    static let invalid: [WorkerConfiguration] = [
        WorkerConfiguration(),
        WorkerConfiguration(binds: ["7000"]),
        WorkerConfiguration(binds: ["tcp://127.0.0.1"]),
        WorkerConfiguration(binds: ["tcp://127.0.0.1:99999"]),
        WorkerConfiguration(binds: ["udp://127.0.0.1:7000"]),
        WorkerConfiguration(binds: ["ipc://"]),
        WorkerConfiguration(binds: ["tcp://127.0.0.1:*", "nonsense"]),
        WorkerConfiguration(connects: ["tcp://127.0.0.1:*"]),
        WorkerConfiguration(connects: Array(repeating: "tcp://127.0.0.1:7000", count: 9)),
        WorkerConfiguration(binds: ["tcp://127.0.0.1:*"], maximumMessageBytes: 100),
        WorkerConfiguration(binds: ["tcp://127.0.0.1:*"], maximumMessageBytes: .max),
        WorkerConfiguration(binds: ["tcp://*:*"]),
        WorkerConfiguration(binds: ["tcp://0.0.0.0:*"]),
        WorkerConfiguration(binds: ["tcp://[::]:*"]),
    ]

    @Test(arguments: invalid.indices)
    func aConfigurationThatCannotWork(index: Int) throws {
        let configuration = Self.invalid[index]
        #expect { try configuration.check() } throws: { ($0 as? ServiceError)?.code == .invalidConfiguration }
        #expect {
            try Worker.start(configuration, ranker: TestRanker())
        } throws: { error in
            (error as? ServiceError)?.code == .invalidConfiguration
        }
    }

    @Test
    func anAddressThatOthersReachNeedsInsecureAndTheTextSaysSo() throws {
        var configuration = WorkerConfiguration(binds: ["tcp://0.0.0.0:*"])
        #expect { try configuration.check() } throws: { "\($0)".contains("--insecure") && "\($0)".contains("CURVE") }
        configuration.isInsecureAllowed = true
        let worker = try Worker.start(configuration, ranker: TestRanker())
        try worker.finish()
    }

    @Test
    func aTcpPortThatIsTaken() throws {
        let first = try Worker.test()
        let endpoint = first.endpoints[0]
        #expect {
            try Worker.test(binds: [endpoint])
        } throws: { error in
            (error as? ServiceError)?.code == .endpointUnavailable && "\(error)".contains(endpoint)
        }
        let client = try TestClient(.dealer, at: endpoint)
        #expect(try client.reply(to: Requests.plain(.health)).isServing == true)
        try first.finish()
        // The port is free again.
        try Worker.test(binds: [endpoint]).finish()
    }

    @Test
    func anIpcPathThatIsTakenIsNotStolen() throws {
        let directory = try TemporaryDirectory()
        let first = try Worker.test(binds: [directory.endpoint()])
        #expect {
            try Worker.test(binds: ["tcp://127.0.0.1:*", directory.endpoint()])
        } throws: { error in
            (error as? ServiceError)?.code == .endpointUnavailable
        }
        let client = try TestClient(.dealer, at: directory.endpoint())
        #expect(try client.reply(to: Requests.plain(.health)).isServing == true)
        try first.finish()
        try Worker.test(binds: [directory.endpoint()]).finish()
    }

    @Test
    func anIpcPathInADirectoryThatDoesNotExistAndANameThatDoesNotResolve() throws {
        for endpoint in ["ipc:///nonexistent/directory/socket", "tcp://localhost.invalid:7000"] {
            #expect {
                try Worker.start(
                    WorkerConfiguration(binds: [endpoint], isInsecureAllowed: true),
                    ranker: TestRanker()
                )
            } throws: { error in
                (error as? ServiceError)?.code == .endpointUnavailable
            }
        }
    }

    @Test
    func startedAndStoppedAgainAndAgain() throws {
        let directory = try TemporaryDirectory()
        for _ in 0..<10 {
            let worker = try Worker.test(binds: [directory.endpoint()])
            let client = try TestClient(.request, at: directory.endpoint())
            #expect(try client.reply(to: Requests.plain(.health)).isServing == true)
            worker.stop()
            worker.stop()
            try worker.join()
            try worker.join()
        }
    }
}
