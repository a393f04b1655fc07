/// The record of a worker's failures: whether it is set aside, and its share of the work afterwards.
///
/// Five failures in a row set the worker aside for 30 s, 60 s the second time, and so on; each 30 s without failures
/// take one time off. The share of a worker that is new or back grows to the whole over 10 s. Source: Envoy's outlier
/// detection and slow start.
package struct WorkerHealthRecord: Hashable, Sendable {
    private static let failuresInARow = 5
    private static let pause: Int64 = 30_000_000
    private static let slowStart: Int64 = 10_000_000
    private static let leastShare = 0.1

    private var failures = 0
    private var times: Int64 = 0
    /// The end of the current or last ejection (µs).
    package private(set) var ejectedUntil: Int64 = .min
    /// The time from which the worker has been usable without a break (µs).
    private var usableSince: Int64 = 0

    package init() {}

    /// Whether the worker is set aside.
    package func isEjected(now: Int64) -> Bool { now < ejectedUntil }

    /// Notes that the worker is connected and has answered INFO.
    ///
    /// That is no answer to a request: a worker that is lost with each request is set aside too.
    package mutating func becameReady(now: Int64) {
        usableSince = max(now, ejectedUntil)
    }

    /// Notes an answer, a refusal of a wrong request included.
    package mutating func answered() {
        failures = 0
    }

    /// Notes a failure; returns whether the worker should be set aside now.
    package mutating func failed(now: Int64) -> Bool {
        failures += 1
        return failures >= Self.failuresInARow && !isEjected(now: now)
    }

    /// Sets the worker aside; returns the duration (µs).
    package mutating func eject(now: Int64) -> Int64 {
        if times > 0 { times = max(0, times - (now - ejectedUntil) / Self.pause) }
        times += 1
        failures = 0
        ejectedUntil = now + times * Self.pause
        usableSince = ejectedUntil
        return times * Self.pause
    }

    /// The worker's share of its fair part of the work, 0.1...1.
    package func share(now: Int64) -> Double {
        min(1, max(Self.leastShare, Double(now - usableSince) / Double(Self.slowStart)))
    }
}
