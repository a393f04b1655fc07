import RankCore
import RankEngine
import RankProtocol
import RankService
import TestSupport
import Testing
import ZMQ

/// Workers with sockets: the order of replies shows who was served when.
@Suite("Worker: scheduling", .timeLimit(.minutes(5)))
struct SchedulingTests {
    /// A list that takes many slices under every plan and kernel.
    static let long = (0..<20_000).map { UInt64(1 + $0 % 1_600) }

    /// Connects, and waits until the worker has answered.
    private func client(of worker: Worker) throws -> TestClient {
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        _ = try client.reply(to: Requests.plain(.health))
        return client
    }

    private func slowWorker(queueLimitMicroseconds: UInt32 = 3_600_000_000) throws -> Worker {
        try Worker.test(
            queueLimitMicroseconds: queueLimitMicroseconds,
            ranker: try TestModel.ranker(plan: .direct, kernel: .scalar)
        )
    }

    @Test(
        arguments: RequestClass.allCases
    )
    func aSmallRequestIsAnsweredBetweenTheSlicesOfAnotherClientsLongOne(requestClass: RequestClass) throws {
        let worker = try slowWorker()
        let bulk = try client(of: worker)
        let small = try client(of: worker)
        let parameters = ScoreParameters(requestClass: requestClass)
        for id in 1...3 { try bulk.send(Requests.score(id: UInt64(id), candidates: Self.long, parameters: parameters)) }
        // Each answer came while the first long list was in work, or before it: nothing of bulk is answered yet.
        for _ in 0..<5 { #expect(try small.reply(to: Requests.score(candidates: [1, 2, 3])).status == .ok) }
        let stats = try small.reply(to: Requests.plain(.stats)).pairs
        #expect(stats["candidates"].flatMap(Int.init).map { $0 < 20_000 } == true)
        for id in 1...3 {
            let reply = try bulk.reply()
            #expect(reply.header.id.rawValue == UInt64(id) && reply.status == .ok)
        }
        try worker.finish()
    }

    @Test
    func aClientsInteractiveRequestPassesItsOwnBulkRequests() throws {
        let worker = try slowWorker()
        let client = try self.client(of: worker)
        let bulk = ScoreParameters(requestClass: .bulk)
        for id in 1...3 { try client.send(Requests.score(id: UInt64(id), candidates: Self.long, parameters: bulk)) }
        try client.send(Requests.score(id: 9, candidates: [1]))
        var order: [UInt64] = []
        for _ in 0..<4 { order.append(try client.reply().header.id.rawValue) }
        #expect(order == [9, 1, 2, 3])
        try worker.finish()
    }

    @Test(arguments: [ScoringPlan.userOnce, .factored, .direct]
    )
    func listsThatAreScoredByTurnsHaveTheBitsOfListsScoredAlone(plan: ScoringPlan) throws {
        let ranker = try TestModel.ranker(plan: plan)
        let worker = try Worker.test(queueLimitMicroseconds: 3_600_000_000, ranker: ranker)
        func request(_ index: Int) -> [UInt8] {
            let candidates = (0..<9_000).map { UInt64(1 + ($0 * 7 + index * 131) % 1_600) }
            return Requests.score(
                id: UInt64(index),
                queries: [(UInt64(1 + index), candidates), (UInt64(100 + index), Array(candidates.prefix(3_000)))],
                parameters: ScoreParameters(topK: index % 2 == 0 ? 0 : 50)
            )
        }
        let alone = try client(of: worker)
        let expected = try (0..<6).map { try alone.reply(to: request($0)).queries }
        let a = try client(of: worker)
        let b = try client(of: worker)
        let c = try client(of: worker)
        for _ in 0..<5 {
            for index in 0..<2 {
                try a.send(request(index))
                try b.send(request(2 + index))
                try c.send(request(4 + index))
            }
            for index in 0..<2 {
                #expect(try a.reply().queries == expected[index])
                #expect(try b.reply().queries == expected[2 + index])
                #expect(try c.reply().queries == expected[4 + index])
            }
        }
        try worker.finish()
    }

    @Test
    func moreLongListsThanThereIsMemoryForWorkAreAllAnsweredAndSmallOnesPassThem() throws {
        let worker = try slowWorker()
        let small = try client(of: worker)
        var clients: [ClientBox] = []
        for _ in 0..<12 { clients.append(ClientBox(try client(of: worker))) }
        let list = Array(Self.long.prefix(5_000))
        for box in clients { try box.client.send(Requests.score(candidates: list)) }
        #expect(try small.reply(to: Requests.score(candidates: [1])).status == .ok)
        for box in clients { #expect(try box.client.reply().queries.first?.entries.count == 5_000) }
        try worker.finish()
    }

    @Test
    func cancelTakesBackARequestThatIsPartlyScored() throws {
        let worker = try slowWorker()
        let client = try self.client(of: worker)
        try client.send(Requests.score(id: 1, candidates: Self.long))
        // STATS is answered between two slices: the list has begun.
        var stats: [String: String] = [:]
        let other = try self.client(of: worker)
        stats = try other.reply(to: Requests.plain(.stats)).pairs
        #expect(stats["candidates"] == "0")
        try client.send(Requests.cancel(1, id: 2))
        var replies: [UInt64: DecodedReply] = [:]
        for _ in 0..<2 {
            let reply = try client.reply()
            replies[reply.header.id.rawValue] = reply
        }
        #expect(replies[1]?.status == .cancelled)
        #expect(replies[2]?.wasCancelled == true)
        stats = try client.reply(to: Requests.plain(.stats)).pairs
        #expect(stats["cancelled"] == "1" && stats["candidates"] == "0")
        #expect(try client.reply(to: Requests.score(candidates: [1])).header.backlogMicroseconds == 0)
        try worker.finish()
    }

    @Test
    func whatCannotBeInTimeIsRefusedOnArrivalWithTheTimeAfterWhichItWouldBe() throws {
        let worker = try slowWorker()
        let client = try self.client(of: worker)
        try client.send(Requests.score(id: 1, candidates: Self.long))
        try client.send(Requests.score(id: 2, candidates: Array(Self.long.prefix(100)), remaining: 2_000))
        let refused = try client.reply()
        #expect(refused.header.id.rawValue == 2)
        #expect(refused.status == .resourceExhausted)
        #expect((refused.error?.retryAfterMicroseconds ?? 0) > 1_000)
        #expect(refused.header.backlogMicroseconds > 1_000)
        #expect(try client.reply().status == .ok)
        #expect(try client.reply(to: Requests.plain(.stats)).pairs["refused_deadline"] == "1")
        try worker.finish()
    }

    @Test
    func whatWouldWaitLongerThanTheLimitIsRefused() throws {
        let worker = try slowWorker(queueLimitMicroseconds: 1_000)
        let client = try self.client(of: worker)
        try client.send(Requests.score(id: 1, candidates: Self.long))
        try client.send(Requests.score(id: 2, candidates: [1]))
        let refused = try client.reply()
        #expect(refused.header.id.rawValue == 2 && refused.status == .resourceExhausted)
        #expect((refused.error?.retryAfterMicroseconds ?? 0) > 0)
        // Another client is not held back by that.
        let other = try self.client(of: worker)
        #expect(try other.reply(to: Requests.score(candidates: [1])).status == .ok)
        #expect(try client.reply().status == .ok)
        #expect(try client.reply(to: Requests.plain(.stats)).pairs["refused_queue_limit"] == "1")
        try worker.finish()
    }

    @Test
    func aClientWithTooManyRequestsIsToldSoAndOthersAreServed() throws {
        let worker = try slowWorker()
        let client = try self.client(of: worker)
        try client.send(Requests.score(id: 0, candidates: Self.long))
        for id in 1...400 { try client.send(Requests.score(id: UInt64(id), candidates: [1])) }
        var statuses: [Status: Int] = [:]
        for _ in 0...400 { statuses[try client.reply().status, default: 0] += 1 }
        #expect(statuses[.ok, default: 0] + statuses[.resourceExhausted, default: 0] == 401)
        #expect(statuses[.ok, default: 0] >= Admission.clientCapacity)
        let pairs = try client.reply(to: Requests.plain(.stats)).pairs
        #expect(pairs["refused_client_share"] == "\(statuses[.resourceExhausted, default: 0])")
        try worker.finish()
    }

    @Test
    func whatAClientThatHasGoneHadWaitingIsDropped() throws {
        let worker = try slowWorker()
        let other = try client(of: worker)
        do {
            let client = try self.client(of: worker)
            for id in 1...5 { try client.send(Requests.score(id: UInt64(id), candidates: Self.long)) }
        }
        var pairs: [String: String] = [:]
        var isGone = false
        while !isGone {
            pairs = try other.reply(to: Requests.plain(.stats)).pairs
            let sent = ["unsent", "abandoned"].compactMap { pairs[$0].flatMap(Int.init) }.reduce(0, +)
            let scored = pairs["candidates"].flatMap(Int.init) ?? 0
            // A reply may have been taken by a connection that was about to close.
            isGone = sent + scored / 20_000 >= 5 && pairs["abandoned"] != "0" || scored >= 100_000
        }
        #expect(pairs["abandoned"] != "0")
        let reply = try other.reply(to: Requests.score(candidates: [1]))
        #expect(reply.header.backlogMicroseconds == 0 && reply.timings.queueDepth == 0)
        try worker.finish()
    }

    @Test
    func aRequestThatCannotBeFinishedInTimeEndsWithItsDeadline() throws {
        let worker = try slowWorker()
        let client = try self.client(of: worker)
        // First in line, so it is tried.
        let late = try client.reply(to: Requests.score(candidates: Self.long, remaining: 2_000))
        #expect(late.status == .deadlineExceeded)
        let partial = try client.reply(
            to: Requests.score(candidates: Self.long, flags: .allowPartial, remaining: 2_000)
        )
        #expect(partial.status == .ok && partial.queries[0].coverage < 1)
        #expect(try client.reply(to: Requests.plain(.stats)).pairs["expired"] == "1")
        try worker.finish()
    }
}

/// A client by reference.
private final class ClientBox {
    let client: TestClient

    init(_ client: consuming TestClient) {
        self.client = client
    }
}
