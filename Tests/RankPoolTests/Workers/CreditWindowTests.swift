import RankCore
import RankPool
import RankProtocol
import TestSupport
import Testing

/// Requests that wait in the client because every worker's window is full.
@Suite struct CreditWindowTests {
    @Test func aWorkerHasNoMoreInFlightThanItsWindow() throws {
        var bench = try Bench(workers: 2, configuration: .init(window: .init(requests: 3)))
        let ids = (0..<20).map { _ in bench.start([1], deadline: 1_000_000) }
        #expect(bench.state.links.map(\.inFlight.count) == [3, 3])
        while let (request, link) = bench.out.first {
            bench.out.removeFirst()
            bench.deliver(bench.answer(request, link), from: link)
            #expect(bench.state.links.allSatisfy { $0.inFlight.count <= 3 })
        }
        #expect(ids.allSatisfy { bench.scores($0) != nil })
    }

    @Test func theWindowCountsScoringTime() throws {
        let window = try CreditWindow(requests: 100, scoring: .microseconds(1_000))
        var bench = try Bench(workers: 1, configuration: .init(window: window))
        let ids = [UInt64](0..<100)
        // 400 µs for 100 candidates.
        for _ in 0..<20 {
            _ = bench.start(ids)
            let (request, link) = bench.out.removeFirst()
            bench.deliver(
                bench.answer(request, link, timings: ScoreTimings(computeMicroseconds: 400)),
                from: link
            )
        }
        for _ in 0..<10 { _ = bench.start(ids) }
        #expect(bench.out.count == 2)
        bench.answerAll()
        // A list over the window goes alone.
        _ = bench.start([UInt64](0..<1_000))
        _ = bench.start([1])
        #expect(bench.out.count == 1)
    }

    @Test func whatFoundNoRoomSaysSo() throws {
        var bench = try Bench(workers: 1, configuration: .init(window: .init(requests: 1)))
        let first = bench.start([1], deadline: 2_000)
        let second = bench.start([1], deadline: 1_000)
        bench.advance(to: 1_000)
        #expect(bench.error(second)?.code == .resourceExhausted)
        #expect(bench.error(second)?.message.contains("window") == true)
        bench.advance(to: 2_000)
        #expect(bench.error(first)?.code == .deadlineExceeded)
    }

    @Test func theQueueIsBounded() throws {
        let options = try RankPool.Configuration(window: .init(requests: 1), waitingParts: 5)
        var bench = Bench(workers: 1, configuration: options)
        let ids = (0..<8).map { _ in bench.start([1], deadline: 1_000_000) }
        #expect(
            ids.map { bench.error($0)?.code } == [nil, nil, nil, nil, nil, nil, .resourceExhausted, .resourceExhausted]
        )
        bench.answerAll()
        #expect(ids.prefix(6).allSatisfy { bench.scores($0) != nil })
    }
}
