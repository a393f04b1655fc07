package import RankCore

/// The failure of one sending of a part.
package struct PartFailure: Hashable, Sendable {
    package var status: Status
    package var message: String
    package var endpoint: String
    /// Whether the connection was lost or the worker sent nonsense: another worker may do better.
    package var isTransport: Bool
    package var queryIndex: UInt32?
    package var candidateIndex: UInt32?
    package var retryAfterMicroseconds: UInt32 = 0
    /// Whether the failure counts against retries: not if a worker that leaves refused the request before anything was
    /// scored, and only once if one lost connection ends several requests.
    package var isCharged = true
    /// The reason why the part was not sent again although another worker might do better.
    package var remark = ""
}
