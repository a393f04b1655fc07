import RankCore

/// The payload of a SCORE request, checked, read in place.
public struct ScoreRequest: ~Escapable {
    /// The fixed fields.
    public let parameters: ScoreParameters
    /// The number of queries, at least 1.
    public let queryCount: Int
    /// The candidates of all queries together.
    public let candidateCount: Int
    /// The features that are given once for each query; nil where there are none.
    public let queryFeatures: QueryFeatures?
    private let queryBytes: RawSpan

    /// The bytes of all queries: those at the end of the frame.
    public var queryByteCount: Int { queryBytes.byteCount }

    @_lifetime(copy bytes)
    init(
        decoding bytes: RawSpan,
        at payload: Int,
        queryFeatures: QueryFeatures?,
        limits: FrameLimits,
        checksContents: Bool = true,
        allowsMissingFeatures: Bool = false
    ) throws(ProtocolError) {
        let size = bytes.byteCount
        guard size - payload >= Wire.scoreParameterBytes else {
            throw ProtocolError(
                .invalidArgument,
                "the payload has \(size - payload) bytes, SCORE has at least \(Wire.scoreParameterBytes)",
                offset: payload
            )
        }
        let queries = bytes.uint32(at: payload)
        guard queries >= 1, queries <= limits.queries else {
            throw ProtocolError(
                .invalidArgument,
                "\(queries) queries, expected 1 to max_queries = \(limits.queries)",
                offset: payload
            )
        }
        guard let policy = UnknownIDPolicy(rawValue: bytes.uint8(at: payload + 8)) else {
            throw Self.unknownValue("unknown-id policy", bytes.uint8(at: payload + 8), at: payload + 8, limit: 2)
        }
        guard let requestClass = RequestClass(rawValue: bytes.uint8(at: payload + 9)) else {
            throw Self.unknownValue("class", bytes.uint8(at: payload + 9), at: payload + 9, limit: 1)
        }
        guard let idKind = IDKind(rawValue: bytes.uint8(at: payload + 10)) else {
            throw Self.unknownValue("id kind", bytes.uint8(at: payload + 10), at: payload + 10, limit: 1)
        }
        guard bytes.uint8(at: payload + 11) == 0 else {
            throw Self.unknownValue("reserved byte", bytes.uint8(at: payload + 11), at: payload + 11, limit: 0)
        }
        parameters = ScoreParameters(
            topK: bytes.uint32(at: payload + 4),
            unknownIDs: policy,
            requestClass: requestClass,
            idKind: idKind,
            featureCount: bytes.uint32(at: payload + 12)
        )
        queryCount = Int(queries)
        self.queryFeatures = queryFeatures
        try queryFeatures?.check(
            bytes,
            queries: queryCount,
            allowsMissing: checksContents ? allowsMissingFeatures : nil
        )

        var offset = payload + Wire.scoreParameterBytes
        var candidates = 0
        for index in 0..<queries {
            var layout: QueryLayout
            do {
                layout = try QueryLayout(
                    decoding: bytes,
                    at: offset,
                    parameters: parameters,
                    candidateLimit: limits.candidates - candidates
                )
                if checksContents {
                    try layout.checkContents(of: bytes, allowsMissingFeatures: allowsMissingFeatures)
                }
            } catch {
                var named = error
                named.queryIndex = index
                throw named
            }
            candidates += layout.candidateCount
            offset = layout.end
        }
        guard offset == size else {
            throw ProtocolError(
                .invalidArgument,
                "\(size - offset) bytes after the last query",
                offset: offset
            )
        }
        candidateCount = candidates
        queryBytes = bytes.extracting((payload + Wire.scoreParameterBytes)..<size)
    }

    /// A cursor over the queries, from the first.
    @_lifetime(copy self)
    public func makeQueries() -> ScoreQueries {
        ScoreQueries(remaining: queryBytes, parameters: parameters)
    }

    private static func unknownValue(
        _ field: String,
        _ value: UInt8,
        at offset: Int,
        limit: UInt8
    ) -> ProtocolError {
        ProtocolError(
            .invalidArgument,
            "\(field) \(value), expected \(limit == 0 ? "0" : "0 to \(limit)")",
            offset: offset
        )
    }
}

/// A cursor over the queries of a checked SCORE request.
///
///     var queries = request.makeQueries()
///     while let query = queries.next() { … }
public struct ScoreQueries: ~Escapable {
    private var remaining: RawSpan
    private let parameters: ScoreParameters

    @_lifetime(copy remaining)
    init(remaining: RawSpan, parameters: ScoreParameters) {
        self.remaining = remaining
        self.parameters = parameters
    }

    /// Goes on where another cursor over the same frame has stopped.
    ///
    /// - Parameters:
    ///   - frame: A frame whose SCORE payload has been checked, whole and unchanged since then.
    ///   - remainingBytes: ``remainingBytes`` of the other cursor.
    ///   - parameters: The request's parameters.
    /// - Precondition: the frame has that many bytes.
    @_lifetime(copy frame)
    public init(resuming frame: RawSpan, remainingBytes: Int, parameters: ScoreParameters) {
        self.init(
            remaining: frame.extracting((frame.byteCount - remainingBytes)..<frame.byteCount),
            parameters: parameters
        )
    }

    /// The bytes of the queries that are still to come.
    public var remainingBytes: Int { remaining.byteCount }

    /// The next query, or nil after the last.
    ///
    /// O(1), no allocation.
    @_lifetime(copy self)
    public mutating func next() -> ScoreQuery? {
        guard remaining.byteCount >= Wire.queryBytes else { return nil }
        let count = Int(remaining.uint32(at: 4))
        let query = ScoreQuery(
            bytes: remaining.extracting(0..<count),
            layout: QueryLayout(checked: remaining, parameters: parameters)
        )
        remaining = remaining.extracting(count..<remaining.byteCount)
        return query
    }
}
