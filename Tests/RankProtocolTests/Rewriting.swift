import RankProtocol

/// Reads a whole request in the document's order and writes it anew.
func rewrite(request bytes: RawSpan, limits: FrameLimits = .default) throws(ProtocolError) -> [UInt8] {
    let frame = try RequestFrame(decoding: bytes, limits: limits)
    try frame.header.checkDeadline()
    return try rewritePayload(of: frame, bytes, limits: limits)
}

func rewritePayload(
    of frame: borrowing RequestFrame,
    _ bytes: RawSpan,
    limits: FrameLimits
) throws(ProtocolError) -> [UInt8] {
    var writer = FrameWriter()
    switch frame.header.kind {
    case .score:
        let request = try frame.score(limits: limits, allowsMissingFeatures: true)
        let given = queryFeatures(of: request, in: bytes)?.flatMap(\.self) ?? []
        writer.beginScore(
            frame.header,
            parameters: request.parameters,
            queryFeatures: given.span,
            queryFeatureCount: request.queryFeatures?.count ?? 0
        )
        var queries = request.makeQueries()
        while let query = queries.next() {
            let floats = (0..<query.candidateCount).flatMap { candidate in
                (0..<query.featureCount).map { query.feature($0, ofCandidate: candidate) }
            }
            switch query.idKind {
            case .u64:
                let candidates = (0..<query.candidateCount).map { query.candidateID(at: $0) }
                writer.appendQuery(user: query.userID, candidates: candidates.span, features: floats.span)
            case .utf8:
                let candidates = (0..<query.candidateCount).map { query.candidateText(at: $0).makeString() }
                writer.appendQuery(user: query.userText.makeString(), candidates: candidates, features: floats.span)
            }
        }
        writer.finish()
    case .cancel:
        let cancelled = try frame.cancelledRequest()
        writer.encodeCancel(frame.header, of: cancelled)
    case .catalog:
        let request = try frame.catalog()
        writer.encodeCatalog(frame.header, request)
    case .info, .health, .stats:
        try frame.checkEmptyPayload()
        writer.encodeRequest(frame.header)
    }
    return writer.array
}

/// Reads a whole reply and writes it anew.
func rewrite(reply bytes: RawSpan, maxBytes: Int = 1 << 24) throws(ProtocolError) -> [UInt8] {
    let frame = try ReplyFrame(decoding: bytes, maxBytes: maxBytes)
    var writer = FrameWriter()
    switch frame.header.kind {
    case .score:
        let reply = try frame.score()
        writer.beginScoreReply(frame.header)
        var queries = reply.makeQueries()
        while let query = queries.next() {
            let entries = writer.appendReplyQuery(
                entryCount: query.entryCount,
                candidateCount: query.candidateCount,
                flags: query.flags
            )
            for index in 0..<query.entryCount {
                var scores = writer.scores(of: entries)
                scores[index] = query.score(at: index)
                var flags = writer.entryFlags(of: entries)
                flags[index] = query.entryFlags(at: index).rawValue
                if entries.isIndexed {
                    var positions = writer.positions(of: entries)
                    positions[index] = UInt32(query.position(at: index))
                }
            }
            writer.setResult(of: entries, flags: query.flags, coverage: query.coverage)
        }
        writer.setTimings(reply.timings)
        writer.setLoad(backlogMicroseconds: frame.header.backlogMicroseconds, flags: frame.header.flags)
        writer.finish()
    case .cancel:
        let wasWaiting = try frame.wasCancelled()
        writer.encodeCancelReply(frame.header, wasWaiting: wasWaiting)
    case .health:
        let isServing = try frame.isServing()
        writer.encodeHealthReply(frame.header, isServing: isServing)
    case .info, .stats:
        let pairs = try frame.pairs()
        writer.encodePairsReply(frame.header, pairs: pairs)
    case .catalog:
        let page = try frame.catalog()
        writer.encodeCatalogReply(frame.header, page)
    case .error:
        let error = try frame.error()
        writer.encodeErrorReply(frame.header, error: error)
    }
    return writer.array
}

/// The features that a request has once for each of its queries; nil without the extension.
func queryFeatures(of request: borrowing ScoreRequest, in bytes: RawSpan) -> [[Float]]? {
    guard let features = request.queryFeatures else { return nil }
    var rows: [[Float]] = []
    for index in 0..<request.queryCount { rows.append(floats(features.bytes(ofQuery: index, in: bytes))) }
    return rows
}

/// The floats of little-endian bytes.
func floats(_ bytes: RawSpan) -> [Float] {
    bytes.withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: 4).map { bytes.loadUnaligned(fromByteOffset: $0, as: Float.self) }
    }
}

/// Calls `body` with the bytes of an array as a span.
func withBytes<Result, Failure: Error>(
    _ bytes: [UInt8],
    _ body: (RawSpan) throws(Failure) -> Result
) throws(Failure) -> Result {
    try body(bytes.span.bytes)
}

extension FrameWriter {
    /// The frame as an array.
    var array: [UInt8] {
        bytes.withUnsafeBytes { Array($0) }
    }
}
