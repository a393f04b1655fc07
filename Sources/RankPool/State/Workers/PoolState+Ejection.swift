import RankProtocol

extension PoolState {
    /// A request is late, not only short of time, after this.
    private static let leastLateness = 10_000.0

    /// Notes what a failure says about the worker.
    ///
    /// An overloaded worker, one that leaves and one with another model work as they should.
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

    /// Notes that a request was out much longer than it should have been.
    mutating func noteLateness(of flight: Flight, now: Int64) {
        let time = Double(now - flight.sentAt)
        guard time >= max(Self.leastLateness, 4 * flight.expected) else { return }
        noteFailure("no answer within \(Int64(time) / 1_000) ms", at: flight.link, now: now)
    }

    /// Counts a failure; sets the worker aside after some in a row, as long as half of the pool is left that is neither set aside
    /// nor silent.
    mutating func noteFailure(_ reason: String, at link: LinkID, now: Int64) {
        guard links[link.index].health.failed(now: now) else { return }
        // A silent worker is as little use as one that is set aside: the one that still speaks stays.
        let unusable = links.indices.count { index in
            LinkID(index) != link && !links[index].isRetired
                && (links[index].health.isEjected(now: now) || links[index].silence.isSilent)
        }
        guard (unusable + 1) * 2 <= links.count(where: { !$0.isRetired }) else { return }
        counters.ejections += 1
        let pause = links[link.index].health.eject(now: now)
        links[link.index].failure = (
            .unavailable, "set aside for \(pause / 1_000_000) s after failures in a row, the last: \(reason)"
        )
    }

    /// Whether so many of the workers that are there are set aside or silent that the rest could not carry the load: then
    /// those that are set aside are used.
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
