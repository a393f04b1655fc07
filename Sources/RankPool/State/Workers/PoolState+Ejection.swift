import RankCore
import RankProtocol

extension PoolState {
    /// The least time after which a request counts as late (µs).
    private static let leastLateness = 10_000.0

    /// Notes a failure in the worker's health.
    ///
    /// A worker that is overloaded, is leaving or holds another model works as it should.
    mutating func noteHealth(_ failure: PartFailure, at link: LinkID, now: Int64) {
        let isSick =
            failure.isCharged
            && (failure.isTransport || failure.status == .internal || failure.status == .unavailable)
        if isSick {
            noteFailure("\(failure.status): \(failure.message)", at: link, now: now)
        } else if !failure.isTransport {
            links[link.index].health.answered()
        }
    }

    /// Notes a request that was in flight much longer than expected.
    mutating func noteLateness(of flight: Flight, now: Int64) {
        let time = Double(now - flight.sentAt)
        guard time >= max(Self.leastLateness, 4 * flight.expected) else { return }
        noteFailure("no answer within \(Int64(time) / 1_000) ms", at: flight.link, now: now)
    }

    /// Counts a failure; sets the worker aside after some in a row, as long as half of the pool is left that is neither
    /// set aside nor silent.
    mutating func noteFailure(_ reason: String, at link: LinkID, now: Int64) {
        guard links[link.index].health.failed(now: now) else { return }
        // A silent worker counts like one that is set aside, so that the last worker that answers is not set aside.
        let unusable = links.indices.count { index in
            LinkID(index) != link && !links[index].isRetired
                && (links[index].health.isEjected(now: now) || links[index].silence.isSilent)
        }
        guard (unusable + 1) * 2 <= links.count(where: { !$0.isRetired }) else { return }
        counters.ejections += 1
        let pause = links[link.index].health.eject(now: now)
        setAside.insert(link)
        actions.append(.tell(.setAside(microseconds: pause, failure: reason), of: link))
        links[link.index].failure = (
            .unavailable, "set aside for \(pause / 1_000_000) s after failures in a row, the last: \(reason)"
        )
    }

    /// Tells of the workers whose time aside is over.
    mutating func tellOfReturns(now: Int64) {
        guard !setAside.isEmpty else { return }
        for link in setAside.sorted(by: { $0.index < $1.index }) where !links[link.index].health.isEjected(now: now) {
            setAside.remove(link)
            actions.append(.tell(.usedAgain, of: link))
        }
    }

    /// Whether so many workers are set aside or silent that the rest could not carry the load: then the workers
    /// that are set aside are used.
    func isPanicking(now: Int64) -> Bool {
        var ready = 0
        var healthy = 0
        for index in links.indices where links[index].condition == .ready {
            ready += 1
            let isHealthy =
                !links[index].isDraining && !links[index].isNotServing && !links[index].silence.isSilent
            if isHealthy, !links[index].health.isEjected(now: now) { healthy += 1 }
        }
        return healthy * 2 < ready
    }
}
