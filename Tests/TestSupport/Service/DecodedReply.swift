package import RankCore
package import RankProtocol

/// A reply, copied out of its frame.
package struct DecodedReply {
    /// An entry of an answer.
    package struct Entry: Equatable {
        /// The score.
        package var score: Float
        /// The position in the request.
        package var position: Int
        /// The flags.
        package var flags: EntryFlags

        /// Makes an entry.
        package init(score: Float, position: Int, flags: EntryFlags) {
            (self.score, self.position, self.flags) = (score, position, flags)
        }
    }

    /// The answer to one query.
    package struct Query: Equatable {
        /// The entries, in the order of the reply.
        package var entries: [Entry]
        /// The number of candidates in the request.
        package var candidateCount: Int
        /// The share of candidates with a score of the model.
        package var coverage: Float
        /// The flags.
        package var flags: QueryFlags

        /// Makes the answer to a query.
        package init(entries: [Entry], candidateCount: Int, coverage: Float, flags: QueryFlags) {
            self.entries = entries
            self.candidateCount = candidateCount
            self.coverage = coverage
            self.flags = flags
        }

        /// The scores, in the order of the reply.
        package var scores: [Float] { entries.map(\.score) }
        /// The positions, in the order of the reply.
        package var positions: [Int] { entries.map(\.position) }
    }

    /// The header of the frame.
    package var header: ReplyHeader
    /// The times of a SCORE reply.
    package var timings = ScoreTimings()
    /// The answers of a SCORE reply.
    package var queries: [Query] = []
    /// The error of an ERROR reply.
    package var error: ErrorReply?
    /// The pairs of INFO or STATS.
    package var pairs: [String: String] = [:]
    /// The answer to a CANCEL.
    package var wasCancelled: Bool?
    /// The answer to HEALTH.
    package var isServing: Bool?
    /// The page of a CATALOG reply.
    package var page: CatalogPage?

    /// The status of the header.
    package var status: Status { header.status }

    /// Decodes a frame.
    package init(_ bytes: RawSpan) throws {
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

    /// Decodes a frame.
    package init(_ bytes: [UInt8]) throws {
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
    package var copied: [UInt8] { (0..<byteCount).map { unsafeLoad(fromByteOffset: $0, as: UInt8.self) } }
}
