public import RankProtocol

/// One candidate of a ranked list.
public struct RankedEntry<ID: Hashable & Sendable>: Hashable, Sendable {
    /// The candidate.
    public var id: ID
    /// Its index in the candidates of the call.
    public var position: Int
    /// Its score; the model's prior where `isScored` is false.
    public var score: Float
    /// Whether it was scored by the model's row for unknown ids.
    public var isUnknown: Bool
    /// Whether it was scored in time.
    public var isScored: Bool

    /// Describes an entry.
    public init(id: ID, position: Int, score: Float, isUnknown: Bool = false, isScored: Bool = true) {
        self.id = id
        self.position = position
        self.score = score
        self.isUnknown = isUnknown
        self.isScored = isScored
    }
}

/// The candidates of one user in order, all scored by one model under one profile.
public struct RankedList<ID: Hashable & Sendable>: Hashable, Sendable {
    /// With top k, the best first: score descending, then id, then position.
    ///
    /// Without, in the order of the call.
    public var entries: [RankedEntry<ID>]
    /// The model that scored all of them.
    public var model: ModelID
    /// The profile that all of them were scored under.
    public var profile: NumericProfile
    /// Scored candidates / candidates, 0...1; 1 without candidates.
    public var coverage: Float
    /// Whether the user was unknown to the model.
    public var isUnknownUser: Bool
    /// Whether time ran out before every candidate was scored.
    public var isPartial: Bool
    /// The requests that the call was made of.
    public var parts: [PartReport]
}

/// What one request of a call cost.
public struct PartReport: Hashable, Sendable {
    /// The worker that answered.
    public var endpoint: String
    /// The candidates of the request.
    public var candidateCount: Int
    /// How many times it was sent.
    public var attempts: Int
    /// What the worker measured.
    public var timings: ScoreTimings
}

/// One user and candidates, as a part of a batch.
public struct BatchQuery<ID: Hashable & Sendable>: Hashable, Sendable {
    /// The user to score for.
    public var user: ID
    /// The candidates, duplicates included.
    public var candidates: [ID]
    /// As many floats for each candidate as the worker's ranker wants, row-major by candidate.
    public var features: [Float]

    /// Describes a query.
    public init(user: ID, candidates: [ID], features: [Float] = []) {
        self.user = user
        self.candidates = candidates
        self.features = features
    }
}
