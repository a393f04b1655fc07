/// The parameters and the size of a SCORE request.
public struct ScoreOutline: Hashable, Sendable {
    /// The fixed fields.
    public let parameters: ScoreParameters
    /// The number of queries, at least 1.
    public let queryCount: Int
    /// The candidates of all queries together.
    public let candidateCount: Int
    /// The bytes of all queries: those at the end of the frame.
    public let queryByteCount: Int
    /// The features that are given once for each query; nil where there are none.
    public let queryFeatures: QueryFeatures?

    init(_ request: borrowing ScoreRequest) {
        parameters = request.parameters
        queryCount = request.queryCount
        candidateCount = request.candidateCount
        queryByteCount = request.queryByteCount
        queryFeatures = request.queryFeatures
    }

    /// Whether there is something that only ``RequestFrame/score(limits:)`` checks: text, padding, features.
    public var hasUncheckedContents: Bool {
        parameters.idKind != .u64 || parameters.featureCount > 0 || queryFeatures != nil
    }
}
