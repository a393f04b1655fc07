import RankCore
import RankPool

/// The counts of a worker over some time.
struct WorkerTotals: Sendable, Equatable {
    /// The time, in microseconds.
    private(set) var time: UInt64
    private var counts: [WorkerCounter: UInt64]

    init(_ statistics: WorkerStatistics) {
        time = statistics["uptime_us"] ?? 0
        counts = Dictionary(uniqueKeysWithValues: WorkerCounter.allCases.map { ($0, statistics[$0.rawValue] ?? 0) })
    }

    /// The value of a counter.
    subscript(counter: WorkerCounter) -> UInt64 { counts[counter] ?? 0 }

    var requests: UInt64 { self[.requests] }
    var errors: UInt64 { self[.errors] }
    var candidates: UInt64 { self[.candidates] }
    /// The sum of the times between arrival and scoring, over all requests, in microseconds.
    var queue: UInt64 { self[.queueMicroseconds] }
    /// The sum of the times of scoring, over all requests, in microseconds.
    var compute: UInt64 { self[.computeMicroseconds] }

    /// The counts since an earlier time; all of them if the worker has restarted since.
    func since(_ before: WorkerTotals?) -> WorkerTotals {
        guard let before, before.time <= time, before.requests <= requests else { return self }
        var rest = self
        rest.time &-= before.time
        for counter in WorkerCounter.allCases { rest.counts[counter] = self[counter] &- before[counter] }
        return rest
    }

    /// A count per second.
    func rate(_ count: UInt64) -> Double { time == 0 ? 0 : Double(count) * 1e6 / Double(time) }

    /// A sum per request.
    func average(_ sum: UInt64) -> Double { requests == 0 ? 0 : Double(sum) / Double(requests) }
}
