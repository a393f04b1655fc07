/// What one worker's requests cost, learned from its replies.
///
/// Compute time is taken as `a + b · candidates`, fitted by least squares with old replies forgotten; the round trip
/// is what is left of a request's time without its waiting and its scoring.
package struct ReplyCostModel: Sendable {
    /// What a reply's weight is worth once another one has come.
    private static let memory = 0.95
    private var weight = 0.0
    private var candidates = 0.0
    private var time = 0.0
    private var squares = 0.0
    private var products = 0.0
    /// The µs on the way, both directions, with what the client and the worker do beside scoring.
    package private(set) var roundTrip = 100.0

    package init() {}

    /// Whether a reply has been seen.
    package var hasLearned: Bool { weight > 0 }

    /// Takes a reply in.
    ///
    /// - Parameters:
    ///   - count: the candidates scored.
    ///   - compute: the µs that the worker scored for.
    ///   - queue: the µs that the request waited at the worker.
    ///   - latency: the µs from the sending to the reply.
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

    /// The µs that scoring so many candidates takes.
    ///
    /// Before the first reply a guess that is the same for every worker.
    package func compute(_ count: Int) -> Double {
        let (a, b) = line
        return max(1, a + b * Double(count))
    }

    /// The µs of each request beside its candidates, and the µs per candidate.
    package var line: (perRequest: Double, perCandidate: Double) {
        guard weight > 0 else { return (20, 0.2) }
        let meanCount = candidates / weight
        let meanTime = time / weight
        let variance = squares / weight - meanCount * meanCount
        // Requests of one size say nothing about the slope: all of their time is taken as the candidates'.
        guard variance > 0.01 * meanCount * meanCount else {
            return meanCount > 0 ? (0, meanTime / meanCount) : (meanTime, 0)
        }
        let slope = max(0, (products / weight - meanCount * meanTime) / variance)
        let start = meanTime - slope * meanCount
        return start >= 0 ? (start, slope) : (0, meanTime / meanCount)
    }
}
