import RankCore
import RankProtocol
import Testing

/// What is written is read back, for random frames.
@Suite struct RoundTripTests {
    @Test(arguments: 0..<200)
    func requests(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let parameters = ScoreParameters(
            topK: .random(in: 0...9, using: &random),
            unknownIDs: .allCases.randomElement(using: &random) ?? .fail,
            requestClass: Bool.random(using: &random) ? .bulk : .interactive,
            idKind: Bool.random(using: &random) ? .utf8 : .u64,
            featureCount: .random(in: 0...3, using: &random)
        )
        let header = RequestHeader(
            id: RequestID(rawValue: random.next()),
            kind: .score,
            flags: Bool.random(using: &random) ? .allowPartial : [],
            remainingMicroseconds: Bool.random(using: &random) ? nil : .random(in: 1..<UInt32.max, using: &random)
        )
        var writer = FrameWriter(capacity: 0)
        writer.beginScore(header, parameters: parameters)
        var users: [UInt64] = []
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let candidates = (0..<Int.random(in: 0...20, using: &random)).map { _ in random.next() }
            let features = (0..<(candidates.count * Int(parameters.featureCount))).map { _ in
                Float.random(in: -1...1, using: &random)
            }
            users.append(random.next())
            switch parameters.idKind {
            case .u64:
                writer.appendQuery(user: users[users.count - 1], candidates: candidates.span, features: features.span)
            case .utf8:
                writer.appendQuery(
                    user: "ü\(users[users.count - 1])",
                    candidates: candidates.map { "é\($0)" },
                    features: features.span
                )
            }
        }
        writer.finish()
        let frame = try RequestFrame(decoding: writer.bytes, limits: .default)
        #expect(frame.header == header)
        let request = try frame.score(limits: .default)
        #expect(request.parameters == parameters)
        #expect(request.queryCount == users.count)
        var queries = request.makeQueries()
        for user in users {
            guard let query = queries.next() else {
                Issue.record("a query is missing")
                return
            }
            let read = parameters.idKind == .u64 ? "\(query.userID)" : query.userText.makeString()
            #expect(read == (parameters.idKind == .u64 ? "\(user)" : "ü\(user)"))
        }
        #expect(try rewritePayload(of: frame, writer.bytes, limits: .default) == writer.array)
    }

    @Test(arguments: 0..<200)
    func replies(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let header = ReplyHeader(
            id: RequestID(rawValue: random.next()),
            kind: .score,
            flags: ReplyFlags(rawValue: .random(in: 0...3, using: &random)),
            backlogMicroseconds: .random(in: 0 ... .max, using: &random)
        )
        var writer = FrameWriter(capacity: 0)
        writer.beginScoreReply(header)
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let candidates = Int.random(in: 0...20, using: &random)
            let isIndexed = Bool.random(using: &random)
            let entries = writer.appendReplyQuery(
                entryCount: isIndexed ? .random(in: 0...candidates, using: &random) : candidates,
                candidateCount: candidates,
                flags: isIndexed ? .indexed : []
            )
            for index in 0..<entries.count {
                var scores = writer.scores(of: entries)
                scores[index] = .random(in: -1...1, using: &random)
                var positions = writer.positions(of: entries)
                if isIndexed { positions[index] = .random(in: 0..<UInt32(candidates), using: &random) }
            }
        }
        writer.finish()
        #expect(try ReplyFrame(decoding: writer.bytes, maxBytes: 1 << 20).header == header)
        let written = writer.array
        #expect(try rewrite(reply: written.span.bytes) == written)
    }

    @Test func aWarmWriterKeepsItsMemory() {
        var writer = FrameWriter(capacity: 0)
        let ids = [UInt64](repeating: 3, count: 1_000)
        writer.beginScore(RequestHeader(id: RequestID(rawValue: 1), kind: .score), parameters: ScoreParameters())
        writer.appendQuery(user: 1, candidates: ids.span)
        writer.finish()
        let (first, capacity) = (writer.array, writer.capacity)
        writer.encodeRequest(RequestHeader(id: RequestID(rawValue: 2), kind: .info))
        writer.beginScore(RequestHeader(id: RequestID(rawValue: 1), kind: .score), parameters: ScoreParameters())
        writer.appendQuery(user: 1, candidates: ids.span)
        writer.finish()
        #expect(writer.array == first)
        #expect(writer.capacity == capacity)
    }

    @Test func longErrorTextsAreCutBetweenCharacters() throws {
        var writer = FrameWriter()
        let text = String(repeating: "映", count: 400)
        let header = ReplyHeader(id: RequestID(rawValue: 1), kind: .error)
        writer.encodeErrorReply(header, error: ErrorReply(status: .internal, message: text))
        let error = try ReplyFrame(decoding: writer.bytes, maxBytes: 4_096).error()
        #expect(error.message == String(repeating: "映", count: 341))
        #expect(error.status == .internal)
    }
}
