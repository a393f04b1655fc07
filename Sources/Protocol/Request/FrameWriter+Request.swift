import RankCore

extension FrameWriter {
    /// Starts a SCORE request; append at least one query, then call `finish()`.
    ///
    /// The kind of the header is set to SCORE.
    ///
    /// - Parameters:
    ///   - header: The header.
    ///   - parameters: The fixed fields.
    ///   - queryFeatures: Features of the queries, one query's after another's.
    ///   - queryFeatureCount: The features of each query.
    /// - Precondition: there are at most ``QueryFeatures/maximumCount`` features of queries, as many for each query.
    public mutating func beginScore(
        _ header: RequestHeader,
        parameters: ScoreParameters,
        queryFeatures: Span<Float> = Span(),
        queryFeatureCount: Int = 0
    ) {
        begin(header, kind: .score)
        if queryFeatureCount > 0 { appendExtension(queryFeatures, queryFeatureCount) }
        append(UInt32(0))
        append(parameters.topK)
        append(parameters.unknownIDs.rawValue)
        append(parameters.requestClass.rawValue)
        append(parameters.idKind.rawValue)
        append(UInt8(0))
        append(parameters.featureCount)
    }

    private mutating func appendExtension(_ features: Span<Float>, _ count: Int) {
        precondition(features.count.isMultiple(of: count) && features.count <= QueryFeatures.maximumCount)
        append(QueryFeatures.type)
        append(UInt16(1))
        append(UInt32(Wire.extensionHeaderBytes + 4 * features.count))
        append(UInt32(count))
        append(UInt32(0))
        unsafe append(features.bytes)
        pad()
        put(UInt32(end - Wire.headerBytes), at: Wire.extensionCount)
    }

    /// Appends a query of u64 ids to a SCORE request of that id kind.
    ///
    /// - Parameters:
    ///   - user: the user to score for.
    ///   - candidates: the ids, at most 2^32 − 1.
    ///   - features: `featureCount` floats per candidate, row-major by candidate.
    /// - Complexity: one copy of the ids and the features.
    public mutating func appendQuery(
        user: UInt64,
        candidates: Span<UInt64>,
        features: Span<Float> = Span()
    ) {
        let start = beginQuery(candidateCount: candidates.count)
        append(user)
        unsafe append(candidates.bytes)
        endQuery(from: start, features: features)
    }

    /// Appends a query of UTF-8 ids to a SCORE request of that id kind.
    ///
    /// - Parameters:
    ///   - user: the user to score for, 1 to 65,535 bytes; a worker refuses other lengths.
    ///   - candidates: the ids, each 1 to 65,535 bytes, together below 4 GiB.
    ///   - features: `featureCount` floats per candidate, row-major by candidate.
    public mutating func appendQuery(
        user: String,
        candidates: some Collection<String>,
        features: Span<Float> = Span()
    ) {
        let start = beginQuery(candidateCount: candidates.count)
        append(UInt32(clamping: user.utf8.count))
        let textBytes = end
        append(UInt32(0))
        var offset: UInt32 = 0
        append(offset)
        for candidate in candidates {
            let (next, overflow) = offset.addingReportingOverflow(UInt32(clamping: candidate.utf8.count))
            precondition(!overflow, "the candidate ids of a query have less than 4 GiB")
            offset = next
            append(offset)
        }
        put(offset, at: textBytes)
        append(user)
        for candidate in candidates { append(candidate) }
        pad()
        endQuery(from: start, features: features)
    }

    /// Builds a CANCEL request that takes another request back.
    ///
    /// The kind of the header is set to CANCEL.
    public mutating func encodeCancel(_ header: RequestHeader, of request: RequestID) {
        begin(header, kind: .cancel)
        append(request.rawValue)
        finish()
    }

    /// Builds an INFO, HEALTH or STATS request, as the header says.
    ///
    /// - Precondition: the kind is one of the three.
    public mutating func encodeRequest(_ header: RequestHeader) {
        precondition(header.kind == .info || header.kind == .health || header.kind == .stats)
        begin(header, kind: header.kind)
        finish()
    }

    /// Builds a CATALOG request.
    ///
    /// The kind of the header is set to CATALOG.
    public mutating func encodeCatalog(_ header: RequestHeader, _ request: CatalogRequest) {
        begin(header, kind: .catalog)
        append(request.first)
        append(request.count)
        append(UInt32(0))
        finish()
    }

    private mutating func begin(_ header: RequestHeader, kind: RequestKind) {
        begin(
            id: header.id,
            kind: kind.rawValue,
            flags: header.flags.rawValue,
            time: header.remainingMicroseconds ?? Wire.noDeadline,
            model: header.model,
            status: 0,
            profile: header.profile.rawValue
        )
    }

    /// Counts the query and writes the fields that both id kinds start with.
    private mutating func beginQuery(candidateCount: Int) -> Int {
        precondition(candidateCount <= Int(UInt32.max), "a query has less than 2^32 candidates")
        let payload = Wire.headerBytes + Int(bytes.uint32(at: Wire.extensionCount))
        put(bytes.uint32(at: payload) + 1, at: payload)
        let start = end
        append(UInt32(candidateCount))
        append(UInt32(0))
        return start
    }

    private mutating func endQuery(from start: Int, features: Span<Float>) {
        unsafe append(features.bytes)
        pad()
        precondition(end - start <= Int(UInt32.max), "a query has less than 4 GiB")
        put(UInt32(end - start), at: start + 4)
    }
}
