import RankCore
import RankPool
import RankProtocol
import Synchronization
import TestSupport
import Testing
import ZMQ

/// Workers that are killed or restarted under load, behind real sockets: no call fails.
@Suite(.timeLimit(.minutes(2))) struct PoolRestartTests {
    /// Tells the clients to stop.
    private final class Flag: Sendable {
        private let value = Mutex(false)

        var isSet: Bool { value.withLock { $0 } }

        func set() { value.withLock { $0 = true } }
    }

    /// Keeps calls going while the workers change; returns how many were answered.
    static func load(
        _ endpoints: [String],
        while change: @Sendable (RankPool) async throws -> [FakeWorker]
    ) async throws -> Int {
        let pool = try RankPool.start(
            endpoints.joined(separator: ","),
            configuration: .init(deadline: .seconds(60))
        )
        for report in await pool.info() { _ = try report.result.get() }
        let isOver = Flag()
        let ids = (0..<40).map { UInt64($0) }
        let expected = PoolSocketTests.expected(3, ids, topK: 5)
        let answered = try await withThrowingTaskGroup(of: Int.self) { group in
            for client in 0..<16 {
                group.addTask {
                    var count = 0
                    while !isOver.isSet {
                        let options = CallOptions(parts: 1 + client % 3)
                        let list = try await pool.rank(ids, for: 3, top: 5, options: options)
                        #expect(list.entries == expected)
                        count += 1
                    }
                    return count
                }
            }
            // The last workers stay until the last call has ended.
            defer { isOver.set() }
            let workers = try await change(pool)
            isOver.set()
            let count = try await group.reduce(0, +)
            for worker in workers { worker.end() }
            return count
        }
        await pool.shutdown()
        return answered
    }

    static func waitUntilReady(_ pool: RankPool) async throws {
        try await eventually("the restarted worker is found again") {
            await pool.health(deadline: .seconds(2))
        } until: { reports in
            reports.allSatisfy { (try? $0.result.get()) != nil }
        }
    }

    @Test(arguments: [false, true])
    func noCallFails(_ isAnnounced: Bool) async throws {
        let first = try (0..<4).map { _ in try FakeWorker() }
        let answered = try await Self.load(first.map(\.endpoint)) { pool in
            var workers = first
            for round in 0..<8 {
                let old = workers[round % 4]
                if isAnnounced {
                    old.drain()
                    try await Task.sleep(for: .milliseconds(20))
                }
                try old.stop()
                try await Task.sleep(for: .milliseconds(20))
                var settings = FakeWorker.Settings()
                settings.endpoint = old.endpoint
                workers[round % 4] = try FakeWorker(settings)
                try await Self.waitUntilReady(pool)
            }
            return workers
        }
        #expect(answered > 0)
    }
}
