import Foundation

/// What `rank-bench pool` found: medians over the rounds.
struct PoolReport {
    let options: PoolBenchmarkOptions
    /// The turns of each pool.
    var turns: [[PoolBenchmark.Turn]]

    private func median(_ pool: Int, _ value: (PoolBenchmark.Turn) -> Double) -> Double {
        middle(of: turns[pool].map(value))
    }

    var text: String {
        var lines = [
            "\(Machine.name); \(Machine.date)",
            "\(options.candidates) candidates, null ranker; \(options.rounds) rounds of \(options.requests) calls one "
                + "after another, and as many with \(PoolBenchmark.outstanding) outstanding",
            "",
            "endpoints    p50 us    p99 us  cpu us/call   calls/s  cpu us/call",
        ]
        for (pool, count) in options.endpoints.enumerated() {
            lines.append(
                String(
                    format: "%9d%10.1f%10.1f%13.1f%10.0f%13.1f",
                    count,
                    median(pool) { $0.alone.p50 },
                    median(pool) { $0.alone.p99 },
                    median(pool) { $0.aloneProcessor },
                    median(pool) { $0.rate },
                    median(pool) { $0.crowdProcessor }
                )
            )
        }
        return lines.joined(separator: "\n")
    }

    var json: String {
        get throws {
            let pools = options.endpoints.enumerated().map { pool, count in
                [
                    "endpoints": count,
                    "p50_us": median(pool) { $0.alone.p50 },
                    "p99_us": median(pool) { $0.alone.p99 },
                    "cpu_us_per_call": median(pool) { $0.aloneProcessor },
                    "outstanding_\(PoolBenchmark.outstanding)_calls_per_second": median(pool) { $0.rate },
                    "outstanding_\(PoolBenchmark.outstanding)_cpu_us_per_call": median(pool) { $0.crowdProcessor },
                ] as [String: any Sendable]
            }
            let found: [String: Any] = [
                "candidates": options.candidates,
                "rounds": options.rounds,
                "calls_per_round": options.requests,
                "pools": pools,
            ]
            return try Machine.json(with: found)
        }
    }
}
