/// The number of parts that a list is split into, if that is faster by the workers' replies so far.
package enum FanOut {
    /// The share of a round trip that each further part costs: the client writes, reads and merges parts one after
    /// another.
    private static let serialShare = 0.5
    /// The largest share of the time of an unsplit list: a split takes capacity from other calls, so it must save a
    /// fifth.
    private static let worthwhile = 0.8

    /// The estimates of one worker.
    package struct Worker: Sendable {
        /// The time that a request would wait at the worker (µs).
        package var wait: Double
        package var cost: ReplyCostModel

        package init(wait: Double, cost: ReplyCostModel) {
            self.wait = wait
            self.cost = cost
        }
    }

    /// Compares the ends of every split into equal parts.
    ///
    /// - Parameters:
    ///   - candidates: the length of the list.
    ///   - workers: the workers that may be used.
    /// - Returns: the number of equal parts with the earliest end of the whole list.
    /// - Complexity: O(workers²) for lists that take longer than a round trip, O(workers) for others.
    package static func parts(candidates: Int, workers: [Worker]) -> Int {
        guard workers.count > 1, candidates > 1 else { return 1 }
        guard workers.contains(where: { isLong(candidates, $0.cost) }) else { return 1 }
        // The workers by the time at which each would have scored the whole list.
        let sorted = workers.map { (end: end($0, candidates), worker: $0) }.sorted { $0.end < $1.end }
        var best = (parts: 1, end: sorted[0].end * worthwhile)
        for parts in 2...min(workers.count, candidates) {
            let share = (candidates + parts - 1) / parts
            let used = sorted.prefix(parts)
            let last = used.reduce(0) { max($0, end($1.worker, share)) }
            let serial = used.reduce(0) { max($0, $1.worker.cost.roundTrip) } * serialShare * Double(parts - 1)
            if last + serial < best.end { best = (parts, last + serial) }
        }
        return best.parts
    }

    /// Whether a list takes longer to score than a round trip.
    static func isLong(_ candidates: Int, _ cost: ReplyCostModel) -> Bool { cost.compute(candidates) > cost.roundTrip }

    private static func end(_ worker: Worker, _ candidates: Int) -> Double {
        worker.wait + worker.cost.compute(candidates) + worker.cost.roundTrip
    }
}
