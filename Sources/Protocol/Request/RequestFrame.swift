import RankCore

/// A request frame, read in place: the header is decoded and checked, the payload is not yet.
///
/// The worker's order is the document's: decode, `header.checkTarget`, `header.checkDeadline`, then the accessor
/// of the kind, which checks the payload. Nothing here allocates unless an error is thrown, and no input traps.
///
///     let frame = try RequestFrame(decoding: message.bytes, limits: limits)
///     switch frame.header.kind {
///     case .score: let request = try frame.score(limits: limits)
///     …
///     }
///
/// The value borrows the frame's memory, which may be unaligned.
public struct RequestFrame: ~Escapable {
    /// The header.
    public let header: RequestHeader
    private let bytes: RawSpan
    private let payloadOffset: Int
    private let queryFeatures: QueryFeatures?

    /// Reads the header and the extensions of a whole frame, its length field included.
    ///
    /// - Throws: the status to answer with and the id to answer to.
    /// - Complexity: O(extensions).
    @_lifetime(copy bytes)
    public init(decoding bytes: RawSpan, limits: FrameLimits) throws(ProtocolError) {
        var fields = try FrameHeader(decoding: bytes, messageBytes: limits.messageBytes)
        guard let kind = RequestKind(rawValue: fields.kind) else {
            throw ProtocolError(
                .unimplemented,
                "request kind \(fields.kind) is unknown, expected 1 to 6",
                offset: 17,
                requestID: fields.id
            )
        }
        let flags = RequestFlags(rawValue: fields.flags)
        guard flags.isSubset(of: .allowed(for: kind)) else {
            throw ProtocolError(
                .invalidArgument,
                "flags \(fields.flags), expected at most \(RequestFlags.allowed(for: kind).rawValue) for this kind",
                offset: 18,
                requestID: fields.id
            )
        }
        guard fields.status == 0 else {
            throw ProtocolError(
                .invalidArgument,
                "status \(fields.status) in a request, expected 0",
                offset: 40,
                requestID: fields.id
            )
        }
        try fields.readExtensions(of: bytes, request: kind)
        queryFeatures = fields.queryFeatures
        header = RequestHeader(
            id: fields.id,
            kind: kind,
            flags: flags,
            remainingMicroseconds: fields.time == Wire.noDeadline ? nil : fields.time,
            model: fields.model,
            profile: fields.profile
        )
        self.bytes = bytes
        payloadOffset = fields.payloadOffset
    }

    /// The payload of SCORE, checked as a whole; its queries are then read lazily.
    ///
    /// - Parameters:
    ///   - limits: The reader's limits.
    ///   - allowsMissingFeatures: Whether a feature may be NaN, which stands for a missing one; never infinite.
    /// - Returns: The request.
    /// - Throws: The fault of the frame, with the id to answer.
    /// - Precondition: the kind is SCORE.
    /// - Complexity: O(queries) for numbers without features, O(payload) for text and features.
    @_lifetime(copy self)
    public func score(
        limits: FrameLimits,
        allowsMissingFeatures: Bool = false
    ) throws(ProtocolError) -> ScoreRequest {
        precondition(header.kind == .score)
        do {
            return try ScoreRequest(
                decoding: bytes,
                at: payloadOffset,
                queryFeatures: queryFeatures,
                limits: limits,
                allowsMissingFeatures: allowsMissingFeatures
            )
        } catch {
            throw error.answering(header.id)
        }
    }

    /// The parameters and the size of SCORE, read before text, padding and features: enough to tell the cost of
    /// scoring.
    ///
    /// - Precondition: the kind is SCORE.
    /// - Complexity: O(queries).
    public func scoreOutline(limits: FrameLimits) throws(ProtocolError) -> ScoreOutline {
        precondition(header.kind == .score)
        do {
            return ScoreOutline(
                try ScoreRequest(
                    decoding: bytes,
                    at: payloadOffset,
                    queryFeatures: queryFeatures,
                    limits: limits,
                    checksContents: false
                )
            )
        } catch {
            throw error.answering(header.id)
        }
    }

    /// The payload of CANCEL: the id of the request to take back.
    ///
    /// - Precondition: the kind is CANCEL.
    public func cancelledRequest() throws(ProtocolError) -> RequestID {
        precondition(header.kind == .cancel)
        try checkPayload(count: 8)
        return RequestID(rawValue: bytes.uint64(at: payloadOffset))
    }

    /// The payload of CATALOG: which page is wanted.
    ///
    /// - Precondition: the kind is CATALOG.
    public func catalog() throws(ProtocolError) -> CatalogRequest {
        precondition(header.kind == .catalog)
        try checkPayload(count: Wire.catalogRequestBytes)
        do {
            return try CatalogRequest(decoding: bytes, at: payloadOffset)
        } catch {
            throw error.answering(header.id)
        }
    }

    /// Checks that INFO, HEALTH or STATS carries no payload.
    ///
    /// - Precondition: the kind is one of the three.
    public func checkEmptyPayload() throws(ProtocolError) {
        precondition(header.kind == .info || header.kind == .health || header.kind == .stats)
        try checkPayload(count: 0)
    }

    private func checkPayload(count: Int) throws(ProtocolError) {
        let found = bytes.byteCount - payloadOffset
        guard found == count else {
            throw ProtocolError(
                .invalidArgument,
                "the payload has \(found) bytes, expected \(count) for this kind",
                offset: payloadOffset,
                requestID: header.id
            )
        }
    }
}

extension ProtocolError {
    /// The same error as an answer to a request whose id is known.
    func answering(_ id: RequestID) -> ProtocolError {
        var error = self
        error.requestID = id
        return error
    }
}
