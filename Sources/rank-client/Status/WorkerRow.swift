import CommandSupport
import RankCore
import RankPool

/// The state of one worker at one time, and its counts since the time before: a row of the table.
struct WorkerRow: Sendable {
    let endpoint: String
    /// `serving`, `draining`, `not serving` or `unreachable`.
    let state: String
    /// Why it does not answer; empty if it does.
    let reason: String
    let isAnswering: Bool
    private let model: String
    private let plan: String
    private let ping: Duration?
    private let backlogMicroseconds: UInt32
    private let totals: WorkerTotals?
    private let recent: WorkerTotals?

    /// Asks every worker.
    ///
    /// - Parameters:
    ///   - pool: The workers.
    ///   - before: The rows of the time before, which rates and averages count from; empty = from the start.
    /// - Returns: One status per worker, in the order of the endpoints.
    static func ask(_ pool: RankPool, before: [WorkerRow]) async -> [WorkerRow] {
        // INFO waits for the connection, so that the round trip after it is one.
        let infos = await pool.info()
        let pings = await pool.health()
        let stats = await pool.stats()
        let earlier = Dictionary(before.map { ($0.endpoint, $0) }) { $1 }
        // A file or a name may have changed the list between two questions.
        let infoOf = Dictionary(infos.map { ($0.endpoint, $0) }) { first, _ in first }
        let pingOf = Dictionary(pings.map { ($0.endpoint, $0) }) { first, _ in first }
        return stats.compactMap { stats in
            guard let info = infoOf[stats.endpoint], let ping = pingOf[stats.endpoint] else { return nil }
            return WorkerRow(info: info, health: ping, stats: stats, before: earlier[stats.endpoint])
        }
    }

    private init(
        info: WorkerReport<WorkerInfo>,
        health: WorkerReport<WorkerHealth>,
        stats: WorkerReport<WorkerStatistics>,
        before: WorkerRow?
    ) {
        endpoint = stats.endpoint
        let facts = try? info.result.get()
        plan = [facts?["plan"], facts?["kernel"]].compactMap { $0 }.joined(separator: "/")
        model = facts.map { "\($0.model)" } ?? ""
        let counted = try? stats.result.get()
        backlogMicroseconds = counted?.backlogMicroseconds ?? 0
        totals = counted.map(WorkerTotals.init)
        recent = totals.map { $0.since(before?.totals) }
        switch (health.result, stats.result) {
        case (.failure(let error), _), (_, .failure(let error)):
            state = "unreachable"
            reason = error.causes.first?.reason ?? error.message
            isAnswering = false
            ping = nil
        case (.success(let answer), .success(let counts)):
            let isServing = answer.isServing && !counts.isNotServing
            state = counts.isDraining || answer.isDraining ? "draining" : isServing ? "serving" : "not serving"
            reason = ""
            isAnswering = true
            ping = health.roundTrip
        }
    }

    /// A table for people.
    static func table(_ workers: [WorkerRow]) -> String {
        var table = TextTable([
            ("worker", .left), ("state", .left), ("model", .left), ("plan/kernel", .left), ("backlog", .right),
            ("req/s", .right), ("err/s", .right), ("cand/s", .right), ("queue", .right), ("compute", .right),
            ("ping", .right),
        ])
        for worker in workers {
            guard worker.isAnswering, let recent = worker.recent else {
                table.append([worker.endpoint, worker.state])
                continue
            }
            table.append([
                worker.endpoint, worker.state, String(worker.model.prefix(12)), worker.plan,
                microseconds(Double(worker.backlogMicroseconds)), fixed(recent.rate(recent.requests), 1),
                fixed(recent.rate(recent.errors), 1), fixed(recent.rate(recent.candidates), 0),
                microseconds(recent.average(recent.queue)), microseconds(recent.average(recent.compute)),
                worker.ping.map { microseconds($0 / .microseconds(1)) } ?? "",
            ])
        }
        let reasons = workers.filter { !$0.isAnswering }.map { "\($0.endpoint): \($0.reason)\n" }.joined()
        return table.text(for: .output) + broken(reasons, for: .output)
    }

    private static func microseconds(_ value: Double) -> String { "\(fixed(value, 0)) us" }

    /// For machines.
    var json: JSONValue {
        var members = [JSONValue.Member("endpoint", .string(endpoint)), JSONValue.Member("state", .string(state))]
        guard isAnswering, let totals, let recent else {
            return .object(members + [JSONValue.Member("reason", .string(reason))])
        }
        members += [
            JSONValue.Member("model_id", .string(model)),
            JSONValue.Member("plan_kernel", .string(plan)),
            JSONValue.Member("backlog_us", .integer(Int(backlogMicroseconds))),
            JSONValue.Member("ping_us", .number(ping.map { $0 / .microseconds(1) } ?? 0)),
            JSONValue.Member("requests", .unsigned(totals.requests)),
            JSONValue.Member("errors", .unsigned(totals.errors)),
            JSONValue.Member("requests_per_second", .number(recent.rate(recent.requests))),
            JSONValue.Member("errors_per_second", .number(recent.rate(recent.errors))),
            JSONValue.Member("candidates_per_second", .number(recent.rate(recent.candidates))),
            JSONValue.Member("queue_us", .number(recent.average(recent.queue))),
            JSONValue.Member("compute_us", .number(recent.average(recent.compute))),
        ]
        return .object(members)
    }
}
