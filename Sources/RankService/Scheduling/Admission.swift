package import RankCore
import RankProtocol

/// Whether a request that arrives can be served in time; asked before anything is done for it.
///
/// Pure. All times are nanoseconds.
package struct Admission {
    /// How many requests a worker holds.
    package static let capacity = 1_024

    /// How many of them one client may have in one class.
    package static let clientCapacity = capacity / 4

    /// The bytes of requests beyond which nothing is received.
    package static let byteLimit = 16 << 20

    /// What a request is refused for.
    package enum Refusal: Hashable {
        /// It cannot be answered before its deadline.
        case deadline
        /// The time that it would wait is over the limit.
        case queueLimit
        /// Its client has too many requests, or too many bytes of them, waiting.
        case clientShare
    }

    /// The answer.
    package enum Verdict: Hashable {
        /// It is taken.
        case admitted
        /// It is refused, and would be taken after some nanoseconds.
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
    ///   - queue: What there is to do.
    ///   - client: The client's key.
    ///   - requestClass: The request's class.
    ///   - cost: What it is estimated to cost.
    ///   - remaining: The time until its deadline, nil without one.
    ///   - allowsPartial: Whether a part of its scores is a good answer.
    /// - Returns: Whether it is taken.
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
        // Whatever is first in line is tried: only so is a wrong estimate found out.
        guard let remaining, wait > 0 else { return .admitted }
        // A quarter is kept for what nobody can know: the way here and back, a core that is taken away.
        let usable = remaining - remaining / 4
        let need = allowsPartial ? wait : queue.wait(flow: flow, isBulk: requestClass == .bulk, untilDone: cost)
        if need > usable { return .refused(.deadline, retryAfter: need - usable) }
        return .admitted
    }
}
