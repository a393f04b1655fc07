import RankCore
import RankPool
import RankProtocol
import TestSupport
import Testing

/// Partial answers at the deadline.
@Suite struct PartialTests {
    static let prior: Float = 0.625

    /// Starts a list in three parts and lets only some of the workers answer.
    static func outcome(
        answering parts: Set<Int>,
        topK: UInt32 = 0,
        models: [ModelID] = [],
        allowsPartial: Bool = true
    ) -> Result<CallOutcome, PoolError>? {
        var bench = Bench(workers: 3, models: models)
        let id = bench.start([UInt64](0..<30), parts: 3, topK: topK, flags: allowsPartial ? .allowPartial : [])
        for (request, link) in bench.out {
            guard let part = bench.state.flights[request]?.part, parts.contains(part) else { continue }
            bench.deliver(bench.answer(request, link), from: link)
        }
        bench.advance(to: 1_000)
        #expect(bench.cancelled.count == 3 - parts.count)
        #expect(bench.state.flights.isEmpty)
        return bench.finished[id]
    }

    @Test(arguments: [[0], [1], [2], [0, 1], [0, 2], [1, 2]])
    func theRestIsFlaggedInRequestOrder(_ parts: [Int]) throws {
        guard case .score(let outcome) = try #require(Self.outcome(answering: Set(parts))).get() else { return }
        let query = outcome.queries[0]
        #expect(query.entries.map(\.position) == Array(0..<30))
        #expect(query.flags.contains(.partial))
        #expect(query.coverage == Float(parts.count) / 3)
        for entry in query.entries {
            let isScored = parts.contains(entry.position / 10)
            #expect(entry.flags == (isScored ? [] : .notScored))
            #expect(entry.score == (isScored ? Fake.score(1, UInt64(entry.position)) : Self.prior))
        }
        #expect(outcome.parts.count == parts.count)
    }

    @Test(arguments: [UInt32(1), 5, 10, 12, 30])
    func theRestStandsLast(_ topK: UInt32) throws {
        guard case .score(let outcome) = try #require(Self.outcome(answering: [1], topK: topK)).get() else { return }
        let entries = outcome.queries[0].entries
        #expect(entries.count == Int(topK))
        let scored = entries.prefix { $0.flags != .notScored }
        #expect(scored.count == min(10, Int(topK)))
        #expect(scored.allSatisfy { (10..<20).contains($0.position) })
        let rest = entries.dropFirst(scored.count)
        #expect(rest.map(\.position) == Array((Array(0..<10) + Array(20..<30)).prefix(rest.count)))
        #expect(rest.allSatisfy { $0.flags == .notScored && $0.score == Self.prior })
    }

    @Test func partsOfAnotherModelAreNotScored() throws {
        // The odd part goes out again when all are answered; here time is over before.
        let models = [Fake.model, Fake.otherModel, Fake.otherModel]
        var bench = Bench(workers: 3, models: models)
        let id = bench.start([UInt64](0..<30), parts: 3, flags: .allowPartial)
        for (request, link) in bench.out { bench.deliver(bench.answer(request, link), from: link) }
        bench.advance(to: 1_000)
        guard case .score(let outcome) = try #require(bench.finished[id]).get() else { return }
        #expect(outcome.model == Fake.otherModel)
        #expect(outcome.queries[0].coverage == Float(2) / 3)
    }

    @Test func withoutAnyAnswerItIsAnError() {
        guard case .failure(let error) = Self.outcome(answering: []) else {
            Issue.record("an answer that nobody gave")
            return
        }
        #expect(error.code == .deadlineExceeded)
    }

    @Test func withoutLeaveItIsAnError() {
        guard case .failure(let error) = Self.outcome(answering: [0, 1], allowsPartial: false) else {
            Issue.record("a partial answer that nobody allowed")
            return
        }
        #expect(error.code == .deadlineExceeded)
    }

    @Test func aReloadedWorkerIsAskedForItsPrior() {
        var bench = Bench(workers: 1)
        #expect(bench.state.links[0].prior?.model == Fake.model)
        bench.models[0] = Fake.otherModel
        let id = bench.start([1])
        bench.answerAll()
        #expect(bench.scores(id) != nil)
        #expect(bench.state.links[0].prior?.model == Fake.otherModel)
    }
}
