/// Into how many parts a list is split: where that is faster by what the workers' replies have taught.
package enum FanOut {
    /// The client writes, reads and merges parts one after another: each costs this share of a round trip more.
    private static let serialShare = 0.5
    /// A split takes capacity from other calls, so it has to save a fifth.
    private static let worthwhile = 0.8

    /// What is known of a worker.
    package struct Worker: Sendable {
        /// The µs that a request would wait there.
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
    ///   - candidates: the list's length.
    ///   - workers: those that may be used.
    /// - Returns: the number of equal parts after which the whole list is there first.
    /// - Complexity: O(workers²) for lists that take longer than a round trip, O(workers) for others.
    package static func parts(candidates: Int, workers: [Worker]) -> Int {
        guard workers.count > 1, candidates > 1 else { return 1 }
        guard workers.contains(where: { isLong(candidates, $0.cost) }) else { return 1 }
        // The workers in the order in which the whole list would be done.
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
