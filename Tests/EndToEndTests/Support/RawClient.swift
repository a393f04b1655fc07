import RankCore
import RankProtocol
import ZMQ

/// A client made of a bare socket and the codec alone: what any other language would write.
struct RawClient: Sendable {
    /// How the request is wrapped.
    enum Form: Sendable, CaseIterable {
        case request
        case dealer
        case dealerWithDelimiter
    }

    var endpoint: String
    var form: Form

    /// The scores of all candidates in request order, as bit patterns.
    ///
    /// On a thread of its own, since a socket's waiting must not hold one of the concurrency pool.
    func scores(user: UInt64, candidates: [UInt64]) async throws -> [UInt32] {
        try await onThread { try score(user: user, candidates: candidates) }
    }

    /// Whether the worker says that it leaves when it scores a candidate.
    func isScoredByLeaver() async throws -> Bool {
        try await onThread {
            let message = try exchange(Self.request(user: 1, candidates: [1]))
            return try ReplyFrame(decoding: message.bytes, maxBytes: 64 << 20).header.flags.contains(.draining)
        }
    }

    /// What the worker has counted.
    func statistics() async throws -> [String: String] {
        try await onThread {
            var writer = FrameWriter()
            writer.encodeRequest(RequestHeader(id: RequestID(rawValue: 7), kind: .stats))
            let message = try exchange(writer)
            let pairs = try ReplyFrame(decoding: message.bytes, maxBytes: 64 << 20).pairs()
            return Dictionary(uniqueKeysWithValues: pairs.map { ($0.key, $0.value) })
        }
    }

    /// Sends a frame and waits for the answer.
    private func exchange(_ writer: borrowing FrameWriter) throws -> Message {
        let context = try Context()
        let socket = try Socket(
            form == .request ? .request : .dealer,
            in: context,
            settings: .client(maximumMessageSize: 64 << 20)
        )
        try socket.set(.sendTimeout, to: Int32(20_000))
        try socket.set(.receiveTimeout, to: Int32(20_000))
        try socket.connect(Endpoint(endpoint, for: .connecting))
        if form == .dealerWithDelimiter {
            guard try socket.send(copying: RawSpan(), more: true, waiting: .allowed) == .sent else {
                throw RawClientError(description: "the delimiter was not sent")
            }
        }
        guard try socket.send(copying: writer.bytes, waiting: .allowed) == .sent else {
            throw RawClientError(description: "the request was not sent")
        }
        var message = Message()
        guard try socket.receive(into: &message, waiting: .allowed) else {
            throw RawClientError(description: "no answer")
        }
        if form == .dealerWithDelimiter {
            guard message.isEmpty, message.hasMore, try socket.receive(into: &message, waiting: .allowed) else {
                throw RawClientError(description: "no delimiter before the answer")
            }
        }
        guard !message.hasMore else { throw RawClientError(description: "frames after the answer") }
        return message
    }

    private static func request(user: UInt64, candidates: [UInt64]) -> FrameWriter {
        var writer = FrameWriter()
        writer.beginScore(RequestHeader(id: RequestID(rawValue: 7), kind: .score), parameters: ScoreParameters())
        writer.appendQuery(user: user, candidates: candidates.span)
        writer.finish()
        return writer
    }

    private func score(user: UInt64, candidates: [UInt64]) throws -> [UInt32] {
        let message = try exchange(Self.request(user: user, candidates: candidates))
        let reply = try ReplyFrame(decoding: message.bytes, maxBytes: 64 << 20)
        guard reply.header.kind == .score, reply.header.id.rawValue == 7 else {
            throw RawClientError(description: "an answer of kind \(reply.header.kind)")
        }
        var queries = try reply.score().makeQueries()
        guard let query = queries.next(), query.entryCount == candidates.count else {
            throw RawClientError(description: "an answer without \(candidates.count) entries")
        }
        return (0..<query.entryCount).map { query.score(at: $0).bitPattern }
    }
}

/// What went wrong on a bare socket.
struct RawClientError: Error, CustomStringConvertible {
    var description: String
}
