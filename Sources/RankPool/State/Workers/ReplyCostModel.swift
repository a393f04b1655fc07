/// The cost of one worker's requests, learned from its replies.
///
/// Compute time is modelled as `a + b · candidates`, fitted by least squares with old replies forgotten; the round trip
/// is the rest of a request's time without its waiting and its scoring.
package struct ReplyCostModel: Sendable {
    /// The factor by which each reply reduces the weight of those before.
    private static let memory = 0.95
    private var weight = 0.0
    private var candidates = 0.0
    private var time = 0.0
    private var squares = 0.0
    private var products = 0.0
    /// The time on the way, both directions, with the work of client and worker beside scoring (µs).
    package private(set) var roundTrip = 100.0

    package init() {}

    /// Whether a reply has been seen.
    package var hasLearned: Bool { weight > 0 }

    /// Learns from a reply.
    ///
    /// - Parameters:
    ///   - count: the candidates scored.
    ///   - compute: the time that the worker scored for (µs).
    ///   - queue: the time that the request waited at the worker (µs).
    ///   - latency: the time from the sending to the reply (µs).
    package mutating func learn(candidates count: Int, compute: Double, queue: Double, latency: Double) {
        let onTheWay = max(0, latency - compute - queue)
        roundTrip = hasLearned ? 0.9 * roundTrip + 0.1 * onTheWay : onTheWay
        let x = Double(count)
        weight = Self.memory * weight + 1
        candidates = Self.memory * candidates + x
        time = Self.memory * time + compute
        squares = Self.memory * squares + x * x
        products = Self.memory * products + x * compute
    }

    /// The time for scoring a number of candidates (µs).
    ///
    /// Before the first reply, a guess that is the same for every worker.
    package func compute(_ count: Int) -> Double {
        let (a, b) = line
        return max(1, a + b * Double(count))
    }

    /// The time of each request beside its candidates, and the time of each candidate (µs).
    package var line: (perRequest: Double, perCandidate: Double) {
        guard weight > 0 else { return (20, 0.2) }
        let meanCount = candidates / weight
        let meanTime = time / weight
        let variance = squares / weight - meanCount * meanCount
        // Requests of one size say nothing about the slope: all of their time is counted as the candidates'.
        guard variance > 0.01 * meanCount * meanCount else {
            return meanCount > 0 ? (0, meanTime / meanCount) : (meanTime, 0)
        }
        let slope = max(0, (products / weight - meanCount * meanTime) / variance)
        let start = meanTime - slope * meanCount
        return start >= 0 ? (start, slope) : (0, meanTime / meanCount)
    }
}
