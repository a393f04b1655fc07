public import RankCore

/// The answer of one worker, or the reason why there is none.
public struct WorkerReport<Value: Sendable>: Sendable {
    /// The worker's endpoint.
    public var endpoint: String
    /// The answer.
    public var result: Result<Value, PoolError>
    /// The time from the question to the answer or the failure, the wait for a connection included.
    public var roundTrip: Duration
}

/// A worker's answer to HEALTH.
public struct WorkerHealth: Hashable, Sendable {
    /// Whether the worker serves.
    public var isServing: Bool
    /// Whether the worker is leaving.
    public var isDraining: Bool
    /// The worker's model.
    public var model: ModelID
}

/// A worker's answer to INFO.
public struct WorkerInfo: Hashable, Sendable {
    /// Everything that the worker said, in its order; keys that have no member here included.
    public var properties: [InfoPair]
    /// The worker's model.
    public var model: ModelID
    /// The worker's profile.
    public var profile: NumericProfile

    /// The value of a key.
    public subscript(key: String) -> String? {
        properties.first { $0.key == key }?.value
    }

    /// The candidate ids, if the model's are contiguous numbers.
    public var candidateIDs: ClosedRange<UInt64>? { range("candidate_ids") }

    /// The user ids, if the model's are contiguous numbers.
    public var userIDs: ClosedRange<UInt64>? { range("user_ids") }

    /// Whether a feature may be missing, written as NaN; infinities are refused by every model.
    ///
    /// - Parameter feature: the index of the feature in a row.
    /// - Returns: true if the worker said so.
    public func takesMissing(feature: Int) -> Bool {
        guard let value = self["missing_features"] else { return false }
        return value == "accepted" || value.split(separator: ",").contains { Int($0) == feature }
    }

    /// The limits of a request; the protocol's defaults if the worker names none.
    public var limits: RequestLimits {
        let defaults = RequestLimits.default
        return RequestLimits(
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
