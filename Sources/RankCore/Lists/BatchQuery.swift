/// One user and candidates, as a part of a batch.
public struct BatchQuery<ID: CandidateID>: Hashable, Sendable {
    /// The user to score for.
    public var user: ID
    /// The candidates, duplicates included.
    public var candidates: [ID]
    /// As many floats for each candidate as the worker's ranker wants, row-major by candidate.
    public var features: [Float]
    /// Features that every candidate has, given once; empty where candidates have all of theirs.
    public var queryFeatures: [Float]

    /// Describes a query.
    public init(user: ID, candidates: [ID], features: [Float] = [], queryFeatures: [Float] = []) {
        self.user = user
        self.candidates = candidates
        self.features = features
        self.queryFeatures = queryFeatures
    }
}
