import RankCore
import RankPool
import RankProtocol
import TestSupport
import Testing

/// A pool for the time of a body.
@Suite(.timeLimit(.minutes(2))) struct WithRankPoolTests {
    private struct Stop: Error {}

    private func isShutDown(_ pool: RankPool?) async throws -> Bool {
        let pool = try #require(pool)
        let error = await #expect(throws: PoolError.self) { try await pool.rank([1], for: 1) }
        return error == .shutDown
    }

    @Test func theBodysValueIsReturnedAndThePoolEnds() async throws {
        let worker = try FakeWorker()
        defer { worker.end() }
        var pool: RankPool?
        let count = try await withRankPool(worker.endpoint, configuration: PoolSocketTests.patient) { given in
            pool = given
            return try await given.rank([1, 2], for: 1).entries.count
        }
        #expect(count == 2)
        #expect(try await isShutDown(pool))
    }

    @Test func aBodyThatThrowsEndsThePoolToo() async throws {
        var pool: RankPool?
        await #expect(throws: Stop.self) {
            try await withRankPool("tcp://127.0.0.1:1") { given in
                pool = given
                throw Stop()
            }
        }
        #expect(try await isShutDown(pool))
    }

    @Test func aBodyThatIsCancelledEndsThePoolToo() async throws {
        var settings = FakeWorker.Settings()
        settings.behaviour = { _ in .silence }
        let worker = try FakeWorker(settings)
        defer { worker.end() }
        let (endpoint, configuration) = (worker.endpoint, try PoolSocketTests.patient)
        let task = Task {
            var pool: RankPool?
            do {
                _ = try await withRankPool(endpoint, configuration: configuration) { given in
                    pool = given
                    return try await given.rank([1], for: 1)
                }
            } catch let error as PoolError {
                #expect(error.code == .cancelled)
            }
            return pool
        }
        try await worker.waitForScoreRequests(1)
        task.cancel()
        let pool = try await task.value
        #expect(try await isShutDown(pool))
    }

    @Test func aListThatMakesNoSenseRunsNothing() async {
        let error = await #expect(throws: PoolError.self) {
            try await withRankPool("nonsense") { _ in Issue.record("the body ran") }
        }
        #expect(error?.code == .invalidArgument)
    }
}

/// Waiting for the first worker.
@Suite(.timeLimit(.minutes(2))) struct ReadinessTests {
    private func wait(_ bench: inout Bench, deadline: Int64 = 1_000) -> CallID {
        bench.calls += 1
        let id = CallID(bench.calls)
        bench.state.start(
            id,
            .readiness,
            deadline: bench.now + deadline,
            allotted: .microseconds(deadline),
            waitsForReady: true,
            now: bench.now
        )
        bench.collect()
        return id
    }

    private func isReady(_ id: CallID, _ bench: Bench) -> Bool {
        if case .success(.ready) = bench.finished[id] { true } else { false }
    }

    @Test func oneWorkerOfSeveralIsEnough() {
        var bench = Bench(workers: 2, areReady: false)
        let ids = [wait(&bench), wait(&bench)]
        bench.state.handle(.failed(.unavailable, reason: "refused"), at: bench.links[0], now: 0)
        bench.collect()
        #expect(bench.finished.isEmpty)
        bench.becomeReady(bench.links[1])
        #expect(ids.allSatisfy { isReady($0, bench) })
        // Now it costs nothing.
        let late = wait(&bench)
        #expect(isReady(late, bench))
        #expect(bench.out.isEmpty && bench.state.calls.isEmpty)
    }

    @Test func itWaitsOnWhereEveryEndpointHasRefused() {
        var bench = Bench(workers: 1, areReady: false)
        let id = wait(&bench)
        bench.state.handle(.failed(.unavailable, reason: "refused"), at: bench.links[0], now: 0)
        bench.collect()
        #expect(bench.finished.isEmpty)
        bench.becomeReady(bench.links[0])
        #expect(isReady(id, bench))
    }

    @Test func itEndsAtItsDeadlineWithTheReasonOfEachWorker() {
        var bench = Bench(workers: 1, areReady: false)
        let (late, cancelled) = (wait(&bench), wait(&bench, deadline: 2_000))
        bench.state.handle(.failed(.unavailable, reason: "refused"), at: bench.links[0], now: 0)
        bench.advance(to: 1_000)
        #expect(bench.error(late)?.code == .deadlineExceeded)
        #expect(bench.error(late)?.causes.map(\.reason) == ["refused"])
        bench.state.cancel(cancelled)
        bench.collect()
        #expect(bench.error(cancelled)?.code == .cancelled)
        #expect(bench.state.calls.isEmpty)
    }

    @Test func aPoolIsReadyWhenItsWorkerHasSaidWhatItIs() async throws {
        let worker = try FakeWorker()
        defer { worker.end() }
        try await withRankPool(worker.endpoint) { pool in
            try await pool.waitUntilReady(within: .seconds(60))
            // A call that would not wait for a connection finds it.
            _ = try await pool.rank([1], for: 1, options: CallOptions(deadline: .seconds(60)))
        }
    }
}
