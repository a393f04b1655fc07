public import RankCore

/// The payload of a SCORE reply, checked, read in place.
public struct ScoreReply: ~Escapable {
    /// The number of queries.
    public let queryCount: Int
    /// The worker's measurements.
    public let timings: ScoreTimings
    private let queryBytes: RawSpan

    @_lifetime(copy bytes)
    init(decoding bytes: RawSpan, at payload: Int) throws(ProtocolError) {
        let size = bytes.byteCount
        guard size - payload >= Wire.scoreReplyBytes else {
            throw ProtocolError(
                .invalidArgument,
                "the payload has \(size - payload) bytes, a SCORE reply has at least \(Wire.scoreReplyBytes)",
                offset: payload
            )
        }
        let queries = bytes.uint32(at: payload)
        queryCount = Int(queries)
        timings = ScoreTimings(
            queueMicroseconds: bytes.uint32(at: payload + 4),
            computeMicroseconds: bytes.uint32(at: payload + 8),
            queueDepth: bytes.uint32(at: payload + 12)
        )
        guard queries >= 1 else {
            throw ProtocolError(.invalidArgument, "a SCORE reply without a query", offset: payload)
        }
        var offset = payload + Wire.scoreReplyBytes
        // Each query takes bytes, so a count beyond the frame ends in an error, not in a long loop.
        for index in 0..<queries {
            do {
                offset = try ReplyQueryLayout.check(bytes, at: offset)
            } catch {
                var named = error
                named.queryIndex = index
                throw named
            }
        }
        guard offset == size else {
            throw ProtocolError(.invalidArgument, "\(size - offset) bytes after the last query", offset: offset)
        }
        queryBytes = bytes.extracting((payload + Wire.scoreReplyBytes)..<size)
    }

    /// A cursor over the queries, in request order.
    @_lifetime(copy self)
    public func makeQueries() -> ScoreReplyQueries {
        ScoreReplyQueries(remaining: queryBytes)
    }
}

/// A cursor over the queries of a checked SCORE reply.
public struct ScoreReplyQueries: ~Escapable {
    private var remaining: RawSpan

    @_lifetime(copy remaining)
    init(remaining: RawSpan) {
        self.remaining = remaining
    }

    /// The next query, or nil after the last.
    ///
    /// Allocates nothing.
    ///
    /// - Complexity: O(1).
    @_lifetime(copy self)
    public mutating func next() -> ScoreReplyQuery? {
        guard remaining.byteCount >= Wire.queryBytes else { return nil }
        let layout = ReplyQueryLayout(
            entryCount: Int(remaining.uint32(at: 0)),
            isIndexed: QueryFlags(rawValue: remaining.uint8(at: 12)).contains(.indexed)
        )
        let query = ScoreReplyQuery(bytes: remaining.extracting(0..<layout.byteCount), layout: layout)
        remaining = remaining.extracting(layout.byteCount..<remaining.byteCount)
        return query
    }
}

/// The entries of one query of a SCORE reply, read in place.
public struct ScoreReplyQuery: ~Escapable {
    private let bytes: RawSpan
    private let layout: ReplyQueryLayout

    @_lifetime(copy bytes)
    init(bytes: RawSpan, layout: ReplyQueryLayout) {
        self.bytes = bytes
        self.layout = layout
    }

    /// The number of entries.
    public var entryCount: Int { layout.entryCount }
    /// The number of candidates of the request; at least the entries.
    public var candidateCount: Int { Int(bytes.uint32(at: 4)) }
    /// Scored candidates / candidates, 0...1.
    public var coverage: Float { bytes.float(at: 8) }
    /// The query's bits.
    public var flags: QueryFlags { QueryFlags(rawValue: bytes.uint8(at: 12)) }

    /// The score of an entry; finite.
    public func score(at index: Int) -> Float {
        precondition(index >= 0 && index < entryCount)
        return bytes.float(at: layout.scores + 4 * index)
    }

    /// The index in the request's candidates of an entry.
    public func position(at index: Int) -> Int {
        precondition(index >= 0 && index < entryCount)
        return layout.isIndexed ? Int(bytes.uint32(at: layout.positions + 4 * index)) : index
    }

    /// The bits of an entry.
    public func entryFlags(at index: Int) -> EntryFlags {
        precondition(index >= 0 && index < entryCount)
        return EntryFlags(rawValue: bytes.uint8(at: layout.flags + index))
    }
}
