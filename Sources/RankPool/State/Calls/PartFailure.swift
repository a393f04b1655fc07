package import RankProtocol

/// Why one sending of a part brought no answer.
package struct PartFailure: Hashable, Sendable {
    package var status: Status
    package var message: String
    package var endpoint: String
    /// The connection was lost, or the worker sent nonsense: another worker may do better.
    package var isTransport: Bool
    package var queryIndex: UInt32?
    package var candidateIndex: UInt32?
    package var retryAfterMicroseconds: UInt32 = 0
    /// Whether it counts against retries: not where a worker that leaves turned the request away before anything was
    /// scored, and not for each of the requests that one lost connection took along.
    package var isCharged = true
    /// Why it was not sent again although another worker might do better.
    package var remark = ""
}
