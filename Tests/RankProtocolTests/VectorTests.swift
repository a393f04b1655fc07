import RankCore
import RankProtocol
import Testing

/// The codec agrees with the vectors that the independent script wrote, in both directions.
@Suite struct VectorTests {
    @Test func filesHoldBothDirectionsAndBothOutcomes() {
        for direction in ["request", "reply"] {
            #expect(!Vector.select(direction, valid: true).isEmpty)
            #expect(!Vector.select(direction, valid: false).isEmpty)
        }
    }

    @Test(arguments: Vector.select("request", valid: true))
    func readsRequest(_ vector: Vector) throws {
        let expected = try #require(vector.frame)
        try withBytes(vector.bytes) { bytes in
            let frame = try RequestFrame(decoding: bytes, limits: .default)
            #expect("\(frame.header.id)" == expected.request_id)
            #expect(frame.header.kind.rawValue == expected.code)
            #expect(frame.header.flags.rawValue == expected.flags)
            #expect(frame.header.remainingMicroseconds ?? .max == expected.time)
            #expect(frame.header.model.hex == expected.model)
            #expect(frame.header.profile.rawValue == expected.profile)
            switch frame.header.kind {
            case .score:
                let request = try frame.score(limits: .default, allowsMissingFeatures: true)
                try check(request, expected.payload)
                let given = queryFeatures(of: request, in: bytes)?.map { $0.map(bits) }
                #expect(given == expected.payload.query_features)
                #expect(try frame.scoreOutline(limits: .default).queryFeatures == request.queryFeatures)
            case .cancel: #expect(try "\(frame.cancelledRequest())" == expected.payload.request_id)
            case .info, .health, .stats: try frame.checkEmptyPayload()
            case .catalog:
                let request = try frame.catalog()
                #expect("\(request.first)" == expected.payload.first)
                #expect(request.count == expected.payload.count)
            }
        }
    }

    private func check(_ request: borrowing ScoreRequest, _ expected: Vector.Payload) throws {
        #expect(request.parameters.topK == expected.top_k)
        #expect("\(request.parameters.unknownIDs)" == expected.policy)
        #expect("\(request.parameters.requestClass)" == expected.class)
        #expect("\(request.parameters.idKind)" == expected.id_kind)
        #expect(request.parameters.featureCount == expected.features)
        let expectedQueries = try #require(expected.queries)
        #expect(request.queryCount == expectedQueries.count)
        #expect(request.candidateCount == expectedQueries.reduce(0) { $0 + ($1.candidates?.count ?? 0) })
        var queries = request.makeQueries()
        for expected in expectedQueries {
            guard let query = queries.next() else {
                Issue.record("a query is missing")
                return
            }
            let candidates = (0..<query.candidateCount).map { index in
                query.idKind == .u64
                    ? "\(query.candidateID(at: index))" : query.candidateText(at: index).makeString()
            }
            let user = query.idKind == .u64 ? "\(query.userID)" : query.userText.makeString()
            let features = (0..<query.candidateCount).flatMap { candidate in
                (0..<query.featureCount).map { bits(query.feature($0, ofCandidate: candidate)) }
            }
            #expect(user == expected.user)
            #expect(candidates == expected.candidates)
            #expect(features == expected.features)
        }
        let isAtEnd = queries.next() == nil
        #expect(isAtEnd)
    }

    @Test(arguments: Vector.select("reply", valid: true))
    func readsReply(_ vector: Vector) throws {
        let expected = try #require(vector.frame)
        let payload = expected.payload
        try withBytes(vector.bytes) { bytes in
            let frame = try ReplyFrame(decoding: bytes, maxBytes: 1 << 24)
            #expect("\(frame.header.id)" == expected.request_id)
            #expect(frame.header.kind.rawValue == expected.code)
            #expect(frame.header.flags.rawValue == expected.flags)
            #expect(frame.header.backlogMicroseconds == expected.time)
            #expect(frame.header.model.hex == expected.model)
            #expect(frame.header.profile.rawValue == expected.profile)
            #expect(frame.header.status.rawValue == expected.status)
            switch frame.header.kind {
            case .score: try check(frame.score(), payload)
            case .cancel: #expect(try frame.wasCancelled() == (payload.cancelled == 1))
            case .health: #expect(try frame.isServing() == (payload.health == 1))
            case .info, .stats: #expect(try frame.pairs().map { [$0.key, $0.value] } == payload.pairs)
            case .catalog:
                let page = try frame.catalog()
                #expect("\(page.total)" == payload.total)
                #expect("\(page.first)" == payload.first)
                #expect("\(page.ids.kind)" == payload.id_kind)
                switch page.ids {
                case .numbers(let numbers): #expect(numbers.map { "\($0)" } == payload.ids)
                case .texts(let texts): #expect(texts == payload.ids)
                }
            case .error:
                let error = try frame.error()
                #expect(error.retryAfterMicroseconds == payload.retry_after_us)
                #expect(error.queryIndex == payload.query)
                #expect(error.candidateIndex == payload.candidate)
                #expect(error.message == payload.message)
            }
        }
    }

    private func check(_ reply: borrowing ScoreReply, _ expected: Vector.Payload) throws {
        #expect(reply.timings.queueMicroseconds == expected.queue_us)
        #expect(reply.timings.computeMicroseconds == expected.compute_us)
        #expect(reply.timings.queueDepth == expected.queue_depth)
        var queries = reply.makeQueries()
        for expected in try #require(expected.queries) {
            guard let query = queries.next() else {
                Issue.record("a query is missing")
                return
            }
            let entries = 0..<query.entryCount
            let scores = entries.map { bits(query.score(at: $0)) }
            let positions = entries.map { UInt32(query.position(at: $0)) }
            let flags = entries.map { query.entryFlags(at: $0).rawValue }
            #expect(query.candidateCount == expected.candidate_count)
            #expect(bits(query.coverage) == expected.coverage)
            #expect(query.flags.contains(.indexed) == expected.indexed)
            #expect(query.flags.contains(.unknownUser) == expected.unknown_user)
            #expect(query.flags.contains(.partial) == expected.partial)
            #expect(scores == expected.scores)
            #expect(positions == expected.positions ?? entries.map { UInt32($0) })
            #expect(flags == expected.bits)
        }
    }

    private static let written = Vector.select("request", valid: true).filter { vector in
        vector.frame?.extensions.allSatisfy { $0.type == 3 } == true
    }

    @Test(arguments: written)
    func writesTheSameRequest(_ vector: Vector) throws {
        let written = try withBytes(vector.bytes) { bytes in
            try rewritePayload(of: RequestFrame(decoding: bytes, limits: .default), bytes, limits: .default)
        }
        #expect(written == vector.bytes)
    }

    @Test(arguments: Vector.select("reply", valid: true).filter { $0.frame?.extensions.isEmpty == true })
    func writesTheSameReply(_ vector: Vector) throws {
        #expect(try withBytes(vector.bytes) { try rewrite(reply: $0) } == vector.bytes)
    }

    @Test(arguments: Vector.select("request", valid: false))
    func refusesRequest(_ vector: Vector) {
        let limits = FrameLimits(messageBytes: vector.max_message_bytes ?? 1 << 20)
        let error = #expect(throws: ProtocolError.self) {
            try withBytes(vector.bytes) { try rewrite(request: $0, limits: limits) }
        }
        // An empty body is a probe: the worker does not answer it, whatever the codec thinks of it.
        guard let answer = vector.answer else { return }
        #expect(error?.status.rawValue == answer.status, "\(vector.why ?? "")")
        #expect(error.map { "\($0.requestID)" } == answer.request_id)
    }

    @Test(arguments: Vector.select("reply", valid: false))
    func refusesReply(_ vector: Vector) {
        #expect(throws: ProtocolError.self, "\(vector.why ?? "")") {
            try withBytes(vector.bytes) { try rewrite(reply: $0) }
        }
    }
}
