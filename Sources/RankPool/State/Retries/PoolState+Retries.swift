import RankCore
import RankProtocol

extension PoolState {
    /// The pause before the first retry at a worker that has failed; each further retry doubles it (µs).
    private static let firstBackOff: Int64 = 1_000
    private static let noOther = "no other worker is ready"
    /// The longest pause that a worker may ask for (µs).
    private static let longestPause: Int64 = 1_000_000

    /// Judges a failure, and charges the budget for it.
    mutating func judge(_ failure: PartFailure, of part: CallPart, at link: LinkID, deadline: Int64, now: Int64)
        -> RetryVerdict
    {
        let isBroken = failure.status == .internal && !failure.isTransport
        guard failure.isTransport || failure.status.isRetryable || isBroken else { return .no(remark: "") }
        let pause = min(Int64(failure.retryAfterMicroseconds), Self.longestPause)
        links[link.index].pausedUntil = max(links[link.index].pausedUntil, now + pause)
        // As in gRPC, nothing is charged for a request that no worker has begun.
        let isFree = !failure.isCharged || failure.status == .failedPrecondition
        if !isFree { budget.noteFailure() }
        guard part.attempts < configuration.attempts, !isBroken || part.attempts == 1 else {
            let isLast = failure.status == .unavailable && !isLeft(for: part, except: link)
            return .no(remark: isLast ? Self.noOther : "")
        }
        guard isFree || budget.allowsRetries else {
            return .no(remark: "it is not sent again because too many requests have failed of late")
        }
        if isLeft(for: part, except: link) { return .elsewhere }
        guard failure.status == .resourceExhausted, !failure.isTransport else {
            return .no(remark: Self.noOther)
        }
        let backOff = Self.firstBackOff << Int64(min(part.attempts - 1, 10))
        let wait = max(pause, backOff)
        // Clients that were refused together must not come back together.
        let time = now + wait + Int64.random(in: 0...(wait / 4), using: &random)
        return time < deadline ? .anywhere(notBefore: time) : .no(remark: "a retry would come after the deadline")
    }

    /// Whether a worker is left for a part that another one has failed: one that is ready, or being connected for the
    /// first time.
    func isLeft(for part: CallPart, except failed: LinkID?) -> Bool {
        links.indices.contains { index in
            let link = LinkID(index)
            guard link != failed, !part.tried.contains(link) else { return false }
            return links[index].condition == .ready && !links[index].silence.isSilent || links[index].isUnderway
        }
    }
}
