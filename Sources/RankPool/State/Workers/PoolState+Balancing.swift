import RankCore
import RankProtocol

extension PoolState {
    /// A request that a worker is chosen for.
    struct Request {
        /// The workers that have had the request.
        var tried: [LinkID] = []
        /// The workers that have other parts of the same list: a list is spread.
        var avoided: Set<LinkID> = []
        var model: ModelID = .unspecified
        /// The user, for rendezvous.
        var key: UInt64 = 0
        var candidates = 0
    }

    /// A ready worker with room, by the pool's policy; nil if none is available.
    ///
    /// - Complexity: O(workers).
    mutating func choose(for request: Request, now: Int64) -> LinkID? {
        let eligible = eligible(for: request, now: now)
        guard let first = eligible.first else { return nil }
        switch configuration.balancing {
        case .powerOfTwoChoices: return LinkID(twoChoices(eligible, request, now: now))
        case .roundRobin:
            return LinkID(eligible.min { links[$0].lastUse < links[$1].lastUse } ?? first)
        case .rendezvous:
            func weight(_ index: Int) -> UInt64 { SplitMix64.mix(links[index].hash ^ request.key) }
            return LinkID(eligible.max { weight($0) < weight($1) } ?? first)
        }
    }

    /// The workers of the best rank that have room.
    private func eligible(for request: Request, now: Int64) -> [Int] {
        var least = Int.max
        var eligible: [Int] = []
        let isPanicking = isPanicking(now: now)
        for index in links.indices where links[index].condition == .ready && !request.tried.contains(LinkID(index)) {
            let reserve = reserve(of: links[index], for: request, ejects: !isPanicking, now: now)
            guard reserve <= least else { continue }
            // A worker that is leaving is not used because those that stay are full.
            if reserve < least { eligible = [] }
            least = reserve
            if links[index].hasRoom(
                for: links[index].cost.compute(request.candidates),
                within: configuration.window,
                now: now
            ) {
                eligible.append(index)
            }
        }
        if !request.avoided.isEmpty {
            let fresh = eligible.filter { !request.avoided.contains(LinkID($0)) }
            if !fresh.isEmpty { eligible = fresh }
        }
        return eligible
    }

    /// The rank of a worker: 0 = used first.
    private func reserve(of link: borrowing Link, for request: Request, ejects: Bool, now: Int64) -> Int {
        (link.isDraining || link.isNotServing ? 8 : 0)
            + (ejects && link.health.isEjected(now: now) ? 4 : 0)
            + (link.silence.isSilent ? 4 : 0)
            + (request.model == .unspecified || link.model == request.model ? 0 : 2)
            + (link.pausedUntil > now ? 1 : 0)
    }

    private mutating func twoChoices(_ eligible: [Int], _ request: Request, now: Int64) -> Int {
        guard eligible.count > 1 else { return eligible[0] }
        let first = Int.random(in: 0..<eligible.count, using: &random)
        let second = (first + Int.random(in: 1..<eligible.count, using: &random)) % eligible.count
        let (one, other) = (eligible[first], eligible[second])
        let costs = (end(one, request, now: now), end(other, request, now: now))
        if costs.0 == costs.1 { return links[one].lastUse <= links[other].lastUse ? one : other }
        return costs.0 < costs.1 ? one : other
    }

    /// The estimated time until a worker's answer would arrive (µs).
    private func end(_ index: Int, _ request: Request, now: Int64) -> Double {
        let cost = links[index].cost
        let time = links[index].load.wait(now: now) + cost.compute(request.candidates) + cost.roundTrip
        return time / links[index].health.share(now: now)
    }
}
