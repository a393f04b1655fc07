import RankPool

/// What a worker counted over some time.
struct WorkerTotals: Sendable, Equatable {
    /// Microseconds.
    var time: UInt64
    var requests: UInt64
    var errors: UInt64
    var candidates: UInt64
    /// Microseconds between arrival and scoring, over all requests.
    var queue: UInt64
    /// Microseconds of scoring, over all requests.
    var compute: UInt64

    init(_ statistics: WorkerStatistics) {
        time = statistics["uptime_us"] ?? 0
        requests = statistics["requests"] ?? 0
        errors = statistics["errors"] ?? 0
        candidates = statistics["candidates"] ?? 0
        queue = statistics["queue_us"] ?? 0
        compute = statistics["compute_us"] ?? 0
    }

    /// What was counted since another time; all of it if the worker has started anew since.
    func since(_ before: WorkerTotals?) -> WorkerTotals {
        guard let before, before.time <= time, before.requests <= requests else { return self }
        var rest = self
        rest.time &-= before.time
        rest.requests &-= before.requests
        rest.errors &-= before.errors
        rest.candidates &-= before.candidates
        rest.queue &-= before.queue
        rest.compute &-= before.compute
        return rest
    }

    /// A count per second.
    func rate(_ count: UInt64) -> Double { time == 0 ? 0 : Double(count) * 1e6 / Double(time) }

    /// A sum per request.
    func average(_ sum: UInt64) -> Double { requests == 0 ? 0 : Double(sum) / Double(requests) }
}
