/// Whether a worker is set aside because it fails, and how fast it comes back.
///
/// Five failures in a row set it aside for 30 s, 60 s the second time, and so on; each 30 s without failures take one
/// time off. A worker that is new, or back, gets its share of the work step by step over 10 s.
/// Source: Envoy's outlier detection and slow start.
package struct WorkerHealthRecord: Hashable, Sendable {
    private static let failuresInARow = 5
    private static let pause: Int64 = 30_000_000
    private static let slowStart: Int64 = 10_000_000
    private static let leastShare = 0.1

    private var failures = 0
    private var times: Int64 = 0
    /// When it may be used again, or was allowed to be.
    package private(set) var ejectedUntil: Int64 = .min
    /// Since when it has been usable without a break.
    private var usableSince: Int64 = 0

    package init() {}

    /// Whether it is set aside.
    package func isEjected(now: Int64) -> Bool { now < ejectedUntil }

    /// The connection stands and the worker has said what it is, which is no answer to a request: who is lost with each of
    /// them is set aside, too.
    package mutating func becameReady(now: Int64) {
        usableSince = max(now, ejectedUntil)
    }

    /// The worker answered, if only that the request is wrong.
    package mutating func answered() {
        failures = 0
    }

    /// The worker failed; returns whether it should be set aside now.
    package mutating func failed(now: Int64) -> Bool {
        failures += 1
        return failures >= Self.failuresInARow && !isEjected(now: now)
    }

    /// Sets it aside; returns for how many µs.
    package mutating func eject(now: Int64) -> Int64 {
        if times > 0 { times = max(0, times - (now - ejectedUntil) / Self.pause) }
        times += 1
        failures = 0
        ejectedUntil = now + times * Self.pause
        usableSince = ejectedUntil
        return times * Self.pause
    }

    /// The share of its fair part of the work that it gets, 0.1...1.
    package func share(now: Int64) -> Double {
        min(1, max(Self.leastShare, Double(now - usableSince) / Double(Self.slowStart)))
    }
}
