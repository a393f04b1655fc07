/// How a worker leaves: pure, with the time as an argument.
///
/// First it serves on for a grace, saying that it leaves, so that clients and balancers can look for another worker. Then it
/// refuses new requests and finishes those that it has. It listens for a second at most while it refuses, since clients
/// may never stop, and it is over at a time that nothing can shift.
package struct Drain: Sendable {
    /// What a worker does.
    package enum Phase: Int, Comparable, Sendable {
        /// It serves.
        case serving
        /// It serves and says that it leaves.
        case grace
        /// It refuses new requests.
        case refusing
        /// It hears nothing more, and finishes what it has.
        case closed
        /// It ends, whatever it has.
        case over

        package static func < (left: Phase, right: Phase) -> Bool { left.rawValue < right.rawValue }
    }

    /// For how long new requests are refused, in nanoseconds.
    package static let refusalTime: UInt64 = 1_000_000_000

    private let grace: UInt64
    private let maximum: UInt64
    private var start: UInt64?

    /// A worker that serves.
    ///
    /// - Parameters:
    ///   - grace: How long it serves on, in nanoseconds.
    ///   - maximum: When it is over, in nanoseconds after the beginning.
    package init(grace: UInt64, maximum: UInt64) {
        self.grace = grace
        self.maximum = maximum
    }

    /// It is to leave; only the first call counts.
    package mutating func begin(at now: UInt64) {
        if start == nil { start = now }
    }

    /// When it refuses new requests, in nanoseconds; nil while it serves.
    package var refusal: UInt64? { start.map { $0 &+ min(grace, maximum) } }

    /// What it does at a time.
    package func phase(at now: UInt64) -> Phase {
        guard let start, let refusal else { return .serving }
        if now >= start &+ maximum { return .over }
        if now < refusal { return .grace }
        return now < refusal &+ Self.refusalTime ? .refusing : .closed
    }
}
