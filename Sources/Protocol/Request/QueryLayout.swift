import RankCore

/// The places of the parts of one query of a SCORE request, as offsets into the span that the query was read from.
struct QueryLayout {
    let candidateCount: Int
    let featureCount: Int
    let idKind: IDKind
    /// The start of the query.
    let start: Int
    /// The u64 ids, or the text offsets.
    var table: Int { start + Wire.queryBytes }
    /// The bytes of a UTF-8 user id.
    let userBytes: Int
    /// The bytes of all UTF-8 candidate ids.
    let textBytes: Int
    /// The end of the ids, before their padding.
    let idsEnd: Int
    /// The features.
    let features: Int
    let featuresEnd: Int
    /// The first byte after the query.
    let end: Int

    /// The UTF-8 user id.
    var user: Int { table + 4 * (candidateCount + 1) }
    /// The UTF-8 candidate ids.
    var text: Int { user + userBytes }

    /// Checks the query's size against its counts, with arithmetic that cannot overflow:
    /// every count is 32 bits wide, and the candidates are limited before they are multiplied.
    init(
        decoding bytes: RawSpan,
        at start: Int,
        parameters: ScoreParameters,
        candidateLimit: Int
    ) throws(ProtocolError) {
        let left = bytes.byteCount - start
        guard left >= Wire.queryBytes else {
            throw ProtocolError(
                .invalidArgument,
                "\(left) bytes are left, a query has at least \(Wire.queryBytes)",
                offset: start
            )
        }
        let candidates = Int(bytes.uint32(at: start))
        guard candidates <= candidateLimit else {
            throw ProtocolError(
                .invalidArgument,
                "\(candidates) candidates, max_candidates leaves \(candidateLimit)",
                offset: start
            )
        }
        let size = Int(bytes.uint32(at: start + 4))
        guard size >= Wire.queryBytes, size <= left, size.isMultiple(of: 8) else {
            throw ProtocolError(
                .invalidArgument,
                "a query of \(size) bytes, expected a multiple of 8 from \(Wire.queryBytes) to \(left)",
                offset: start + 4
            )
        }
        let user = parameters.idKind == .utf8 ? Int(bytes.uint32(at: start + 8)) : 0
        let text = parameters.idKind == .utf8 ? Int(bytes.uint32(at: start + 12)) : 0
        let features = UInt64(parameters.featureCount).multipliedReportingOverflow(by: UInt64(candidates))
        // Below 2^62 the sum of everything else, under 2^37, fits; beyond it no frame is that long.
        guard !features.overflow, features.partialValue < 1 << 60 else {
            throw ProtocolError(
                .invalidArgument,
                "\(candidates) candidates of \(parameters.featureCount) features do not fit a frame",
                offset: start
            )
        }
        self.init(
            start: start,
            candidateCount: candidates,
            parameters: parameters,
            userBytes: user,
            textBytes: text
        )
        guard end - start == size else {
            throw ProtocolError(
                .invalidArgument,
                "a query of \(size) bytes, its counts make \(end - start)",
                offset: start + 4
            )
        }
    }

    /// Computes the layout of a query that has been checked, at the start of a span.
    init(checked bytes: RawSpan, parameters: ScoreParameters) {
        self.init(
            start: 0,
            candidateCount: Int(bytes.uint32(at: 0)),
            parameters: parameters,
            userBytes: parameters.idKind == .utf8 ? Int(bytes.uint32(at: 8)) : 0,
            textBytes: parameters.idKind == .utf8 ? Int(bytes.uint32(at: 12)) : 0
        )
    }

    /// Computes the layout from counts whose products are known to fit.
    init(start: Int, candidateCount: Int, parameters: ScoreParameters, userBytes: Int, textBytes: Int) {
        self.start = start
        self.candidateCount = candidateCount
        self.userBytes = userBytes
        self.textBytes = textBytes
        featureCount = Int(parameters.featureCount)
        idKind = parameters.idKind
        switch parameters.idKind {
        case .u64: idsEnd = start + Wire.queryBytes + 8 * candidateCount
        case .utf8: idsEnd = start + Wire.queryBytes + 4 * (candidateCount + 1) + userBytes + textBytes
        }
        features = start + Wire.padded(idsEnd - start)
        featuresEnd = features + 4 * candidateCount * featureCount
        end = start + Wire.padded(featuresEnd - start)
    }

    /// Checks text, padding and features of a query whose size is right.
    func checkContents(of bytes: RawSpan, allowsMissingFeatures: Bool) throws(ProtocolError) {
        if idKind == .utf8 { try checkText(of: bytes) }
        if let stray = bytes.firstNonzero(in: idsEnd..<features) {
            throw ProtocolError(.invalidArgument, "the padding after the ids is not 0", offset: stray)
        }
        if let stray = bytes.firstNonzero(in: featuresEnd..<end) {
            throw ProtocolError(.invalidArgument, "the padding after the features is not 0", offset: stray)
        }
        var offset = features
        while offset < featuresEnd {
            let value = bytes.float(at: offset)
            guard value.isFinite || (allowsMissingFeatures && value.isNaN) else {
                throw ProtocolError(
                    .invalidArgument,
                    "a feature is not finite: it is "
                        + (value.isNaN ? "NaN, which stands for a missing one, and this model takes none" : "\(value)"),
                    offset: offset,
                    candidateIndex: UInt32(truncatingIfNeeded: (offset - features) / (4 * featureCount))
                )
            }
            offset += 4
        }
    }

    private func checkText(of bytes: RawSpan) throws(ProtocolError) {
        guard userBytes >= 1, userBytes <= Wire.maxIDBytes else {
            throw ProtocolError(
                .invalidArgument,
                "a user id of \(userBytes) bytes, expected 1 to \(Wire.maxIDBytes)",
                offset: start + 8
            )
        }
        guard bytes.uint32(at: table) == 0 else {
            throw ProtocolError(.invalidArgument, "the first text offset is not 0", offset: table)
        }
        guard bytes.isUTF8(in: user..<text), bytes.isUTF8(in: text..<idsEnd) else {
            throw ProtocolError(.invalidArgument, "an id is not UTF-8", offset: user)
        }
        var previous = 0
        for index in 0..<candidateCount {
            let field = table + 4 * (index + 1)
            let next = Int(bytes.uint32(at: field))
            guard next > previous, next - previous <= Wire.maxIDBytes, next <= textBytes else {
                throw ProtocolError(
                    .invalidArgument,
                    "a candidate id ends at \(next), expected \(previous + 1) to "
                        + "\(min(textBytes, previous + Wire.maxIDBytes))",
                    offset: field,
                    candidateIndex: UInt32(truncatingIfNeeded: index)
                )
            }
            // The whole text is UTF-8, so a part is when it does not start inside a character.
            guard bytes.uint8(at: text + previous) & 0xc0 != 0x80 else {
                throw ProtocolError(
                    .invalidArgument,
                    "a candidate id is not UTF-8",
                    offset: text + previous,
                    candidateIndex: UInt32(truncatingIfNeeded: index)
                )
            }
            previous = next
        }
        guard previous == textBytes else {
            throw ProtocolError(
                .invalidArgument,
                "the last text offset is \(previous), expected \(textBytes)",
                offset: table + 4 * candidateCount
            )
        }
    }
}
