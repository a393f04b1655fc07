import RankCore
import RankSystem

/// The times at which requests are sent: fixed by rate and seed alone, whatever the servers do.
public struct ArrivalSchedule: Sendable {
    /// The distribution of the gaps.
    public enum Spacing: String, Sendable, Hashable, CaseIterable {
        /// Independent arrivals, as from many users: exponential gaps.
        case poisson
        /// Equal gaps.
        case constant
    }

    /// The time of the next request, in nanoseconds since the start.
    public private(set) var next: UInt64 = 0
    private let spacing: Spacing
    private let gap: Double
    private var random: SplitMix64
    private var time = 0.0

    /// A schedule.
    ///
    /// - Parameters:
    ///   - rate: Requests per second; more than 0.
    ///   - spacing: How they lie.
    ///   - seed: What the gaps are drawn from.
    public init(rate: Double, spacing: Spacing, seed: UInt64) {
        self.spacing = spacing
        gap = 1e9 / max(rate, 1e-6)
        random = SplitMix64(seed: seed)
        advance()
    }

    /// Goes on to the request after the next.
    public mutating func advance() {
        switch spacing {
        case .constant: time += gap
        case .poisson: time -= Mathematics.log(1 - Double.random(in: 0..<1, using: &random)) * gap
        }
        next = UInt64(min(time, 9e18))
    }
}
