public import RankCore

/// The place of one query's entries in a SCORE reply that is being written.
public struct ReplyEntries: Hashable, Sendable {
    /// The number of entries.
    public let count: Int
    /// Whether the entries carry positions.
    public let isIndexed: Bool
    let start: Int
}

extension FrameWriter {
    /// Starts a SCORE reply; append the queries in request order, then call `finish()`.
    ///
    /// The kind of the header is set to SCORE and its status to OK. Timings are 0 until `setTimings`.
    public mutating func beginScoreReply(_ header: ReplyHeader) {
        begin(header, kind: .score, status: .ok)
        let start = reserve(Wire.scoreReplyBytes)
        put(UInt64(0), at: start)
        put(UInt64(0), at: start + 8)
    }

    /// Appends a query and makes room for its entries, which `scores(of:)` and `entryFlags(of:)` then give access to;
    /// until then scores and positions are undefined and entry bits are 0.
    ///
    /// - Parameters:
    ///   - entryCount: the entries, at most the candidates.
    ///   - candidateCount: the candidates of the request.
    ///   - flags: the query's bits; INDEXED makes room for positions.
    ///   - coverage: scored candidates / candidates, 1 without candidates.
    /// - Returns: where the entries go.
    /// - Complexity: O(entries) for the bits; no allocation once the writer has been that large.
    public mutating func appendReplyQuery(
        entryCount: Int,
        candidateCount: Int,
        flags: QueryFlags = [],
        coverage: Float = 1
    ) -> ReplyEntries {
        precondition(entryCount >= 0 && entryCount <= candidateCount && candidateCount <= Int(UInt32.max))
        let count = bytes.uint32(at: Wire.headerBytes)
        put(count + 1, at: Wire.headerBytes)
        let layout = ReplyQueryLayout(entryCount: entryCount, isIndexed: flags.contains(.indexed))
        let start = reserve(layout.byteCount)
        put(UInt32(entryCount), at: start)
        put(UInt32(candidateCount), at: start + 4)
        put(coverage.bitPattern, at: start + 8)
        put(UInt32(flags.rawValue), at: start + 12)
        zero((start + layout.flags)..<(start + layout.byteCount))
        return ReplyEntries(count: entryCount, isIndexed: layout.isIndexed, start: start)
    }

    /// The scores of a query, for a ranker to write into.
    ///
    /// Aligned for `Float`.
    @_lifetime(&self)
    public mutating func scores(of entries: ReplyEntries) -> MutableSpan<Float> {
        elements(at: entries.start + Wire.queryBytes, count: entries.count)
    }

    /// The positions of a query; empty unless it is indexed.
    ///
    /// Aligned for `UInt32`.
    @_lifetime(&self)
    public mutating func positions(of entries: ReplyEntries) -> MutableSpan<UInt32> {
        elements(
            at: entries.start + Wire.queryBytes + 4 * entries.count,
            count: entries.isIndexed ? entries.count : 0
        )
    }

    /// The entry bits of a query (`EntryFlags`), 0 until written.
    @_lifetime(&self)
    public mutating func entryFlags(of entries: ReplyEntries) -> MutableSpan<UInt8> {
        elements(
            at: entries.start + Wire.queryBytes + (entries.isIndexed ? 8 : 4) * entries.count,
            count: entries.count
        )
    }

    /// Replaces a query's bits and coverage, which are known only after the scoring.
    ///
    /// - Precondition: INDEXED is as it was.
    public mutating func setResult(of entries: ReplyEntries, flags: QueryFlags, coverage: Float) {
        precondition(flags.contains(.indexed) == entries.isIndexed)
        put(coverage.bitPattern, at: entries.start + 8)
        put(flags.rawValue, at: entries.start + 12)
    }

    /// Writes the measurements into a SCORE reply.
    public mutating func setTimings(_ timings: ScoreTimings) {
        put(timings.queueMicroseconds, at: Wire.headerBytes + 4)
        put(timings.computeMicroseconds, at: Wire.headerBytes + 8)
        put(timings.queueDepth, at: Wire.headerBytes + 12)
    }

    /// Writes the backlog and the flags of a reply, which are known best just before it is sent.
    public mutating func setLoad(backlogMicroseconds: UInt32, flags: ReplyFlags) {
        put(flags.rawValue, at: 18)
        put(backlogMicroseconds, at: 20)
    }

    /// Builds a CANCEL reply.
    ///
    /// The kind of the header is set to CANCEL.
    public mutating func encodeCancelReply(_ header: ReplyHeader, wasWaiting: Bool) {
        begin(header, kind: .cancel, status: .ok)
        append(UInt64(wasWaiting ? 1 : 0))
        finish()
    }

    /// Builds a HEALTH reply.
    ///
    /// The kind of the header is set to HEALTH.
    public mutating func encodeHealthReply(_ header: ReplyHeader, isServing: Bool) {
        begin(header, kind: .health, status: .ok)
        append(UInt64(isServing ? 1 : 2))
        finish()
    }

    /// Builds an INFO or STATS reply, as the header says.
    ///
    /// Keys are unique; texts over 65,535 bytes are cut.
    ///
    /// - Precondition: the kind is INFO or STATS.
    public mutating func encodePairsReply(_ header: ReplyHeader, pairs: some Collection<InfoPair>) {
        precondition(header.kind == .info || header.kind == .stats)
        begin(header, kind: header.kind, status: .ok)
        append(UInt32(clamping: pairs.count))
        append(UInt32(0))
        for pair in pairs {
            let key = pair.key.prefix(utf8Bytes: Int(UInt16.max))
            let value = pair.value.prefix(utf8Bytes: Int(UInt16.max))
            append(UInt16(clamping: key.utf8.count))
            append(UInt16(clamping: value.utf8.count))
            append(key)
            append(value)
        }
        pad()
        finish()
    }

    /// Builds an ERROR reply.
    ///
    /// Kind and status of the header are set from the error; a message over
    /// 1,024 bytes is cut between two characters.
    ///
    /// - Precondition: the status is not OK.
    public mutating func encodeErrorReply(_ header: ReplyHeader, error: ErrorReply) {
        precondition(error.status != .ok)
        begin(header, kind: .error, status: error.status)
        let message = error.message.prefix(utf8Bytes: Wire.maxErrorMessageBytes)
        append(error.retryAfterMicroseconds)
        append(error.queryIndex ?? Wire.noIndex)
        append(error.candidateIndex ?? Wire.noIndex)
        append(UInt32(clamping: message.utf8.count))
        append(message)
        pad()
        finish()
    }

    mutating func begin(_ header: ReplyHeader, kind: ReplyKind, status: Status) {
        begin(
            id: header.id,
            kind: kind.rawValue,
            flags: header.flags.rawValue,
            time: header.backlogMicroseconds,
            model: header.model,
            status: status.rawValue,
            profile: header.profile.rawValue
        )
    }
}

extension String {
    /// The longest prefix of whole Unicode scalars that fits a number of UTF-8 bytes.
    func prefix(utf8Bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: limit)
        while !end.isPosition(inScalarsOf: self), end > startIndex { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}

extension String.Index {
    fileprivate func isPosition(inScalarsOf text: String) -> Bool {
        samePosition(in: text.unicodeScalars) != nil
    }
}
