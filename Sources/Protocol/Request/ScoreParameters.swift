public import RankCore

/// The kind of a request's ids.
public enum IDKind: UInt8, Hashable, Sendable, CaseIterable {
    /// Unsigned 64-bit numbers.
    case u64 = 0
    /// UTF-8 text of 1 to 65,535 bytes.
    case utf8 = 1
}

/// The fixed fields at the start of a SCORE request's payload.
public struct ScoreParameters: Hashable, Sendable {
    /// The entries wanted per query; 0 = every score, in request order.
    public var topK: UInt32
    /// The policy for unknown ids.
    public var unknownIDs: UnknownIDPolicy
    /// Interactive or bulk.
    public var requestClass: RequestClass
    /// The kind of the ids.
    public var idKind: IDKind
    /// Floats per candidate; 0 for rankers that want none.
    public var featureCount: UInt32

    /// Describes a SCORE request.
    public init(
        topK: UInt32 = 0,
        unknownIDs: UnknownIDPolicy = .fail,
        requestClass: RequestClass = .interactive,
        idKind: IDKind = .u64,
        featureCount: UInt32 = 0
    ) {
        self.topK = topK
        self.unknownIDs = unknownIDs
        self.requestClass = requestClass
        self.idKind = idKind
        self.featureCount = featureCount
    }

    /// Whether replies carry positions: with top k or omission, entry i need not be candidate i.
    public var repliesAreIndexed: Bool { topK > 0 || unknownIDs == .omit }
}
