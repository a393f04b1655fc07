/// The times of one turn, in microseconds.
struct Samples {
    let p50: Double
    let p99: Double

    init(_ nanoseconds: [UInt64]) {
        let sorted = nanoseconds.sorted()
        p50 = Double(sorted[sorted.count / 2]) / 1_000
        p99 = Double(sorted[min(sorted.count - 1, sorted.count * 99 / 100)]) / 1_000
    }
}

/// A turn with several requests outstanding.
struct Throughput {
    /// Requests per second.
    let rate: Double
    /// Processor time of the server for each request, in microseconds.
    let processorTime: Double

    init(_ server: ServerProcess, requests: Int, run: () throws -> UInt64) rethrows {
        let before = server.processorTime
        let elapsed = try run()
        rate = Double(requests) * 1e9 / Double(max(elapsed, 1))
        processorTime = Double(server.processorTime &- before) / 1_000 / Double(requests)
    }
}

/// The middle of some figures: a machine that is shared disturbs some rounds, rarely most.
func middle(of values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    let half = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
