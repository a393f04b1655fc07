package import RankCore
import RankProtocol

/// Decides whether a request that arrives can be served in time, before any work is done for it.
///
/// Pure. Every time is in nanoseconds.
package struct Admission {
    /// The most requests that a worker holds.
    package static let capacity = 1_024

    /// The most requests of one client in one class.
    package static let clientCapacity = capacity / 4

    /// The bytes of requests beyond which nothing is received.
    package static let byteLimit = 16 << 20

    /// The reason of a refusal.
    package enum Refusal: Hashable {
        /// The request cannot be answered before its deadline.
        case deadline
        /// The request would wait longer than the limit.
        case queueLimit
        /// The client has too many waiting requests, or too many bytes of them.
        case clientShare
    }

    /// The answer.
    package enum Verdict: Hashable {
        /// Admitted.
        case admitted
        /// Refused; retry after this many nanoseconds.
        case refused(Refusal, retryAfter: UInt64)
    }

    /// The longest wait of an interactive request; a bulk request may wait 16 times as long.
    package var queueLimit: UInt64

    /// Limits the wait.
    package init(queueLimit: UInt64) {
        self.queueLimit = queueLimit
    }

    /// Looks at one request.
    ///
    /// - Parameters:
    ///   - queue: The requests that wait.
    ///   - client: The client's key.
    ///   - requestClass: The request's class.
    ///   - cost: The request's estimated cost.
    ///   - remaining: The time until its deadline, nil without one.
    ///   - allowsPartial: Whether a part of its scores is a good answer.
    /// - Returns: The verdict.
    package func verdict(
        _ queue: borrowing FairQueue,
        client: UInt64,
        requestClass: RequestClass,
        cost: UInt64,
        remaining: UInt64?,
        allowsPartial: Bool
    ) -> Verdict {
        guard queue.count > 0 else { return .admitted }
        let flow = queue.flow(of: client, isBulk: requestClass == .bulk)
        let wait = queue.wait(flow: flow, isBulk: requestClass == .bulk)
        if flow >= 0 {
            let (count, bytes) = (queue.flows[flow].count, queue.flows[flow].bytes)
            if count >= Self.clientCapacity || bytes >= Self.byteLimit / 2 {
                return .refused(.clientShare, retryAfter: wait / UInt64(count))
            }
        }
        // Bulk work may wait as much longer as its share is smaller.
        let limit = requestClass == .bulk ? queueLimit &* FairQueue.bulkWeight : queueLimit
        if wait > limit { return .refused(.queueLimit, retryAfter: wait - limit) }
        // The first request in line is always tried: otherwise a wrong estimate would never be corrected.
        guard let remaining, wait > 0 else { return .admitted }
        // A quarter is kept for the unknown: the way here and back, a core that another process takes.
        let usable = remaining - remaining / 4
        let need = allowsPartial ? wait : queue.wait(flow: flow, isBulk: requestClass == .bulk, untilDone: cost)
        if need > usable { return .refused(.deadline, retryAfter: need - usable) }
        return .admitted
    }
}
