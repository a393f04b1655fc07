public import RankProtocol

/// What one worker said, or why it said nothing.
public struct WorkerReport<Value: Sendable>: Sendable {
    /// The worker's endpoint.
    public var endpoint: String
    /// The answer.
    public var result: Result<Value, PoolError>
    /// From the question to the answer or the failure, the wait for a connection included.
    public var roundTrip: Duration
}

/// A worker's answer to HEALTH.
public struct WorkerHealth: Hashable, Sendable {
    /// Whether it serves.
    public var isServing: Bool
    /// Whether it is leaving.
    public var isDraining: Bool
    /// The model it holds.
    public var model: ModelID
}

/// A worker's answer to INFO.
public struct WorkerInfo: Hashable, Sendable {
    /// Every pair, in the worker's order; keys not named here included.
    public var pairs: [InfoPair]
    /// The model it holds.
    public var model: ModelID
    /// The profile it scores under.
    public var profile: NumericProfile

    /// The value of a key.
    public subscript(key: String) -> String? {
        pairs.first { $0.key == key }?.value
    }

    /// The candidate ids, where the model's are contiguous numbers.
    public var candidateIDs: ClosedRange<UInt64>? { range("candidate_ids") }

    /// The user ids, where the model's are contiguous numbers.
    public var userIDs: ClosedRange<UInt64>? { range("user_ids") }

    /// Whether a feature may be missing, which NaN stands for; infinities are refused by every model.
    ///
    /// - Parameter feature: Its index in a row.
    /// - Returns: Whether the worker said so.
    public func takesMissing(feature: Int) -> Bool {
        guard let value = self["missing_features"] else { return false }
        return value == "accepted" || value.split(separator: ",").contains { Int($0) == feature }
    }

    /// The limits of a request; the protocol's defaults where the worker names none.
    public var limits: FrameLimits {
        let defaults = FrameLimits.default
        return FrameLimits(
            messageBytes: self["max_message_bytes"].flatMap { Int($0) } ?? defaults.messageBytes,
            candidates: self["max_candidates"].flatMap { Int($0) } ?? defaults.candidates,
            queries: self["max_queries"].flatMap { Int($0) } ?? defaults.queries
        )
    }

    /// The score of candidates that were not scored in time.
    var prior: Float? { self["prior"].flatMap { Float($0) }.flatMap { $0.isFinite ? $0 : nil } }

    private func range(_ key: String) -> ClosedRange<UInt64>? {
        guard let bounds = self[key]?.split(separator: "-", omittingEmptySubsequences: false),
            bounds.count == 2, let first = UInt64(bounds[0]), let last = UInt64(bounds[1]), first <= last
        else { return nil }
        return first...last
    }
}
