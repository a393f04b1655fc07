public import RankCore

/// A reply frame, read in place: the header is decoded and checked, the payload is not yet.
///
/// After decoding, match `header.id`, then call the accessor of the kind, which checks the payload.
/// The value borrows the frame's memory, which may be unaligned. No input traps.
public struct ReplyFrame: ~Escapable {
    /// The header.
    public let header: ReplyHeader
    private let bytes: RawSpan
    private let payloadOffset: Int

    /// Reads the header and the extensions of a whole frame, its length field included.
    ///
    /// - Parameters:
    ///   - bytes: the frame.
    ///   - maxBytes: the most bytes that the reader accepts, see `FrameLimits.replyBytes`.
    /// - Throws: The fault of the frame. Its status is a worker's answer to such a frame; a client sends none.
    @_lifetime(copy bytes)
    public init(decoding bytes: RawSpan, maxBytes: Int) throws(ProtocolError) {
        var fields = try FrameHeader(decoding: bytes, messageBytes: maxBytes)
        guard let kind = ReplyKind(rawValue: fields.kind) else {
            throw ProtocolError(
                .unimplemented,
                "reply kind \(fields.kind) is unknown, expected 129 to 134 or 255",
                offset: 17,
                requestID: fields.id
            )
        }
        let flags = ReplyFlags(rawValue: fields.flags)
        guard flags.isSubset(of: .all) else {
            throw ProtocolError(
                .invalidArgument,
                "flags \(fields.flags), expected at most \(ReplyFlags.all.rawValue)",
                offset: 18,
                requestID: fields.id
            )
        }
        guard (fields.status == 0) == (kind != .error) else {
            throw ProtocolError(
                .invalidArgument,
                "status \(fields.status), expected \(kind == .error ? "an error" : "0") for this kind",
                offset: 40,
                requestID: fields.id
            )
        }
        try fields.readExtensions(of: bytes)
        header = ReplyHeader(
            id: fields.id,
            kind: kind,
            flags: flags,
            backlogMicroseconds: fields.time,
            model: fields.model,
            profile: fields.profile,
            status: Status(rawValue: fields.status)
        )
        self.bytes = bytes
        payloadOffset = fields.payloadOffset
    }

    /// The payload of SCORE, checked as a whole; its queries are then read lazily.
    ///
    /// - Precondition: the kind is SCORE.
    /// - Complexity: O(entries), no allocation.
    @_lifetime(copy self)
    public func score() throws(ProtocolError) -> ScoreReply {
        precondition(header.kind == .score)
        do {
            return try ScoreReply(decoding: bytes, at: payloadOffset)
        } catch {
            throw error.answering(header.id)
        }
    }

    /// The payload of CANCEL: whether the request was still waiting and is gone.
    ///
    /// - Precondition: the kind is CANCEL.
    public func wasCancelled() throws(ProtocolError) -> Bool {
        precondition(header.kind == .cancel)
        return try firstByte(of: 0...1) == 1
    }

    /// The payload of HEALTH: whether the worker is SERVING.
    ///
    /// - Precondition: the kind is HEALTH.
    public func isServing() throws(ProtocolError) -> Bool {
        precondition(header.kind == .health)
        return try firstByte(of: 1...2) == 1
    }

    /// The payload of INFO or STATS, in the worker's order.
    ///
    /// - Precondition: the kind is INFO or STATS.
    public func pairs() throws(ProtocolError) -> [InfoPair] {
        precondition(header.kind == .info || header.kind == .stats)
        do {
            return try InfoPair.decode(bytes, at: payloadOffset)
        } catch {
            throw error.answering(header.id)
        }
    }

    /// The payload of CATALOG: a page of ids.
    ///
    /// - Precondition: the kind is CATALOG.
    /// - Complexity: O(bytes); the ids are copied.
    public func catalog() throws(ProtocolError) -> CatalogPage {
        precondition(header.kind == .catalog)
        do {
            return try CatalogPage(decoding: bytes, at: payloadOffset)
        } catch {
            throw error.answering(header.id)
        }
    }

    /// The payload of ERROR with the header's status.
    ///
    /// - Precondition: the kind is ERROR.
    public func error() throws(ProtocolError) -> ErrorReply {
        precondition(header.kind == .error)
        do {
            return try ErrorReply(decoding: bytes, at: payloadOffset, status: header.status)
        } catch {
            throw error.answering(header.id)
        }
    }

    /// The one byte of an 8-byte payload.
    private func firstByte(of expected: ClosedRange<UInt8>) throws(ProtocolError) -> UInt8 {
        guard bytes.byteCount - payloadOffset == 8 else {
            throw ProtocolError(
                .invalidArgument,
                "the payload has \(bytes.byteCount - payloadOffset) bytes, expected 8 for this kind",
                offset: payloadOffset,
                requestID: header.id
            )
        }
        let value = bytes.uint8(at: payloadOffset)
        guard expected.contains(value) else {
            throw ProtocolError(
                .invalidArgument,
                "value \(value), expected \(expected.lowerBound) or \(expected.upperBound)",
                offset: payloadOffset,
                requestID: header.id
            )
        }
        if let stray = bytes.firstNonzero(in: (payloadOffset + 1)..<bytes.byteCount) {
            throw ProtocolError(.invalidArgument, "the padding is not 0", offset: stray, requestID: header.id)
        }
        return value
    }
}
