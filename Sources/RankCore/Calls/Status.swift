/// A status code: gRPC's integers and names, one meaning each.
///
/// ``advice`` says who has to act.
public struct Status: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number on the wire.
    public let rawValue: UInt16

    /// Wraps a number; numbers without a name here may belong to a newer peer.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// Every reply but ERROR.
    public static let ok = Status(rawValue: 0)
    /// A CANCEL took the request back.
    public static let cancelled = Status(rawValue: 1)
    /// No worker of version 1 sends it.
    public static let unknown = Status(rawValue: 2)
    /// A malformed frame, a limit, a wrong id kind or feature count: fix the request.
    public static let invalidArgument = Status(rawValue: 3)
    /// The time was over before the answer.
    public static let deadlineExceeded = Status(rawValue: 4)
    /// An unknown id under the policy *fail*: fix the request.
    public static let notFound = Status(rawValue: 5)
    /// The worker is overloaded: retry elsewhere, after the time it names.
    public static let resourceExhausted = Status(rawValue: 8)
    /// The worker holds another model or profile than the one demanded: another worker.
    public static let failedPrecondition = Status(rawValue: 9)
    /// The parts of one list came from different models; no worker of version 1 sends it, clients report it.
    public static let aborted = Status(rawValue: 10)
    /// A version, a kind or an extension the worker does not know: fix the client.
    public static let unimplemented = Status(rawValue: 12)
    /// The ranker failed, or produced a score that is not finite: report it.
    public static let `internal` = Status(rawValue: 13)
    /// Not ready, draining, or gone: another worker.
    public static let unavailable = Status(rawValue: 14)
    /// A key was refused; clients report it, workers of version 1 never send it.
    public static let unauthenticated = Status(rawValue: 16)

    /// gRPC's name in capitals, or `STATUS_n` for a number that has none.
    public var description: String {
        let names = [
            "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
            "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE",
            "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
        ]
        return rawValue < names.count ? names[Int(rawValue)] : "STATUS_\(rawValue)"
    }

    /// The action that a status asks of the caller.
    public enum Advice: Sendable {
        /// Nothing: the request succeeded, was taken back, or its time is over.
        case nothing
        /// The same request fails everywhere.
        case fixRequest
        /// Another worker may answer the same request now.
        case tryAnotherWorker
        /// Another worker may answer the same request once the time named in the error has passed.
        case tryLater
        /// The client's version or keys are wrong, not the request.
        case fixClient
        /// Something is broken on the worker.
        case report
    }

    /// The action that this status asks of the caller; an unnamed number is to be reported.
    public var advice: Advice {
        switch self {
        case .ok, .cancelled, .deadlineExceeded: .nothing
        case .invalidArgument, .notFound: .fixRequest
        case .failedPrecondition, .unavailable: .tryAnotherWorker
        case .resourceExhausted, .aborted: .tryLater
        case .unimplemented, .unauthenticated: .fixClient
        default: .report
        }
    }

    /// Whether the same request may succeed on another worker, now or later.
    public var isRetryable: Bool {
        switch advice {
        case .tryAnotherWorker, .tryLater: true
        case .nothing, .fixRequest, .fixClient, .report: false
        }
    }
}
