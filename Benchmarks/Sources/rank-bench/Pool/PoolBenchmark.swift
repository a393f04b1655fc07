import Foundation
import RankPool

/// `RankPool` against one worker with a null ranker that is bound to many endpoints: what a call costs beside the
/// scoring, and what the connections cost that it does not use.
struct PoolBenchmark {
    /// The figures of one turn.
    struct Turn {
        /// One call after another, in microseconds.
        var alone: Samples
        /// Processor time of the client for each of them, all of its threads, in microseconds.
        var aloneProcessor: Double
        /// Calls per second with 64 outstanding.
        var rate: Double
        /// Processor time for each of those.
        var crowdProcessor: Double
    }

    static let outstanding = 64

    let options: PoolBenchmarkOptions

    init(_ options: PoolBenchmarkOptions) {
        self.options = options
    }

    func run() async throws -> PoolReport {
        let most = options.endpoints.max() ?? 1
        let worker = try ServerProcess.worker(
            options.worker,
            ["--ranker", "null"],
            endpoints: [String](repeating: "tcp://127.0.0.1:*", count: most)
        )
        let ids = (0..<options.candidates).map { UInt64($0) }
        var pools: [RankPool] = []
        for count in options.endpoints {
            let list = worker.endpoints.prefix(count).joined(separator: ",")
            let pool = try RankPool.start(list, configuration: .init(deadline: .seconds(10)))
            for report in await pool.info() { _ = try report.result.get() }
            _ = try await Self.alone(pool, ids, calls: 300)
            pools.append(pool)
        }
        var report = PoolReport(options: options, turns: pools.map { _ in [] })
        for round in 0..<options.rounds {
            // The order turns, so that no pool always follows the same one.
            for offset in pools.indices {
                let index = (round + offset) % pools.count
                report.turns[index].append(try await turn(pools[index], ids))
            }
        }
        for pool in pools { await pool.shutdown() }
        return report
    }

    private func turn(_ pool: RankPool, _ ids: [UInt64]) async throws -> Turn {
        let calls = options.requests
        let start = Self.processorTime
        let alone = Samples(try await Self.alone(pool, ids, calls: calls))
        let middle = Self.processorTime
        let clock = ContinuousClock()
        let time = try await clock.measure { try await Self.crowd(pool, ids, calls: calls) }
        let end = Self.processorTime
        return Turn(
            alone: alone,
            aloneProcessor: (middle - start) / Double(calls),
            rate: Double(calls) / (time / .seconds(1)),
            crowdProcessor: (end - middle) / Double(calls)
        )
    }

    /// Makes calls one after another, and returns the time of each, in nanoseconds.
    @concurrent
    static func alone(_ pool: RankPool, _ ids: [UInt64], calls: Int) async throws -> [UInt64] {
        var times: [UInt64] = []
        times.reserveCapacity(calls)
        for user in 0..<calls {
            let start = ContinuousClock.now
            _ = try await pool.scores(of: ids, for: UInt64(user))
            times.append(UInt64((ContinuousClock.now - start) / .nanoseconds(1)))
        }
        return times
    }

    @concurrent
    private static func crowd(_ pool: RankPool, _ ids: [UInt64], calls: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<outstanding {
                group.addTask {
                    for user in stride(from: caller, to: calls, by: outstanding) {
                        _ = try await pool.scores(of: ids, for: UInt64(user))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Microseconds that this process has used, over all of its threads.
    private static var processorTime: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }
}
