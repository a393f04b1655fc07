/// The sizes of a model and which terms its score has.
public struct ModelShape: Sendable, Hashable {
    /// Rows of the users' table, the one for unknown ids included.
    public var userRows: Int
    /// Rows of the candidates' table, the one for unknown ids included.
    public var candidateRows: Int
    /// Dimensions of a user's embedding.
    public var userDimensions: Int
    /// Dimensions of a candidate's embedding.
    public var candidateDimensions: Int
    /// Outputs of each dense layer, in order.
    ///
    /// The last is 1. Empty when the model has none.
    public var layerWidths: [Int]
    /// Whether the dot product of the embeddings is a term of the score.
    public var dotProduct: Bool
    /// Whether each user has a bias.
    public var userBias: Bool
    /// Whether each candidate has a bias.
    public var candidateBias: Bool
    /// Whether a global mean is added.
    public var mean: Bool

    /// Numbers that were trained: weights, biases and both tables, the rows for unknown ids included.
    public var parameterCount: Int {
        var count = userRows * userDimensions + candidateRows * candidateDimensions
        var inputs = userDimensions + candidateDimensions
        for width in layerWidths {
            count += (inputs + 1) * width
            inputs = width
        }
        return count + (userBias ? userRows : 0) + (candidateBias ? candidateRows : 0) + (mean ? 1 : 0)
    }

    /// One line such as `32+32 → 256 → 64 → 1, dot product, user bias`.
    public var summary: String {
        var parts = ["\(userDimensions)+\(candidateDimensions)"]
        if !layerWidths.isEmpty {
            parts[0] += layerWidths.map { " → \($0)" }.joined()
        }
        if dotProduct { parts.append("dot product") }
        if userBias { parts.append("user bias") }
        if candidateBias { parts.append("candidate bias") }
        if mean { parts.append("mean") }
        return parts.joined(separator: ", ")
    }
}
