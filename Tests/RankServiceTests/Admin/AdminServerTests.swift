import RankCore
import RankProtocol
import RankService
import RankSystem
import Synchronization
import TestSupport
import Testing
import ZMQ

@Suite("AdminServer", .timeLimit(.minutes(5)))
struct AdminServerTests {
    @Test
    func liveAndNotReadyWhileAModelIsLoadedReadyWithAWorkerNoOtherPageAndNoOtherMethod() throws {
        let admin = try AdminServer.start(at: "127.0.0.1:0", software: "test 1")
        #expect(try HTTPExchange.get("/live", at: admin.address) == (200, "live\n"))
        #expect(try HTTPExchange.get("/ready", at: admin.address) == (503, "starting\n"))
        #expect(
            try HTTPExchange.get("/info", at: admin.address) == (
                200, #"{"state":"starting","software":"test 1"}"# + "\n"
            )
        )
        let worker = try Worker.test(ranker: GateRanker(GateRanker.Gate()))
        admin.attach(worker)
        #expect(try HTTPExchange.get("/live", at: admin.address).status == 200)
        #expect(try HTTPExchange.get("/ready?probe=1", at: admin.address) == (200, "ready\n"))
        #expect(try HTTPExchange.get("/ready", at: admin.address, method: "HEAD") == (200, ""))
        let info = try HTTPExchange.get("/info", at: admin.address).body
        #expect(info.contains(#""endpoints":["\#(worker.endpoints[0])"]"#))
        #expect(info.contains(#""model":{"plan":"gate \"1\"","self_check":"none","catalog":"none"}"#))
        #expect(info.contains(#""model_generation":1,"reloads":0,"reload_failures":0,"last_reload_error":null"#))
        for target in ["/", "/metrics", "/info/", "/live/x", "/LIVE"] {
            #expect(try HTTPExchange.get(target, at: admin.address).status == 404)
        }
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            #expect(try HTTPExchange.get("/info", at: admin.address, method: method).status == 405)
        }
        try worker.finish()
        #expect(try HTTPExchange.get("/ready", at: admin.address) == (503, "ended\n"))
        admin.stop()
        try admin.join()
    }

    @Test
    func infoHasEveryCounterOfSTATSWhatWasRefusedAndWhatCameTooLateAmongThem() throws {
        let admin = try AdminServer.start(at: "127.0.0.1:0")
        let worker = try Worker.test()
        admin.attach(worker)
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        #expect(try client.reply(to: Requests.score(candidates: [1, 2])).status == .ok)
        #expect(try client.reply(to: Requests.score(candidates: [1], remaining: 0)).status == .deadlineExceeded)
        let info = try HTTPExchange.get("/info", at: admin.address).body
        for (key, count) in [("requests", 2), ("candidates", 2), ("errors", 1), ("expired", 1)] {
            #expect(info.contains("\"\(key)\":\(count),"))
        }
        let stats = try client.reply(to: Requests.plain(.stats)).pairs
        for counter in WorkerCounter.allCases {
            #expect(stats[counter.rawValue] != nil)
            #expect(info.contains("\"\(counter.rawValue)\":"))
        }
        try worker.finish()
    }

    @Test
    func aLeavingWorkerIsLiveAndNotReady() throws {
        let gate = GateRanker.Gate()
        let admin = try AdminServer.start(at: "127.0.0.1:0")
        let worker = try Worker.test(ranker: GateRanker(gate))
        admin.attach(worker)
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        gate.isClosed.store(true, ordering: .releasing)
        try client.send(Requests.score(candidates: [1]))
        try eventuallyBlocking("the request is in work") { gate.isReached.load(ordering: .acquiring) }
        worker.stop()
        #expect(try HTTPExchange.get("/live", at: admin.address).status == 200)
        #expect(try HTTPExchange.get("/ready", at: admin.address) == (503, "draining\n"))
        gate.isClosed.store(false, ordering: .releasing)
        #expect(try client.reply().status == .ok)
        try worker.join()
    }

    @Test
    func aScorerThatIsStuckIsNeitherLiveNorReadyUntilItGoesOnOneThatStaysStuckIsGivenUpOnce() throws {
        let gate = GateRanker.Gate()
        let admin = try AdminServer.start(at: "127.0.0.1:0")
        let worker = try Worker.test(ranker: GateRanker(gate))
        admin.attach(worker)
        let giveUps = Count()
        // Longer than the pause of an idle worker between two signs of life.
        try worker.watch(WatchdogLimits(stalled: 800_000_000, hopeless: 6_000_000_000)) {
            giveUps.count.add(1, ordering: .relaxed)
        }
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        for _ in 0..<2 {
            gate.isClosed.store(true, ordering: .releasing)
            try client.send(Requests.score(candidates: [1]))
            try eventuallyBlocking("the stuck thread is seen") {
                try HTTPExchange.get("/live", at: admin.address).status
            } until: {
                $0 != 200
            }
            let ready = try HTTPExchange.get("/ready", at: admin.address)
            #expect(ready.status == 503 && ready.body.hasPrefix("the scoring thread has not finished a step for"))
            #expect(try HTTPExchange.get("/info", at: admin.address).body.contains(#""state":"stalled""#))
            gate.isClosed.store(false, ordering: .releasing)
            #expect(try client.reply().status == .ok)
            try eventuallyBlocking("the worker is live again") {
                try HTTPExchange.get("/live", at: admin.address).status
            } until: {
                $0 == 200
            }
        }
        #expect(giveUps.count.load(ordering: .relaxed) == 0)
        gate.isClosed.store(true, ordering: .releasing)
        try client.send(Requests.score(candidates: [1]))
        try eventuallyBlocking("the worker is given up") { giveUps.count.load(ordering: .relaxed) > 0 }
        gate.isClosed.store(false, ordering: .releasing)
        #expect(try client.reply().status == .ok)
        try worker.finish()
        #expect(giveUps.count.load(ordering: .relaxed) == 1)
    }

    @Test
    func garbageEndlessHeadsSilentAndBrokenConnectionsTheNextProbeIsAnswered() throws {
        let admin = try AdminServer.start(at: "127.0.0.1:0")
        var silent = try (0..<10).map { _ in try HTTPExchange(admin.address) }
        for index in 0..<200 {
            let exchange = try HTTPExchange(admin.address)
            exchange.send((0..<index).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ index) })
        }
        let endless = try HTTPExchange(admin.address)
        endless.send(repeatElement(UInt8(ascii: "A"), count: 100_000))
        #expect(endless.receive().hasPrefix("HTTP/1.1 431 "))
        let binary = try HTTPExchange(admin.address)
        binary.send([0, 255, 10, 10])
        #expect(binary.receive().hasPrefix("HTTP/1.1 400 "))
        #expect(try HTTPExchange.get("/live", at: admin.address).status == 200)
        // Those that said nothing were closed without an answer.
        #expect(silent.removeFirst().receive().isEmpty)
    }

    @Test
    func aFloodOfConnectionsThatSayNothingEachProbeInBetweenIsAnswered() throws {
        let admin = try AdminServer.start(at: "127.0.0.1:0")
        var silent: [HTTPExchange] = []
        for _ in 0..<20 {
            for _ in 0..<20 { silent.append(try HTTPExchange(admin.address)) }
            #expect(try HTTPExchange.get("/live", at: admin.address).status == 200)
        }
        #expect(silent.count == 400)
    }

    @Test
    func anAddressThatIsNoneIsNotAllowedOrIsTaken() throws {
        func code(_ place: String) -> ServiceError.Code? {
            do {
                let server = try AdminServer.start(at: place)
                server.stop()
                return nil
            } catch {
                return error.code
            }
        }
        for place in ["", "9000", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:x", "0.0.0.0:0", "*:0", "192.0.2.1:9000"] {
            #expect(code(place) == .invalidConfiguration, "\(place)")
        }
        let admin = try AdminServer.start(at: "localhost:*")
        let port = admin.address.split(separator: ":").last.map(String.init) ?? ""
        #expect(code("127.0.0.1:\(port)") == .endpointUnavailable)
        admin.stop()
        try admin.join()
        #expect(code("127.0.0.1:\(port)") == nil)
        let open = try AdminServer.start(at: "0.0.0.0:0", isInsecureAllowed: true)
        #expect(open.address.hasPrefix("http://0.0.0.0:"))
    }
}

/// A count that threads share.
private final class Count: Sendable {
    let count = Atomic(0)
}
