import RankCore
import RankEngine
import RankProtocol
import RankService
import RankSystem
import TestSupport
import Testing
import ZMQ

@Suite("Worker: malformed and foreign frames", .timeLimit(.minutes(5)))
struct WorkerInputTests {
    @Test
    func everyMalformedVectorGetsItsStatusAndItsRequestIdAndTheWorkerServesOn() throws {
        let vectors = try ProtocolVector.all().filter { $0.direction == "request" && !$0.valid }
        #expect(vectors.count > 50)
        let worker = try Worker.test()
        let dealer = try TestClient(.dealer, at: worker.endpoints[0])
        let request = try TestClient(.request, at: worker.endpoints[0])
        for vector in vectors {
            // Those with a limit of their own have a test in `RequestHandlerTests`.
            guard let answer = vector.answer, vector.max_message_bytes == nil else { continue }
            for isRequest in [false, true] where isRequest || !vector.bytes.isEmpty {
                let reply = isRequest ? try request.reply(to: vector.bytes) : try dealer.reply(to: vector.bytes)
                #expect(reply.status.rawValue == answer.status, "\(vector.name)")
                #expect("\(reply.header.id)" == answer.request_id, "\(vector.name)")
                #expect(reply.error?.message.isEmpty == false, "\(vector.name)")
            }
        }
        #expect(try dealer.reply(to: Requests.score(candidates: [1])).status == .ok)
        try worker.finish()
    }

    @Test
    func everyValidVectorIsAnsweredWithItsId() throws {
        let vectors = try ProtocolVector.all().filter { $0.direction == "request" && $0.valid }
        let worker = try Worker.test()
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        for vector in vectors {
            let bytes = vector.bytes
            let reply = try client.reply(to: bytes)
            let id = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[8 + $1]) << UInt64(8 * $1) }
            #expect(reply.header.id.rawValue == id, "\(vector.name)")
        }
        try worker.finish()
    }

    @Test
    func whatWaitsIsBoundedByTheBytesOfItsEnvelopesTooAndEveryRequestIsAnswered() throws {
        let worker = try Worker.test(ranker: try TestModel.ranker(plan: .direct, kernel: .scalar))
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        // Long enough that the others arrive between its slices.
        try client.send(Requests.score(candidates: (0..<20_000).map { UInt64(1 + $0 % 1_600) }))
        let part = [UInt8](repeating: 1, count: 1 << 20)
        let request = Requests.score(candidates: [1])
        for _ in 0..<60 { try client.send(part, part, [], request) }
        var depths: [UInt32] = []
        for _ in 0...60 {
            let frames = try client.receive()
            let reply = try DecodedReply(try #require(frames.last))
            if frames.count > 1 {
                try #require(frames.count == 4)
                #expect(frames[0] == part && frames[1] == part && frames[2].isEmpty)
            }
            // The share of one client in the bytes is used up sooner than the bytes.
            if reply.status == .resourceExhausted { continue }
            #expect(reply.status == .ok)
            depths.append(reply.timings.queueDepth)
        }
        #expect(depths.count > 4)
        #expect(depths.allSatisfy { $0 <= 9 }, "\(depths)")
        try worker.finish()
    }

    @Test
    func repliesAreNoRequests() throws {
        let vectors = try ProtocolVector.all().filter { $0.direction == "reply" && $0.valid }
        let worker = try Worker.test()
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        for vector in vectors {
            let status = try client.reply(to: vector.bytes).status
            #expect(status == .unimplemented || status == .invalidArgument, "\(vector.name)")
        }
        try worker.finish()
    }

    @Test(arguments: [1, 2, 3])
    func thousandsOfRandomAndOfDamagedFrames(seed: UInt64) throws {
        let worker = try Worker.test(ranker: try TestModel.ranker())
        let client = try TestClient(.dealer, at: worker.endpoints[0])
        var state = seed
        func random(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        let valid = [
            Requests.score(candidates: [204, 141, 131], parameters: ScoreParameters(topK: 2, unknownIDs: .omit)),
            Requests.score(queries: [(1, [1, 2]), (2, [])], flags: .allowPartial, remaining: 1_000_000),
            Requests.score(user: "u", candidates: ["a", "b€"], parameters: ScoreParameters(idKind: .utf8)),
            Requests.plain(.info), Requests.plain(.stats), Requests.cancel(7),
        ]
        for _ in 0..<2_000 {
            var frame: [UInt8]
            if random(2) == 0 {
                frame = (0..<(1 + random(300))).map { _ in UInt8(random(256)) }
            } else {
                frame = valid[random(valid.count)]
                for _ in 0..<(1 + random(3)) { frame[random(frame.count)] ^= UInt8(1 << random(8)) }
                if random(4) == 0 { frame.removeLast(1 + random(frame.count - 1)) }
            }
            // Whatever it is, there is one reply, and it is a frame of the protocol.
            _ = try client.reply(to: frame)
        }
        #expect(try client.reply(to: Requests.score(candidates: [204])).status == .ok)
        try worker.finish()
    }

    @Test
    func connectionsThatDoNotSpeakZeroMQ() throws {
        let worker = try Worker.test()
        let port = try #require(worker.endpoints[0].split(separator: ":").last.flatMap { UInt16($0) })
        for text in ["GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "", String(repeating: "\u{1}", count: 10_000)] {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
            }
            try #require(result == 0)
            let bytes = Array(text.utf8)
            _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            let client = try TestClient(.dealer, at: worker.endpoints[0])
            #expect(try client.reply(to: Requests.score(candidates: [1])).status == .ok)
        }
        try worker.finish()
    }
}
