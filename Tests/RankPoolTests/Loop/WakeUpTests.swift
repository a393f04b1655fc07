import RankCore
import RankPool
import RankProtocol
import Testing

/// The pool's thread never sleeps over a reply: libzmq's descriptors tell of news once, and a send takes it in passing.
///
/// A reply that is slept over shows as a call that ends at its deadline, a minute away.
@Suite(.timeLimit(.minutes(5))) struct WakeUpTests {
    @Test(arguments: [1, 8, 100])
    func oneCallAfterAnother(_ count: Int) async throws {
        let fleet = try FakeFleet(count)
        defer { fleet.end() }
        let pool = try RankPool.start(fleet.endpoints.joined(separator: ","), configuration: PoolSocketTests.patient)
        for report in await pool.info() { _ = try report.result.get() }
        var random = SplitMix64(seed: UInt64(count))
        for _ in 0..<1_000 {
            try await Self.call(pool, &random)
            // The thread is about to wait, waits, or has just gone to sleep.
            let pause = Int.random(in: 0..<8, using: &random)
            if pause < 4 { try await Task.sleep(for: .microseconds(1 << (2 * pause))) }
        }
        await pool.shutdown()
    }

    @Test(arguments: [1, 8, 100])
    func manyCallsAtOnce(_ count: Int) async throws {
        let fleet = try FakeFleet(count)
        defer { fleet.end() }
        let pool = try RankPool.start(fleet.endpoints.joined(separator: ","), configuration: PoolSocketTests.patient)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<16 {
                group.addTask {
                    var random = SplitMix64(seed: UInt64(caller * 1_000 + count))
                    for _ in 0..<200 {
                        try await Self.call(pool, &random)
                        if Int.random(in: 0..<4, using: &random) == 0 {
                            try await Task.sleep(for: .microseconds(Int.random(in: 1...500, using: &random)))
                        }
                        // A call that is given up sends a CANCEL, whose answer is not waited for.
                        if Int.random(in: 0..<8, using: &random) == 0 {
                            let task = Task { try await pool.rank([1, 2, 3], for: 1) }
                            task.cancel()
                            _ = try? await task.value
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        await pool.shutdown()
    }

    private static func call(_ pool: RankPool, _ random: inout SplitMix64) async throws {
        let ids = (0..<Int.random(in: 1...40, using: &random)).map { _ in UInt64.random(in: 0..<99, using: &random) }
        let user = UInt64.random(in: 0..<9, using: &random)
        let options = CallOptions(parts: .random(in: 1...3, using: &random))
        let list = try await pool.rank(ids, for: user, top: 5, options: options)
        #expect(list.entries == PoolSocketTests.expected(user, ids, topK: 5))
    }
}
