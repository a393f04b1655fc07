/// The phases in which a worker leaves: pure, with the time as an argument.
///
/// First the worker serves on for a grace period and says DRAINING, so that clients and balancers can look for another
/// one. Then it refuses new requests and finishes those that it has. While refusing, the worker receives for a second
/// at most, since clients may never stop, and it ends at a fixed time.
package struct Drain: Sendable {
    /// The phase of a worker.
    package enum Phase: Int, Comparable, Sendable {
        /// The worker serves.
        case serving
        /// The worker serves and says DRAINING.
        case grace
        /// The worker refuses new requests.
        case refusing
        /// The worker receives nothing more, and finishes the requests that it has.
        case closed
        /// The worker ends, with or without requests left.
        case over

        package static func < (left: Phase, right: Phase) -> Bool { left.rawValue < right.rawValue }
    }

    /// The time for which new requests are refused (ns).
    package static let refusalTime: UInt64 = 1_000_000_000

    private let grace: UInt64
    private let maximum: UInt64
    private var start: UInt64?

    /// A worker that serves.
    ///
    /// - Parameters:
    ///   - grace: How long the worker serves on, in nanoseconds.
    ///   - maximum: When the worker ends, after the beginning of the drain, in nanoseconds.
    package init(grace: UInt64, maximum: UInt64) {
        self.grace = grace
        self.maximum = maximum
    }

    /// Begins the drain; only the first call counts.
    package mutating func begin(at now: UInt64) {
        if start == nil { start = now }
    }

    /// When the worker begins to refuse new requests, in nanoseconds; nil before the drain.
    package var refusal: UInt64? { start.map { $0 &+ min(grace, maximum) } }

    /// The phase at a time.
    package func phase(at now: UInt64) -> Phase {
        guard let start, let refusal else { return .serving }
        if now >= start &+ maximum { return .over }
        if now < refusal { return .grace }
        return now < refusal &+ Self.refusalTime ? .refusing : .closed
    }
}
