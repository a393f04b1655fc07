import Foundation
import RankCore
import RankPool
import RankProtocol
import SystemPackage
import TestSupport
import Testing

/// What a worker process owes those who start, stop and watch it.
@Suite("rank-worker: the running contract", .timeLimit(.minutes(5)))
struct RunningContractTests {
    private static let admin = ["--admin", "127.0.0.1:0", "--bind", "tcp://127.0.0.1:*"]

    @Test
    func thePagesOfAProcessThatServesDrainsAndHasEndedWhatItIsAskedWhileItDrainsItAnswers() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let arguments = ["--model", model, "--drain-grace", "6s"] + Self.admin
            let outcome = try await ServingProcess.run(arguments, in: directory) { worker in
                let live = try #require(try await worker.page("/live"))
                #expect(live == (200, "live"))
                let ready = try #require(try await worker.page("/ready"))
                #expect(ready == (200, "ready"))
                #expect(try await worker.page("/nothing")?.status == 404)
                let page = try #require(try await worker.page("/info"))
                let info = try #require(try JSONSerialization.jsonObject(with: Data(page.body.utf8)) as? [String: Any])
                #expect(info["state"] as? String == "ready")
                #expect(info["endpoints"] as? [String] == [worker.endpoint])
                #expect((info["model"] as? [String: String])?["self_check"] == "256 golden scores")
                let client = RawClient(endpoint: worker.endpoint, form: .dealer)
                let scores = try await client.scores(user: 1, candidates: [1, 2, 3])
                worker.send(SIGTERM)
                #expect(try await worker.wait(for: 503, at: "/ready") == "draining")
                #expect(try await client.scores(user: 1, candidates: [1, 2, 3]) == scores)
                #expect(try await worker.page("/live")?.status == 200)
                try await eventually("the worker has ended") { worker.hasEnded }
                #expect(try await worker.page("/live") == nil)
            }
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
        }
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func aSecondSIGTERMEndsAWorkerThatDrainsAtOnce(_ second: Int32) async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let arguments = ["--model", model, "--drain-grace", "1h", "--drain-max", "2h"] + Self.admin
            let outcome = try await ServingProcess.run(arguments, in: directory) { worker in
                worker.send(SIGTERM)
                #expect(try await worker.wait(for: 503, at: "/ready") == "draining")
                worker.send(second)
                try await eventually("the worker has ended") { worker.hasEnded }
            }
            #expect(outcome.exitCode == 128 + second)
        }
    }

    @Test
    func aScoringThreadThatIsStuckLiveAndReadySaySoThenTheProcessEndsWith70() async throws {
        try await withTemporaryDirectory { directory in
            let arguments = ["--ranker", "null", "--cost-per-candidate", "1s"] + Self.admin
            let outcome = try await ServingProcess.run(arguments, in: directory) { worker in
                let client = RawClient(endpoint: worker.endpoint, form: .dealer)
                // A slice is 16 candidates at least, and it is given up after ten seconds.
                let request = Task { try? await client.scores(user: 1, candidates: Array(1...1_000)) }
                #expect(try await worker.wait(for: 503, at: "/live").contains("has not finished a step for"))
                #expect(try await worker.page("/ready")?.status == 503)
                try await eventually("the worker has ended") { worker.hasEnded }
                request.cancel()
            }
            #expect(outcome.exitCode == 70)
            #expect(outcome.errors.contains("is given up after"), "\(outcome.errors)")
        }
    }

    @Test(arguments: ["ipc", "tcp"]
    )
    func aWorkerThatIsKilledAndStartedAgainAtItsPlaceTheClientThatWasThereBeforeFindsIt(_ transport: String)
        async throws
    {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            var place = transport == "ipc" ? "ipc://\(directory)/socket" : "tcp://127.0.0.1:*"
            var pool: RankPool?
            var answers: [[Float]] = []
            for round in 0..<3 {
                let isLast = round == 2
                // The socket file of a killed process does not keep the next one from binding.
                let outcome = try await ServingProcess.run(["--model", model, "--bind", place], in: directory) {
                    worker in
                    place = worker.endpoint
                    if pool == nil {
                        pool = try RankPool.start(place, configuration: .init(deadline: .seconds(20)))
                    }
                    let list = try await #require(pool).scores(
                        of: [1, 2, 3],
                        for: 42,
                        options: CallOptions(waitsForReady: true)
                    )
                    answers.append(list.scores)
                    guard !isLast else { return }
                    worker.send(SIGKILL)
                    try await eventually("the worker has ended") { worker.hasEnded }
                }
                #expect(outcome.exitCode == (isLast ? 0 : nil), "\(outcome.errors)")
                let client = try #require(pool)
                let error = await #expect(throws: PoolError.self) { try await client.scores(of: [1], for: 42) }
                #expect(
                    error?.code == .unavailable && error?.description.contains(place) == true,
                    "\(String(describing: error))"
                )
            }
            #expect(answers.count == 3 && Set(answers).count == 1)
            await pool?.shutdown()
        }
    }

    @Test
    func howeverFewDescriptorsThereAreAWorkerSaysSoAndEndsWith69OrServes() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            var answers = 0
            var refusals = 0
            for limit in 11...35 {
                let arguments = ["--model", model, "--bind", "ipc://\(directory)/socket-\(limit)"]
                let outcome = try await ServingProcess.run(arguments, descriptors: limit, in: directory) { worker in
                    let client = RawClient(endpoint: worker.endpoint, form: .dealer)
                    let scores = try await client.scores(user: 1, candidates: [1, 2, 3])
                    #expect(scores.count == 3)
                    answers += 1
                }
                if outcome.exitCode == 0 { continue }
                refusals += 1
                #expect(outcome.exitCode == 69, "\(limit): \(outcome)")
                #expect(outcome.errors.contains("ulimit -n"), "\(limit): \(outcome.errors)")
            }
            #expect(answers > 0 && refusals > 0 && answers + refusals == 25)
        }
    }

    @Test(arguments: [[], ["--processes", "1"]]
    )
    func idleConnectionsTakeEveryDescriptorTheWorkerRestsItsProbesAreAnsweredItsClientsAreServed(_ options: [String])
        async throws
    {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/socket"
            let arguments = ["--ranker", "null", "--bind", "ipc://\(path)", "--admin", "127.0.0.1:0"] + options
            let outcome = try await ServingProcess.run(arguments, descriptors: 64, in: directory) { worker in
                let pool = try RankPool.start(worker.endpoint, configuration: .init(deadline: .seconds(20)))
                let call = CallOptions(waitsForReady: true)
                _ = try await pool.rank([1, 2, 3], for: 1, options: call)
                var idle = (0..<300).compactMap { _ in IdleConnection(path) }
                #expect(idle.count == 300)
                try await eventually("the worker accepts no connections") {
                    try await worker.page("/info")?.body
                } until: {
                    $0?.contains(#""accepting":false"#) == true
                }
                let busy = worker.processorTicks
                for page in ["/live", "/ready"] { #expect(try await worker.page(page)?.status == 200) }
                let statistics = try await pool.stats()[0].result.get()
                #expect(statistics["open_files_limit"] == 64)
                #expect(statistics["accept_pauses"].map { $0 >= 1 } == true)
                #expect(statistics["open_files"].map { $0 <= 64 } == true)
                _ = try await pool.rank([1, 2, 3], for: 1, options: call)
                try await Task.sleep(for: .seconds(1))
                // A thread that tries to accept again and again takes a hundred.
                if options.isEmpty { #expect(worker.processorTicks - busy < 50) }
                idle = []
                // A new client is served when others have gone.
                let scores = try await RawClient(endpoint: worker.endpoint, form: .dealer).scores(
                    user: 1,
                    candidates: [1]
                )
                #expect(scores.count == 1)
                await pool.shutdown()
            }
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
            let lines = outcome.errors.split(separator: "\n").filter { $0.contains("out of file descriptors") }
            #expect(lines.count == 1, "\(outcome.errors)")
        }
    }

    @Test
    func aWorkerWithoutFreeDescriptorsSeesThatItIsToLeaveAlthoughRequestsKeepComing() async throws {
        try await withTemporaryDirectory { directory in
            let options = ["--ranker", "null", "--drain-grace", "1h", "--drain-max", "2h"]
            var answers: Int?
            // The least with which it serves: nothing is left with which its wait for a request could be ended.
            for limit in 11...35 where answers == nil {
                let arguments = options + ["--bind", "ipc://\(directory)/socket-\(limit)"]
                _ = try await ServingProcess.run(arguments, descriptors: limit, in: directory) { worker in
                    let client = RawClient(endpoint: worker.endpoint, form: .dealer)
                    #expect(try await !client.isScoredByLeaver())
                    worker.send(SIGTERM)
                    var count = 0
                    while count < 16 {
                        try await Task.sleep(for: .milliseconds(50))
                        if try await client.isScoredByLeaver() { break }
                        count += 1
                    }
                    answers = count
                }
            }
            #expect(try #require(answers) < 8)
        }
    }
}
