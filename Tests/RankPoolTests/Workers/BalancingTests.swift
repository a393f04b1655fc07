import RankPool
import RankProtocol
import TestSupport
import Testing

/// Which worker gets what.
@Suite struct BalancingTests {
    static func options(_ balancing: Balancing) throws -> RankPool.Configuration {
        try RankPool.Configuration(balancing: balancing, window: .init(requests: 64, scoring: nil))
    }

    /// One worker is eight times as fast as the other.
    @Test(arguments: [1, 2, 3])
    func twoChoicesUseAnUnequalPool(_ seed: UInt64) throws {
        let workers = [Simulation.Worker(speed: 0.1), Simulation.Worker(speed: 0.8)]
        var figures: [Balancing: (rate: Int, p99: Int64)] = [:]
        for balancing in [Balancing.powerOfTwoChoices, .roundRobin] {
            var simulation = try Simulation(workers, configuration: Self.options(balancing), seed: seed)
            let rate = simulation.run(clients: 16, candidates: 500, microseconds: 400_000)
            let latencies = simulation.latencies.sorted()
            figures[balancing] = (rate, latencies[latencies.count * 99 / 100])
        }
        guard let two = figures[.powerOfTwoChoices], let one = figures[.roundRobin] else { return }
        #expect(Double(two.rate) >= 2.5 * Double(one.rate), "\(two) beside \(one)")
        #expect(two.p99 <= one.p99, "\(two) beside \(one)")
    }

    @Test func equalWorkersShareTheWork() throws {
        let workers = [Simulation.Worker](repeating: Simulation.Worker(speed: 0.1), count: 4)
        var simulation = try Simulation(workers, configuration: Self.options(.powerOfTwoChoices))
        let rate = simulation.run(clients: 16, candidates: 500, microseconds: 200_000)
        // Four workers at 60 µs each.
        #expect(Double(rate) >= 0.9 * 4 * 200_000 / 60)
    }

    @Test func roundRobinTakesTurns() throws {
        var bench = try Bench(workers: 3, configuration: Self.options(.roundRobin))
        for _ in 0..<9 { _ = bench.start([1]) }
        let order = bench.out.map(\.link)
        #expect(Set(order.prefix(3)).count == 3)
        #expect(Array(order[3..<6]) == Array(order[..<3]))
        #expect(Array(order[6...]) == Array(order[..<3]))
    }

    @Test func rendezvousKeepsAUsersWorkerAndMovesOnlyTheLostOnes() throws {
        var bench = try Bench(workers: 4, configuration: Self.options(.rendezvous))
        func workers(_ bench: inout Bench) -> [LinkID] {
            (UInt64(0)..<400).map { user in
                let id = bench.start([1], user: user)
                let link = bench.out[0].link
                bench.answerAll()
                #expect(bench.scores(id) != nil)
                return link
            }
        }
        let before = workers(&bench)
        #expect(workers(&bench) == before)
        for link in bench.links { #expect(before.count { $0 == link } > 50) }
        let lost = bench.links[2]
        bench.state.handle(.lost, at: lost, now: 0)
        bench.collect()
        let after = workers(&bench)
        for (old, new) in zip(before, after) { #expect(old == lost ? new != lost : new == old) }
    }

    @Test func theBacklogThatOthersCauseCounts() throws {
        var bench = try Bench(workers: 2, configuration: Self.options(.powerOfTwoChoices))
        _ = bench.start([1])
        let (request, link) = bench.out.removeFirst()
        bench.deliver(bench.answer(request, link, backlog: 50_000), from: link)
        for _ in 0..<20 { _ = bench.start([1]) }
        #expect(bench.out.allSatisfy { $0.link != link })
    }

    @Test(arguments: Balancing.allCases)
    func drainingWorkersArePassedOver(_ balancing: Balancing) throws {
        var bench = try Bench(workers: 3, configuration: Self.options(balancing))
        _ = bench.start([1])
        let (request, link) = bench.out.removeFirst()
        var bytes = bench.answer(request, link)
        bytes[18] = 1
        bench.deliver(bytes, from: link)
        for user in UInt64(0)..<30 { _ = bench.start([1], user: user) }
        #expect(bench.out.count == 30)
        #expect(bench.out.allSatisfy { $0.link != link })
    }

    @Test func sameSeedSameChoices() throws {
        func links(_ seed: UInt64) throws -> [LinkID] {
            var bench = try Bench(workers: 5, configuration: Self.options(.powerOfTwoChoices), seed: seed)
            for _ in 0..<50 { _ = bench.start([1]) }
            return bench.out.map(\.link)
        }
        let (first, again, other) = (try links(1), try links(1), try links(2))
        #expect(first == again)
        #expect(first != other)
    }
}
