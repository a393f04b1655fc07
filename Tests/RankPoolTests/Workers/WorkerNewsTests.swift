import Logging
import RankPool
import RankProtocol
import TestSupport
import Testing

/// The lines of the pool's log on workers: one for each event, however many calls meet it.
@Suite struct WorkerNewsTests {
    private static let second: Int64 = 1_000_000

    private static func isSetAside(_ news: WorkerNews) -> Bool {
        if case .setAside = news { true } else { false }
    }

    @Test func anEjectionAndItsEndAreToldOnce() throws {
        var bench = try Bench(workers: 4, configuration: .init(balancing: .roundRobin))
        let sick = bench.links[1]
        _ = EjectionTests.run(&bench, calls: 200, sick: [sick])
        #expect(bench.news.count == 1)
        let first = try #require(bench.news.first)
        #expect(
            first.link == sick && first.news == .setAside(microseconds: 30 * Self.second, failure: "INTERNAL: broken")
        )
        bench.advance(to: bench.now + 29 * Self.second)
        _ = EjectionTests.run(&bench, calls: 20, sick: [])
        #expect(bench.news.count == 1)
        bench.advance(to: bench.now + 2 * Self.second)
        _ = EjectionTests.run(&bench, calls: 20, sick: [])
        #expect(bench.news.count == 2)
        #expect(bench.news.last?.news == .usedAgain && bench.news.last?.link == sick)
    }

    @Test func aSilenceAndItsEndAreToldOnce() throws {
        var bench = try Bench(workers: 2, configuration: .init(balancing: .roundRobin))
        let silent = bench.links[0]
        for _ in 0..<100 {
            _ = bench.start([1], deadline: Self.second)
            bench.now += 1_000
            bench.answerAll()
        }
        bench.mute = [silent]
        for _ in 0..<300 {
            _ = bench.start([1], deadline: Self.second)
            let sent = bench.out
            bench.out = sent.filter { $0.link == silent }
            for (request, link) in sent where link != silent { bench.deliver(bench.answer(request, link), from: link) }
            bench.advance(to: bench.now + 1_000)
        }
        #expect(bench.news.map(\.news) == [.silent])
        #expect(bench.news.first?.link == silent)
        bench.mute = []
        for (request, link) in bench.unsaid { bench.say(request, link) }
        #expect(bench.news.map(\.news) == [.silent, .heardAgain])
    }

    @Test(arguments: [
        (WorkerNews.setAside(microseconds: 30_000_000, failure: "INTERNAL: broken"), true), (.usedAgain, false),
        (.silent, true), (.heardAgain, false),
    ])
    func aWorkerThatIsNotUsedIsAWarningAndOneThatIsAgainANotice(_ news: WorkerNews, _ isWarning: Bool) throws {
        let log = RecordedLog()
        log.logger.note(news, of: "tcp://w1")
        let entry = try #require(log.entries.first)
        #expect(log.entries.count == 1)
        #expect(entry.level == (isWarning ? .warning : .notice))
        #expect(entry.metadata["worker"] == "tcp://w1")
    }
}
