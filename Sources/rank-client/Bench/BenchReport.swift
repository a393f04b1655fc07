import CommandSupport
import RankCore
import RankLoad
import RankPool

/// The results of a benchmark.
struct BenchReport: Sendable {
    let pattern: BenchPattern
    let candidates: Int
    let requestBytes: Int
    let deadline: Duration
    let result: BenchResult
    var sweep: SweepResult?

    /// The percentiles that are printed.
    static let shares: [(name: String, share: Double)] = [
        ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("p99.99", 0.9999), ("max", 1),
    ]

    /// For people.
    var text: String {
        let load = result.workers
        var text = "\(title); \(counted(candidates, "candidate")), \(counted(requestBytes, "byte")) a request\n\n"
        var columns: [(name: String, alignment: TextTable.Alignment)] = [("us", .left)]
        columns += Self.shares.map { ($0.name, .right) }
        var table = TextTable(columns)
        table.append(["workers"] + Self.percentiles(load.latencies))
        if let floor = result.floor {
            table.append(["floor"] + Self.percentiles(floor.latencies))
            table.append(
                ["workers/floor"]
                    + Self.shares.map { share in
                        let bottom = Double(floor.latencies.value(at: share.share))
                        return bottom == 0 ? "" : fixed(Double(load.latencies.value(at: share.share)) / bottom, 2)
                    }
            )
        }
        if case .open = pattern { table.append(["late"] + Self.percentiles(load.lateness)) }
        text += table.text(for: .output) + "\n"
        text += "goodput \(fixed(load.goodput, 0))/s: \(grouped(load.inTime)) of \(grouped(load.offered)) requests "
        text += "within \(deadline), \(fixed(load.goodput * Double(candidates) / 1e6, 2)) M candidates/s\n"
        if load.answered > load.inTime { text += "late: \(grouped(load.answered - load.inTime))\n" }
        if load.partial > 0 { text += "partial: \(grouped(load.partial))\n" }
        for (reason, count) in load.errors.sorted(by: { $0.key < $1.key }) {
            text += "\(reason): \(grouped(count))" + (load.examples[reason].map { ", such as: \($0)" } ?? "") + "\n"
        }
        text += poolText
        text += "CPU-seconds per million candidates: workers "
        text += "\(result.workerSecondsPerMillion.map { fixed($0, 3) } ?? "not told"), this client "
        text += "\(clientSecondsPerMillion.map { fixed($0, 3) } ?? "unknown")\n"
        return text + (sweep.map { "\n" + Self.text($0) } ?? "")
    }

    /// The figures of a load through the pool beside its latencies.
    private var poolText: String {
        let load = result.workers
        var text = ""
        if let overrun = load.overrun {
            text += "longest call: \(fixed(Double(overrun) / 1e6, 1)) ms beyond its deadline"
            if load.failureTimes.count > 0 {
                text += "; failures: p50 \(fixed(Double(load.failureTimes.value(at: 0.5)) / 1e6, 1)) ms, "
                text += "longest \(fixed(Double(load.failureTimes.maximum) / 1e6, 1)) ms"
            }
            text += "\n"
        }
        if let pool = result.pool {
            text +=
                "pool: \(counted(Int(clamping: pool.requests), "request")), \(grouped(Int(clamping: pool.retries))) "
            text += "sent again, \(counted(Int(clamping: pool.hedges), "hedge")), "
            text += "\(counted(Int(clamping: pool.silences), "silence")), "
            text += "\(counted(Int(clamping: pool.ejections), "ejection")), "
            text += "\(counted(Int(clamping: pool.lostConnections), "lost connection"))\n"
        }
        if let check = result.check {
            text += "check: \(counted(check.compared, "answer")) of \(counted(check.models.count, "model")) compared, "
            text += "\(grouped(check.differing)) \(check.differing == 1 ? "differs" : "differ")\n"
        }
        return text
    }

    /// The load that was made.
    var title: String {
        switch pattern {
        case .open(let rate, let spacing): "open loop, \(fixed(rate, 1)) requests/s, \(spacing.rawValue)"
        case .closed(let outstanding): "closed loop, \(outstanding) outstanding"
        }
    }

    private var clientSecondsPerMillion: Double? {
        let count = Double(result.workers.answered) * Double(candidates)
        return count > 0 ? result.workers.clientSeconds / count * 1e6 : nil
    }

    private static func percentiles(_ histogram: LatencyHistogram) -> [String] {
        shares.map { fixed(Double(histogram.value(at: $0.share)) / 1_000, 1) }
    }

    private static func text(_ sweep: SweepResult) -> String {
        var table = TextTable([
            ("x capacity", .right), ("offered/s", .right), ("goodput/s", .right), ("p50 us", .right),
            ("p99 us", .right), ("errors", .right),
        ])
        for point in sweep.points {
            let latencies = point.result.latencies
            table.append([
                fixed(point.factor, 2), fixed(point.rate, 0), fixed(point.result.goodput, 0),
                fixed(Double(latencies.value(at: 0.5)) / 1_000, 1),
                fixed(Double(latencies.value(at: 0.99)) / 1_000, 1), grouped(point.result.failed),
            ])
        }
        return "capacity \(fixed(sweep.capacity, 0))/s\n" + table.text(for: .output)
    }
}

extension BenchReport {
    /// For machines: latencies in microseconds.
    var json: JSONValue {
        var members = [
            JSONValue.Member("load", .string(title)),
            JSONValue.Member("candidates", .integer(candidates)),
            JSONValue.Member("request_bytes", .integer(requestBytes)),
            JSONValue.Member("deadline_us", .number(deadline / .microseconds(1))),
            JSONValue.Member("workers", Self.json(result.workers)),
            JSONValue.Member("floor", result.floor.map(Self.json) ?? .null),
            JSONValue.Member("pool", result.pool.map(Self.json) ?? .null),
            JSONValue.Member("check", result.check.map(Self.json) ?? .null),
            JSONValue.Member(
                "worker_cpu_seconds_per_million_candidates",
                result.workerSecondsPerMillion.map { .number($0) } ?? .null
            ),
            JSONValue.Member(
                "client_cpu_seconds_per_million_candidates",
                clientSecondsPerMillion.map { .number($0) } ?? .null
            ),
        ]
        if let sweep {
            let points = sweep.points.map { point in
                JSONValue.object([
                    JSONValue.Member("capacity_factor", .number(point.factor)),
                    JSONValue.Member("rate", .number(point.rate)),
                    JSONValue.Member("result", Self.json(point.result)),
                ])
            }
            members.append(
                JSONValue.Member("sweep", ["capacity": .number(sweep.capacity), "points": .array(points)])
            )
        }
        return .object(members)
    }

    private static func json(_ load: LoadResult) -> JSONValue {
        [
            "seconds": .number(load.seconds), "offered": .integer(load.offered), "answered": .integer(load.answered),
            "in_time": .integer(load.inTime), "partial": .integer(load.partial), "goodput": .number(load.goodput),
            "latency_us": json(load.latencies), "lateness_us": json(load.lateness),
            "errors": .object(
                load.errors.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .integer($0.value)) }
            ),
            "failed": .integer(load.failed),
            "examples": .object(
                load.examples.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .string($0.value)) }
            ),
            "failure_us": json(load.failureTimes),
            "overrun_us": load.overrun.map { .number(Double($0) / 1_000) } ?? .null,
        ]
    }

    private static func json(_ pool: PoolCounters) -> JSONValue {
        [
            "requests": .unsigned(pool.requests), "retries": .unsigned(pool.retries), "hedges": .unsigned(pool.hedges),
            "silences": .unsigned(pool.silences), "ejections": .unsigned(pool.ejections),
            "lost_connections": .unsigned(pool.lostConnections),
        ]
    }

    private static func json(_ check: AnswerCheck.Counts) -> JSONValue {
        [
            "compared": .integer(check.compared), "differing": .integer(check.differing),
            "models": .array(check.models.map { "\($0)" }.sorted().map { .string($0) }),
        ]
    }

    private static func json(_ histogram: LatencyHistogram) -> JSONValue {
        let percentiles = shares.map { share in
            JSONValue.Member(share.name, .number(Double(histogram.value(at: share.share)) / 1_000))
        }
        return .object([JSONValue.Member("mean", .number(histogram.mean / 1_000))] + percentiles)
    }
}
