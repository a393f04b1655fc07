import RankCore
import RankPool
import RankProtocol
import Synchronization
import TestSupport
import Testing
import ZMQ

/// The pool against workers behind real sockets.
@Suite(.timeLimit(.minutes(5))) struct PoolSocketTests {
    static var patient: RankPool.Configuration {
        get throws { try RankPool.Configuration(deadline: .seconds(60)) }
    }

    static func expected(_ user: UInt64, _ ids: [UInt64], topK: Int = 0) -> [RankedEntry<UInt64>] {
        let entries = ids.enumerated().map { position, id in
            RankedEntry(
                id: id,
                position: position,
                score: Fake.score(user, id),
                isUnknown: id >= Fake.firstUnknown
            )
        }
        return topK == 0 ? entries : Array(entries.sorted { RankOrder.precedes($0, $1) }.prefix(topK))
    }

    @Test(arguments: [1, 2, 3], [1, 10, 5_000])
    func ranksTheSameOverAnyNumberOfWorkers(_ count: Int, _ topK: Int) async throws {
        let workers = try (0..<count).map { _ in try FakeWorker() }
        defer { for worker in workers { worker.end() } }
        let endpoints = workers.map(\.endpoint).joined(separator: ",")
        let pool = try RankPool.start(endpoints, configuration: Self.patient)
        let ids = (0..<2_000).map { UInt64($0 * 31 % 701) }
        for parts in [1, 2, 7] {
            let list = try await pool.rank(
                ids,
                for: 42,
                top: topK,
                options: CallOptions(unknownIDs: .fallback, parts: parts)
            )
            #expect(list.entries == Self.expected(42, ids, topK: topK))
            #expect(list.model == Fake.model)
            #expect(list.profile == .fp32FMA)
            #expect(list.coverage == 1)
            #expect(list.parts.count == parts)
            #expect(list.parts.reduce(0) { $0 + $1.candidateCount } == ids.count)
            let options = CallOptions(unknownIDs: .fallback, parts: parts)
            let scores = try await pool.scores(of: ids, for: 42, options: options)
            #expect(scores.scores == Self.expected(42, ids).map(\.score))
            #expect(try await pool.rank(ids, for: 42, options: options).entries == Self.expected(42, ids, topK: .max))
        }
        await pool.shutdown()
    }

    @Test func splitsListsOverTheLimits() async throws {
        var settings = FakeWorker.Settings()
        settings.limits = FrameLimits(messageBytes: 64 << 10, candidates: 5_000, queries: 4)
        let worker = try FakeWorker(settings)
        defer { worker.end() }
        let pool = try RankPool.start(worker.endpoint, configuration: Self.patient)
        let ids = (0..<100_000).map { UInt64($0 % 9_973) }
        let list = try await pool.rank(ids, for: 7, top: 100)
        #expect(list.entries == Self.expected(7, ids, topK: 100))
        #expect(list.parts.count == 20)
        let batch = (0..<9).map { BatchQuery<UInt64>(user: UInt64($0), candidates: [1, 2, UInt64($0)]) }
        let lists = try await pool.rank(batch)
        #expect(lists.map(\.entries) == batch.map { Self.expected($0.user, $0.candidates, topK: 3) })
        let scores = try await pool.scores(of: batch)
        #expect(scores.map(\.scores) == batch.map { Self.expected($0.user, $0.candidates).map(\.score) })
        #expect(scores[0].parts.count == 3)
        await pool.shutdown()
    }

    @Test func leavesOutWhatIsUnknownWhereAsked() async throws {
        let worker = try FakeWorker()
        defer { worker.end() }
        let pool = try RankPool.start(worker.endpoint, configuration: Self.patient)
        let ids = [3, Fake.firstUnknown, 1]
        let list = try await pool.rank(ids, for: 7, options: CallOptions(unknownIDs: .omit, parts: 3))
        let expected = Self.expected(7, ids, topK: 3).filter { $0.id != Fake.firstUnknown }
        #expect(list.entries.map(\.id) == expected.map(\.id))
        #expect(list.entries.map(\.position) == expected.map(\.position))
        let scores = try await pool.scores(of: ids, for: 7, options: CallOptions(unknownIDs: .omit, parts: 3))
        #expect(scores.omittedPositions == [1])
        #expect(scores[0] == Fake.score(7, 3) && scores[1].isNaN && scores[2] == Fake.score(7, 1))
        let empty = try await pool.rank([], for: 7)
        #expect(empty.entries.isEmpty)
        await pool.shutdown()
    }

    @Test func asksEveryWorker() async throws {
        let workers = try (0..<2).map { _ in try FakeWorker() }
        defer { for worker in workers { worker.end() } }
        let endpoints = workers.map(\.endpoint)
        let pool = try RankPool.start(endpoints.joined(separator: ","), configuration: Self.patient)
        let infos = await pool.info()
        #expect(infos.map(\.endpoint) == endpoints)
        for info in infos {
            let info = try info.result.get()
            #expect(info.candidateIDs == 1...1_682)
            #expect(info.userIDs == nil)
            #expect(info.limits == .default)
            #expect(info.model == Fake.model)
        }
        let healths = await pool.health()
        #expect(try healths.map { try $0.result.get() }.allSatisfy { $0.isServing && !$0.isDraining })
        await pool.shutdown()
    }

    @Test func namesARefusedPort() async throws {
        let worker = try FakeWorker()
        let endpoint = worker.endpoint
        try worker.stop()
        let pool = try RankPool.start(endpoint, configuration: Self.patient)
        let error = await #expect(throws: PoolError.self) { try await pool.rank([1], for: 1) }
        #expect(error?.code == .unavailable)
        #expect(error?.description.contains(endpoint) == true)
        #expect(error?.description.contains("refused") == true)
        let info = await pool.info()
        #expect(throws: PoolError.self) { try info[0].result.get() }
        await pool.shutdown()
    }

    @Test func namesAMissingSocketFileAndAnUnknownHost() async throws {
        let endpoints = ["ipc:///nonexistent-\(UInt64.random(in: 0 ... .max))/s", "tcp://host.invalid:7000"]
        let pool = try RankPool.start(endpoints.joined(separator: ","), configuration: Self.patient)
        let error = await #expect(throws: PoolError.self) { try await pool.rank([1], for: 1) }
        #expect(error?.code == .unavailable)
        #expect(error?.causes.map(\.endpoint) == endpoints)
        #expect(error?.causes.last?.reason.contains("resolve") == true)
        await pool.shutdown()
    }

    @Test func resolvesNames() async throws {
        let worker = try FakeWorker()
        defer { worker.end() }
        let named = worker.endpoint.replacing("127.0.0.1", with: "localhost")
        let pool = try RankPool.start(named, configuration: Self.patient)
        let list = try await pool.rank([1, 2], for: 1)
        #expect(list.entries == Self.expected(1, [1, 2]))
        await pool.shutdown()
    }

    @Test func waitsForAWorkerWhereAsked() async throws {
        // A port that was free a moment ago may not be free any more.
        let directory = try TemporaryDirectory()
        let endpoint = "ipc://\(directory.path)/worker"
        let log = RecordedLog()
        let pool = try RankPool.start(endpoint, configuration: Self.patient, logger: log.logger)
        let isCalling = Atomic(false)
        let call = Task {
            isCalling.store(true, ordering: .relaxed)
            return try await pool.rank([1], for: 1, options: CallOptions(waitsForReady: true))
        }
        // The call is posted, and the endpoint is known to be out of reach: a call that does not wait fails.
        try await eventually("the call is made") { isCalling.load(ordering: .relaxed) }
        try await eventually("the endpoint is out of reach") {
            log.entries.map(\.message)
        } until: {
            $0.contains("a worker cannot be reached")
        }
        let error = await #expect(throws: PoolError.self) { try await pool.rank([1], for: 1) }
        #expect(error?.code == .unavailable)
        var settings = FakeWorker.Settings()
        settings.endpoint = endpoint
        let worker = try FakeWorker(settings)
        defer { worker.end() }
        #expect(try await call.value.entries.count == 1)
        await pool.shutdown()
        try worker.stop()
    }

    @Test func sendsTheWorkOfALostWorkerToAnother() async throws {
        var dying = FakeWorker.Settings()
        dying.behaviour = { $0 == 0 ? .die : .score }
        let workers = [try FakeWorker(dying), try FakeWorker()]
        defer { for worker in workers { worker.end() } }
        let endpoints = workers.map(\.endpoint).joined(separator: ",")
        let pool = try RankPool.start(endpoints, configuration: Self.patient)
        // Both must be ready before the list is split over them.
        for report in await pool.info() { _ = try report.result.get() }
        let ids = (0..<100).map { UInt64($0) }
        let list = try await pool.rank(ids, for: 3, top: 5, options: CallOptions(parts: 2))
        #expect(list.entries == Self.expected(3, ids, topK: 5))
        #expect(Set(list.parts.map(\.endpoint)) == [workers[1].endpoint])
        #expect(list.parts.map(\.attempts).sorted() == [1, 2])
        await pool.shutdown()
    }

    @Test func failsAtOnceWhenTheOnlyWorkerIsLost() async throws {
        var dying = FakeWorker.Settings()
        dying.behaviour = { _ in .die }
        let worker = try FakeWorker(dying)
        defer { worker.end() }
        let pool = try RankPool.start(worker.endpoint, configuration: Self.patient)
        let error = await #expect(throws: PoolError.self) { try await pool.rank([1], for: 1) }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains(worker.endpoint) == true)
        #expect(error?.message.contains("lost") == true)
        await pool.shutdown()
    }

    @Test func endsAtTheDeadlineWhenAWorkerIsSilent() async throws {
        var silent = FakeWorker.Settings()
        silent.behaviour = { $0 == 0 ? .silence : .score }
        let worker = try FakeWorker(silent)
        defer { worker.end() }
        let pool = try RankPool.start(worker.endpoint, configuration: Self.patient)
        let short = CallOptions(deadline: .seconds(2))
        for report in await pool.info() { _ = try report.result.get() }
        let error = await #expect(throws: PoolError.self) {
            try await pool.rank([1], for: 1, options: short)
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.causes.first?.reason.contains("in flight") == true)
        try await worker.waitForCancel()
        #expect(try await pool.rank([1], for: 1).entries.count == 1)
        await pool.shutdown()
    }

    @Test func neverUsesAWorkerThatDoesNotIntroduceItself() async throws {
        var mute = FakeWorker.Settings()
        mute.answersInfo = false
        let worker = try FakeWorker(mute)
        defer { worker.end() }
        let pool = try RankPool.start(worker.endpoint, configuration: .init(deadline: .milliseconds(200)))
        let error = await #expect(throws: PoolError.self) { try await pool.rank([1], for: 1) }
        #expect(error?.code == .deadlineExceeded)
        #expect(worker.scoreRequests == 0)
        await pool.shutdown()
    }

    @Test(
        arguments: [[UInt8]](
            [[1, 2, 3], Array(repeating: 0xff, count: 64), Array("HTTP/1.1 400 Bad Request".utf8)]
        )
    )
    func survivesNonsense(_ bytes: [UInt8]) async throws {
        var mad = FakeWorker.Settings()
        mad.behaviour = { $0 == 0 ? .bytes(bytes) : .score }
        let worker = try FakeWorker(mad)
        defer { worker.end() }
        let pool = try RankPool.start(worker.endpoint, configuration: Self.patient)
        let error = await #expect(throws: PoolError.self) { try await pool.rank([1], for: 1) }
        #expect(error?.code == .internal)
        #expect(error?.message.contains("malformed") == true)
        #expect(try await pool.rank([1], for: 1).entries.count == 1)
        await pool.shutdown()
    }

    @Test func passesAWorkersErrorOnWithIndicesOfTheWholeList() async throws {
        var settings = FakeWorker.Settings()
        settings.behaviour = { _ in
            .error(
                ErrorReply(
                    status: .notFound,
                    message: "the candidate 2 is unknown to this model",
                    queryIndex: 0,
                    candidateIndex: 1
                )
            )
        }
        let worker = try FakeWorker(settings)
        defer { worker.end() }
        let pool = try RankPool.start(worker.endpoint, configuration: Self.patient)
        let error = await #expect(throws: PoolError.self) {
            try await pool.rank([1, 2, 3], for: 1)
        }
        #expect(error?.code == .notFound)
        #expect(error?.candidateIndex == 1)
        #expect(error?.message.contains("the candidate 2 is unknown to this model") == true)
        await pool.shutdown()
    }

    @Test func asksAnotherWorkerWhereOneIsOverloaded() async throws {
        var busy = FakeWorker.Settings()
        busy.behaviour = { _ in
            .error(ErrorReply(status: .resourceExhausted, message: "overloaded", retryAfterMicroseconds: 1_500))
        }
        let workers = [try FakeWorker(busy), try FakeWorker()]
        defer { for worker in workers { worker.end() } }
        let endpoints = workers.map(\.endpoint).joined(separator: ",")
        let pool = try RankPool.start(endpoints, configuration: Self.patient)
        for report in await pool.info() { _ = try report.result.get() }
        for _ in 0..<4 {
            #expect(try await pool.rank([1], for: 1).parts[0].endpoint == workers[1].endpoint)
        }
        await pool.shutdown()

        let lonely = try RankPool.start(workers[0].endpoint, configuration: Self.patient)
        let error = await #expect(throws: PoolError.self) { try await lonely.rank([1], for: 1) }
        #expect(error?.code == .resourceExhausted)
        #expect(error?.retryAfter == .microseconds(1_500))
        await lonely.shutdown()
    }

    @Test func neverMixesTwoModels() async throws {
        var other = FakeWorker.Settings()
        other.model = Fake.otherModel
        let workers = [try FakeWorker(), try FakeWorker(other)]
        defer { for worker in workers { worker.end() } }
        let endpoints = workers.map(\.endpoint).joined(separator: ",")
        let pool = try RankPool.start(endpoints, configuration: Self.patient)
        for report in await pool.info() { _ = try report.result.get() }
        let ids = (0..<90).map { UInt64($0) }
        let list = try await pool.rank(ids, for: 3, top: 5, options: CallOptions(parts: 3))
        #expect(list.entries == Self.expected(3, ids, topK: 5))
        // One worker had two of the three parts, and the third was scored again by it.
        #expect(Set(list.parts.map(\.endpoint)).count == 1)
        let demanding = CallOptions(model: Fake.otherModel)
        #expect(try await pool.rank(ids, for: 3, options: demanding).model == Fake.otherModel)
        let impossible = CallOptions(model: ModelID(hex: String(repeating: "ab", count: 16)) ?? .unspecified)
        let error = await #expect(throws: PoolError.self) {
            try await pool.rank(ids, for: 3, options: impossible)
        }
        #expect(error?.code == .failedPrecondition)
        await pool.shutdown()
    }

    @Test func endsAtOnceWhenItsTaskIsCancelled() async throws {
        var silent = FakeWorker.Settings()
        silent.behaviour = { _ in .silence }
        let worker = try FakeWorker(silent)
        defer { worker.end() }
        let pool = try RankPool.start(worker.endpoint, configuration: .init(deadline: .seconds(50)))
        for report in await pool.info() { _ = try report.result.get() }
        let call = Task { try await pool.rank([1], for: 1) }
        try await worker.waitForScoreRequests(1)
        call.cancel()
        let error = await #expect(throws: PoolError.self) { try await call.value }
        #expect(error?.code == .cancelled)
        // The worker is told that the answer is no longer wanted.
        try await worker.waitForCancel()
        // A task that was cancelled before the call ends as well.
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await pool.rank([1], for: 1)
        }
        let lateError = await #expect(throws: PoolError.self) { try await late.value }
        #expect(lateError?.code == .cancelled)
        await pool.shutdown()
    }

    @Test func shutdownEndsEveryCall() async throws {
        var silent = FakeWorker.Settings()
        silent.behaviour = { _ in .silence }
        let worker = try FakeWorker(silent)
        defer { worker.end() }
        let pool = try RankPool.start(worker.endpoint, configuration: .init(deadline: .seconds(50)))
        let calls = (0..<20).map { _ in Task { try await pool.rank([1], for: 1) } }
        try await worker.waitForScoreRequests(20)
        await pool.shutdown()
        for call in calls {
            let error = await #expect(throws: PoolError.self) { try await call.value }
            #expect(error?.code == .unavailable)
            #expect(error?.message == "the pool was shut down during the call")
        }
        let error = await #expect(throws: PoolError.self) { try await pool.rank([1], for: 1) }
        #expect(error?.code == .unavailable)
        #expect(await pool.info().isEmpty)
    }

    @Test func manyCallsAtOnceAreAnsweredEachOnce() async throws {
        let workers = try (0..<2).map { _ in try FakeWorker() }
        defer { for worker in workers { worker.end() } }
        let endpoints = workers.map(\.endpoint).joined(separator: ",")
        let pool = try RankPool.start(endpoints, configuration: Self.patient)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<2_000 {
                group.addTask {
                    let ids = (0..<5).map { UInt64(number + $0) }
                    let list = try await pool.rank(ids, for: UInt64(number), top: 3)
                    #expect(list.entries == Self.expected(UInt64(number), ids, topK: 3))
                }
            }
            try await group.waitForAll()
        }
        #expect(workers.map(\.scoreRequests).reduce(0, +) == 2_000)
        #expect(workers.allSatisfy { $0.scoreRequests > 0 })
        await pool.shutdown()
    }
}
