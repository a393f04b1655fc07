import Foundation
import RankPool
import SystemPackage
import TestSupport
import Testing

/// `rank-client bench --through-pool` as a process, against worker processes.
@Suite("rank-client bench --through-pool", .timeLimit(.minutes(2)))
struct BenchThroughPoolTests {
    /// Runs the load and reads its report.
    private func bench(_ workers: [String], _ options: [String]) async throws -> (
        outcome: Outcome, report: [String: Any]
    ) {
        let command = ["bench", "--workers", workers.joined(separator: ","), "--through-pool", "--json"]
        let warmUp = options.contains("--warm-up") ? [] : ["--warm-up", "100ms"]
        let outcome = try await run("rank-client", command + ["--deadline", "10s"] + warmUp + options)
        let report = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
        return (outcome, try #require(report, "\(outcome.errors)"))
    }

    private func counts(_ report: [String: Any], _ key: String) throws -> [String: Int] {
        let section = try #require(report[key] as? [String: Any])
        return section.compactMapValues { $0 as? Int }
    }

    /// Waits until a worker has scored something.
    private func waitForScores(of worker: WorkerProcess) async throws {
        let pool = try RankPool.start(worker.endpoint, configuration: .init(deadline: .seconds(60)))
        try await eventually("the worker has scored something") {
            try await pool.stats()[0].result.get()["candidates"]
        } until: {
            $0 != 0
        }
        await pool.shutdown()
    }

    @Test
    func everyCallIsAccountedForAndEveryAnswerHasTheBitsOfTheOneBefore() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let folder = try made(directory.appending("null"))
            try await withWorkers(2, options: ["--model", model], in: directory) { workers in
                try await withWorkers(1, options: ["--ranker", "null"], in: folder) { floor in
                    let (outcome, report) = try await bench(
                        workers.map(\.endpoint),
                        ["--rate", "300", "--duration", "1s", "--top", "10", "--split", "3", "--check"]
                            + ["--floor", floor[0].endpoint]
                    )
                    #expect(outcome.exitCode == 0, "\(outcome.errors)")
                    for side in ["workers", "floor"] {
                        let load = try counts(report, side)
                        #expect(load["answered"] ?? 0 > 0)
                        #expect(load["offered"] == load["answered"])
                        #expect(load["failed"] == 0)
                    }
                    let answered = try counts(report, "workers")["answered"] ?? 0
                    // Each list in three parts.
                    #expect(try counts(report, "pool")["requests"] ?? 0 >= 3 * answered)
                    let check = try counts(report, "check")
                    #expect(check["compared"] ?? 0 > 0)
                    #expect(check["differing"] == 0)
                }
            }
        }
    }

    @Test
    func aWorkerThatIsKilledUnderLoadCostsNoCall() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            try await withWorkers(2, options: ["--model", model], in: directory) { workers in
                // Without a warm-up, the first list that is scored is one of those that count.
                async let found = bench(
                    workers.map(\.endpoint),
                    ["--closed-loop", "--concurrency", "8", "--duration", "5s", "--warm-up", "0s", "--check"]
                )
                try await waitForScores(of: workers[0])
                workers[0].kill()
                let (outcome, report) = try await found
                #expect(outcome.exitCode == 0, "\(outcome.errors)")
                let load = try counts(report, "workers")
                #expect(load["failed"] == 0)
                #expect(load["offered"] == load["answered"])
                // More than one where the machine stalls for so long that the other worker falls silent, too.
                #expect(try counts(report, "pool")["lost_connections"] ?? 0 >= 1)
                #expect(try counts(report, "check")["differing"] == 0)
            }
        }
    }

    @Test
    func anAnswerOfOtherBitsIsFound() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            try await withWorkers(1, options: ["--model", model], in: directory) { workers in
                let endpoint = "ipc://\(directory.appending("liar.sock"))"
                let liar = try LyingWorker(endpoint: endpoint, model: model)
                defer { liar.stop() }
                let (outcome, report) = try await bench(
                    [workers[0].endpoint, endpoint],
                    ["--rate", "300", "--duration", "1s", "--check", "--balance", "round-robin"]
                )
                #expect(outcome.exitCode == 65)
                #expect(outcome.errors.contains("rank-client verify"), "\(outcome.errors)")
                #expect(try counts(report, "check")["differing"] ?? 0 > 0)
            }
        }
    }

    @Test
    func withoutAWorkerEveryCallFailsWithAMessageThatNamesTheEndpoint() async throws {
        let (outcome, report) = try await bench(["tcp://127.0.0.1:1"], ["--rate", "500", "--duration", "200ms"])
        #expect(outcome.exitCode == 69)
        let load = try counts(report, "workers")
        #expect(load["offered"] ?? 0 > 0)
        #expect(load["failed"] == load["offered"])
        let workers = try #require(report["workers"] as? [String: Any])
        let examples = try #require(workers["examples"] as? [String: String])
        #expect(examples["UNAVAILABLE"]?.contains("tcp://127.0.0.1:1: ") == true, "\(examples)")
        let times = try #require(workers["failure_us"] as? [String: Double])
        // At once, not at the deadline of 10 s.
        #expect(try #require(times["max"]) < 5_000_000)
    }

    @Test(arguments: [
        ["--check"], ["--partial"], ["--wait-ready"], ["--split", "2"], ["--hedge"], ["--attempts", "1"],
        ["--window", "off"], ["--balance", "rendezvous"],
    ])
    func optionsOfAPoolNeedOne(_ options: [String]) async throws {
        let outcome = try await run(
            "rank-client",
            ["bench", "--workers", "tcp://127.0.0.1:1", "--rate", "5"] + options
        )
        #expect(outcome.exitCode == 64)
        #expect(outcome.errors.contains("--through-pool"), "\(outcome.errors)")
    }
}
