/// The urgency of a request.
public enum RequestClass: UInt8, Hashable, Sendable, CaseIterable {
    /// A caller waits for the answer.
    case interactive = 0
    /// Throughput counts, latency does not.
    case bulk = 1
}
