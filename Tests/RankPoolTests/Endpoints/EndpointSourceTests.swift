import Logging
import RankCore
import RankPool
import RankProtocol
import RankSystem
import TestSupport
import Testing
import ZMQ

/// Workers that come and go by the word of a file or a name: the machine by itself.
@Suite struct EndpointSourceTests {
    @Test func readsSources() throws {
        let list = try EndpointList("file:/etc/workers, dns://ranker.internal:7000,tcp://127.0.0.1:1,file:/etc/workers")
        #expect(list.endpoints.map(\.description) == ["tcp://127.0.0.1:1"])
        #expect(list.sources.map(\.description) == ["file:/etc/workers", "dns://ranker.internal:7000"])
    }

    @Test(arguments: ["file:", "dns://", "dns://name", "dns://127.0.0.1:7000", "dns://[::1]:7000", "dns://name:0"])
    func refusesSources(_ text: String) {
        let error = #expect(throws: PoolError.self) { try EndpointList(text) }
        #expect(error?.code == .invalidArgument)
    }

    @Test func readsAFilesText() throws {
        let text = "# the first rack\n tcp://10.0.0.1:7000 \r\n\nipc:///run/rank.sock # beside us\ntcp://10.0.0.1:7000"
        #expect(
            try EndpointFile.endpoints(in: text).map(\.description) == ["tcp://10.0.0.1:7000", "ipc:///run/rank.sock"]
        )
    }

    @Test(arguments: [
        ("", "no endpoint"), ("# none\n", "no endpoint"), ("tcp://a:1\nnonsense", "line 2"), ("inproc://x", "line 1"),
    ])
    func refusesAFilesText(_ text: String, _ reason: String) {
        let error = #expect(throws: PoolError.self) { try EndpointFile.endpoints(in: text) }
        #expect(error?.message.contains(reason) == true)
    }

    @Test func aMissingFileIsNamed() {
        let error = #expect(throws: PoolError.self) { try EndpointFile.read("/nonexistent/workers") }
        #expect(error?.message.contains("/nonexistent/workers: No such file") == true)
    }

    @Test func callsWaitForTheFirstList() {
        var bench = Bench(workers: 0)
        let source = bench.state.addSource("file:workers")
        let id = bench.start([1])
        #expect(bench.finished.isEmpty)
        bench.take(["a"], from: source)
        bench.answerAll()
        #expect(bench.scores(id) != nil)
    }

    @Test func aSourceThatNeverWorkedFailsTheCallsWithItsReason() {
        var bench = Bench(workers: 0)
        let source = bench.state.addSource("file:workers")
        let id = bench.start([1])
        bench.state.fail("cannot open workers", of: source, now: 0)
        bench.collect()
        #expect(bench.error(id)?.code == .unavailable)
        #expect(bench.error(id)?.causes.map(\.description) == ["file:workers: cannot open workers"])
    }

    @Test func whoLeavesFinishesWhatIsInFlight() {
        var (bench, source) = Bench.listing(["a", "b"])
        let ids = (0..<10).map { _ in bench.start([1]) }
        let there = bench.out.count { $0.link == LinkID(0) }
        #expect(there > 0)
        bench.take(["b"], from: source)
        #expect(bench.closed.isEmpty)
        let late = bench.start([1])
        #expect(bench.out.last?.link == LinkID(1))
        bench.answerAll()
        #expect((ids + [late]).allSatisfy { bench.scores($0) != nil })
        #expect(bench.closed == [LinkID(0)])
        #expect(bench.state.listing.workers.map(\.endpoint) == ["b"])
        // Its place goes to the next.
        bench.take(["b", "c"], from: source)
        #expect(bench.state.listing.workers.map(\.endpoint) == ["c", "b"])
    }

    @Test func whoLeavesAndIsLostLosesNothing() {
        var (bench, source) = Bench.listing(["a", "b"])
        let ids = (0..<10).map { _ in bench.start([1]) }
        bench.take(["b"], from: source)
        bench.state.handle(.lost, at: LinkID(0), now: bench.now)
        bench.collect()
        #expect(bench.closed == [LinkID(0)])
        bench.out.removeAll { $0.link == LinkID(0) }
        bench.answerAll()
        #expect(ids.allSatisfy { bench.scores($0) != nil })
    }

    @Test func aProblemKeepsTheLastGoodList() {
        var (bench, source) = Bench.listing(["a"])
        bench.state.fail("line 1: nonsense", of: source, now: 0)
        let id = bench.start([1])
        bench.answerAll()
        #expect(bench.scores(id) != nil)
        #expect(bench.state.sources[source].problem == "line 1: nonsense")
        let late = bench.start([1], deadline: 10)
        bench.advance(to: 10)
        #expect(bench.error(late)?.causes.map(\.endpoint) == ["a", "file:workers"])
    }

    /// Random lists under load: every call ends, and the workers that are left are those of the last list.
    @Test(arguments: 0..<40)
    func anyOrderOfLists(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var (bench, source) = Bench.listing(["w0"])
        var started: [CallID] = []
        var last = ["w0"]
        for _ in 0..<200 {
            bench.advance(to: bench.now + .random(in: 0...20, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                last = (0..<6).filter { _ in Bool.random(using: &random) }.map { "w\($0)" }
                if last.isEmpty { last = ["w0"] }
                bench.take(last, from: source)
            case 1, 2: started.append(bench.start([1, 2, 3], parts: .random(in: 1...2, using: &random)))
            default:
                guard !bench.out.isEmpty else { continue }
                let (request, link) = bench.out.remove(at: .random(in: bench.out.indices, using: &random))
                let bytes = bench.answer(request, link)
                if !bytes.isEmpty { bench.deliver(bytes, from: link) }
            }
        }
        bench.answerAll()
        bench.advance(to: bench.now + 10_000)
        #expect(Set(bench.finished.keys) == Set(started))
        #expect(bench.state.flights.isEmpty)
        #expect(bench.state.calls.isEmpty)
        #expect(Set(bench.state.listing.workers.map(\.endpoint)) == Set(last))
        #expect(bench.state.links.allSatisfy { $0.condition == .ready || $0.condition == .gone })
    }
}

/// Files and names, with workers behind real sockets.
@Suite(.timeLimit(.minutes(5))) struct EndpointSourceSocketTests {
    static func write(_ text: String, to path: String) throws {
        let file = try #require(fopen("\(path).new", "w"))
        fputs(text, file)
        fclose(file)
        #expect(rename("\(path).new", path) == 0)
    }

    static func endpoints(_ pool: RankPool) async -> [String] { await pool.info().map(\.endpoint) }

    @Test func followsAFile() async throws {
        let workers = [try FakeWorker(), try FakeWorker()]
        defer { for worker in workers { worker.end() } }
        let path = try TemporaryDirectory().file("workers")
        try Self.write("\(workers[0].endpoint)\n", to: path)
        let log = RecordedLog()
        let pool = try RankPool.start("file:\(path)", configuration: .init(deadline: .seconds(60)), logger: log.logger)
        #expect(try await pool.rank([1], for: 1).parts[0].endpoint == workers[0].endpoint)

        try Self.write("nonsense\n", to: path)
        try await eventually("the text is refused") {
            log.warnings.count
        } until: {
            $0 == 1
        }
        let warning = log.warnings[0]
        #expect(warning.message.hasPrefix("file:\(path): line 1: "))
        #expect(warning.message.hasSuffix("; the last endpoint stays in use"))
        #expect(warning.metadata["source"] == "file:\(path)")
        #expect(warning.metadata["workers"] == "1")
        #expect(warning.metadata["reason"]?.hasPrefix("line 1: ") == true)
        #expect(try await pool.rank([1], for: 1).parts[0].endpoint == workers[0].endpoint)

        // A file that vanishes changes nothing either.
        #expect(unlink(path) == 0)
        try await eventually("the file is missed") {
            log.warnings.count
        } until: {
            $0 == 2
        }
        #expect(log.warnings[1].message.contains("No such file or directory; the last endpoint stays") == true)
        #expect(try await pool.rank([1], for: 1).parts[0].endpoint == workers[0].endpoint)

        try Self.write("# moved\n\(workers[1].endpoint)\n", to: path)
        try await eventually("the pool follows the file") {
            await Self.endpoints(pool)
        } until: {
            $0 == [workers[1].endpoint]
        }
        let list = try await pool.rank([1], for: 1, options: CallOptions(waitsForReady: true))
        #expect(list.parts[0].endpoint == workers[1].endpoint)
        // Each list of workers and each connection is told at a lower level.
        let lists = log.entries.filter { $0.level == .info }
        #expect(lists.allSatisfy { $0.metadata == ["source": "file:\(path)", "workers": "1"] } && lists.count >= 2)
        let connections = log.entries.filter { $0.level == .debug && $0.message == "a worker is connected" }
        #expect(connections.map { $0.metadata["worker"] } == workers.map(\.endpoint))
        await pool.shutdown()
    }

    @Test func questionsWaitForTheList() async throws {
        let worker = try FakeWorker()
        defer { worker.end() }
        let path = try TemporaryDirectory().file("workers")
        try Self.write(worker.endpoint, to: path)
        let pool = try RankPool.start("file:\(path)", configuration: .init(deadline: .seconds(60)))
        let reports = await pool.info()
        #expect(reports.map(\.endpoint) == [worker.endpoint])
        for report in reports { _ = try report.result.get() }
        await pool.shutdown()

        let none = try RankPool.start("file:/nonexistent/workers", configuration: .init(deadline: .seconds(60)))
        let errors = await none.info()
        #expect(errors.map(\.endpoint) == ["file:/nonexistent/workers"])
        #expect(throws: PoolError.self) { try errors[0].result.get() }
        await none.shutdown()
    }

    @Test func followsAName() async throws {
        let worker = try FakeWorker()
        defer { worker.end() }
        let port = try #require(worker.endpoint.split(separator: ":").last)
        let pool = try RankPool.start("dns://localhost:\(port)", configuration: .init(deadline: .seconds(60)))
        #expect(try await pool.rank([1], for: 1).parts[0].endpoint == worker.endpoint)
        await pool.shutdown()
    }

    @Test func namesWhatIsMissing() async throws {
        let list = "file:/nonexistent/workers,dns://host.invalid:7000"
        let pool = try RankPool.start(list, configuration: .init(deadline: .seconds(60)))
        let error = await #expect(throws: PoolError.self) { try await pool.rank([1], for: 1) }
        #expect(error?.code == .unavailable)
        #expect(error?.causes.map(\.endpoint) == ["file:/nonexistent/workers", "dns://host.invalid:7000"])
        await pool.shutdown()
    }
}
