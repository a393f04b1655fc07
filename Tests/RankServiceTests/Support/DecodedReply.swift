import RankCore
import RankProtocol

/// A reply, copied out of its frame.
struct DecodedReply {
    struct Entry: Equatable {
        var score: Float
        var position: Int
        var flags: EntryFlags
    }

    struct Query: Equatable {
        var entries: [Entry]
        var candidateCount: Int
        var coverage: Float
        var flags: QueryFlags

        var scores: [Float] { entries.map(\.score) }
        var positions: [Int] { entries.map(\.position) }
    }

    var header: ReplyHeader
    var timings = ScoreTimings()
    var queries: [Query] = []
    var error: ErrorReply?
    var pairs: [String: String] = [:]
    var wasCancelled: Bool?
    var isServing: Bool?
    var page: CatalogPage?

    /// The status of the header.
    var status: Status { header.status }

    init(_ bytes: RawSpan) throws {
        let frame = try ReplyFrame(decoding: bytes, maxBytes: .max)
        header = frame.header
        switch frame.header.kind {
        case .score:
            let reply = try frame.score()
            timings = reply.timings
            var cursor = reply.makeQueries()
            while let query = cursor.next() { queries.append(Query(query)) }
        case .cancel: wasCancelled = try frame.wasCancelled()
        case .health: isServing = try frame.isServing()
        case .info, .stats:
            for pair in try frame.pairs() { pairs[pair.key] = pair.value }
        case .catalog: page = try frame.catalog()
        case .error: error = try frame.error()
        }
    }

    init(_ bytes: [UInt8]) throws {
        try self.init(bytes.span.bytes)
    }
}

extension DecodedReply.Query {
    fileprivate init(_ query: borrowing ScoreReplyQuery) {
        entries = []
        for index in 0..<query.entryCount {
            entries.append(
                DecodedReply.Entry(
                    score: query.score(at: index),
                    position: query.position(at: index),
                    flags: query.entryFlags(at: index)
                )
            )
        }
        candidateCount = query.candidateCount
        coverage = query.coverage
        flags = query.flags
    }
}

extension RawSpan {
    /// A copy.
    var copied: [UInt8] { (0..<byteCount).map { unsafeLoad(fromByteOffset: $0, as: UInt8.self) } }
}
