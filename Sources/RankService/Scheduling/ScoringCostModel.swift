package import RankEngine

/// The cost of requests, learned from measured work: a part for each request and a part for each candidate.
///
/// Each step of work that was measured corrects the estimate a little (normalised least mean squares): most of the
/// correction goes to the part that made up most of the step. A step that took far longer than expected counts as
/// twice as long, since a thread that lost its core for a while says nothing about the cost. Pure.
package struct ScoringCostModel {
    /// The work between two looks at the sockets and the clock (200 µs), in nanoseconds.
    package static let slice: UInt64 = 200_000

    /// The nanoseconds of a request beside its candidates: receipt, checks, reply.
    package private(set) var perRequest: Double

    /// The nanoseconds of a candidate.
    package private(set) var perCandidate: Double

    /// The fewest candidates of a slice.
    private let shortestSlice: Int

    /// Makes a model that has learned nothing, by default with the costs of a slow machine.
    package init(perRequest: Double = 5_000, perCandidate: Double = 500, shortestSlice: Int = 16) {
        self.perRequest = perRequest
        self.perCandidate = perCandidate
        self.shortestSlice = shortestSlice
    }

    /// Makes a model that starts from a ranker's hints, where there are any.
    package init(hint: ScoringCost) {
        self.init(shortestSlice: min(max(hint.sliceLength, 16), Self.longestSlice))
        perRequest = min(perRequest + max(hint.perRequest, 0), 1e9)
        if hint.perCandidate > 0 { perCandidate = min(max(hint.perCandidate, 0.05), 1e9) }
    }

    /// The estimated cost of candidates and requests, in nanoseconds.
    package func cost(candidates: Int, requests: Double = 1) -> UInt64 {
        UInt64(min(perRequest * requests + perCandidate * Double(candidates), 1e15))
    }

    /// The most candidates of a slice.
    static let longestSlice = 16_384

    /// The number of candidates that fit a slice, from 16, or what the ranker scores at once, to 16,384.
    package var sliceLength: Int {
        let length = Int(min(max(Double(Self.slice) / perCandidate, Double(shortestSlice)), Double(Self.longestSlice)))
        // Whole words of rows, where the ranker scores many at once.
        return shortestSlice > 16 ? length / shortestSlice * shortestSlice : length
    }

    /// Learns from a step of work.
    ///
    /// - Parameters:
    ///   - candidates: How many candidates the step scored.
    ///   - requests: The step's share of a request: a half for the start, a half for the end.
    ///   - nanoseconds: How long the step took, in nanoseconds.
    package mutating func learn(candidates: Int, requests: Double, nanoseconds: UInt64) {
        // 64 candidates weigh as much as a request.
        let weight = Double(candidates) / 64
        let square = requests * requests + weight * weight
        guard square > 0 else { return }
        let expected = perRequest * requests + perCandidate * Double(candidates)
        let error = min(Double(nanoseconds), 2 * expected) - expected
        let step = error / square / 8
        perRequest = min(max(perRequest + step * requests, 100), 1e9)
        perCandidate = min(max(perCandidate + step * weight / 64, 0.05), 1e9)
    }
}
