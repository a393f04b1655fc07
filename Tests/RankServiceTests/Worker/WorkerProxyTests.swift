import RankCore
import RankProtocol
import RankService
import TestSupport
import Testing
import ZMQ

@Suite("Worker behind a zmq_proxy", .timeLimit(.minutes(5)))
struct WorkerProxyTests {
    static let candidates = Array(UInt64(1)...500)
    static let scores = candidates.map { TestRanker.score($0, user: 42) }

    private static func proxy() throws -> ProxyDevice {
        let endpoint = try Endpoint("tcp://127.0.0.1:*", for: .binding)
        return try ProxyDevice(frontend: endpoint, backend: endpoint)
    }

    @Test
    func reqREQWithCORRELATEAndDEALERWithAndWithoutADelimiter() throws {
        let proxy = try Self.proxy()
        let worker = try Worker.test(binds: [], connects: ["\(proxy.backend)"])
        let request = Requests.score(candidates: Self.candidates)
        for correlate in [false, true] {
            let client = try TestClient(.request, at: "\(proxy.frontend)", correlate: correlate)
            for _ in 0..<3 { #expect(try client.reply(to: request).queries.first?.scores == Self.scores) }
            try client.send([1], [2])
            #expect(try client.reply().status == .invalidArgument)
            #expect(try client.reply(to: request).status == .ok)
        }
        let client = try TestClient(.dealer, at: "\(proxy.frontend)")
        #expect(try client.reply(to: request).queries.first?.scores == Self.scores)
        try client.send([], request)
        let delimited = try client.receive()
        #expect(delimited.count == 2 && delimited[0].isEmpty)
        #expect(try DecodedReply(delimited[1]).queries.first?.scores == Self.scores)
        try worker.finish()
        proxy.stop()
    }

    @Test
    func oneWorkerForTwoProxiesAndAnEndpointOfItsOwnEachReplyGoesBackWhereItsRequestCameFrom() throws {
        let proxies = [try Self.proxy(), try Self.proxy()]
        let worker = try Worker.test(connects: proxies.map { "\($0.backend)" })
        let endpoints = [worker.endpoints[0]] + proxies.map { "\($0.frontend)" }
        let clients = try endpoints.map { TestClientBox(try TestClient(.dealer, at: $0)) }
        for round in 0..<20 {
            for (index, client) in clients.enumerated() {
                try client.client.send(Requests.score(id: UInt64(round * 10 + index), candidates: Self.candidates))
            }
        }
        for (index, client) in clients.enumerated() {
            for round in 0..<20 {
                let reply = try client.client.reply()
                #expect(reply.header.id.rawValue == UInt64(round * 10 + index))
            }
        }
        try worker.finish()
        for proxy in proxies { proxy.stop() }
    }

    @Test
    func twoWorkersBehindOneProxyAnswerEverything() throws {
        let proxy = try Self.proxy()
        let workers = [
            try Worker.test(binds: [], connects: ["\(proxy.backend)"]),
            try Worker.test(binds: [], connects: ["\(proxy.backend)"]),
        ]
        let client = try TestClient(.dealer, at: "\(proxy.frontend)")
        for id in 0..<100 { try client.send(Requests.score(id: UInt64(id), candidates: Self.candidates)) }
        var ids: Set<UInt64> = []
        for _ in 0..<100 {
            let reply = try client.reply()
            ids.insert(reply.header.id.rawValue)
            #expect(reply.queries.first?.scores == Self.scores)
        }
        #expect(ids == Set(0..<100))
        for worker in workers { try worker.finish() }
        proxy.stop()
    }
}

/// A client by reference.
private final class TestClientBox {
    let client: TestClient

    init(_ client: consuming TestClient) {
        self.client = client
    }
}
