/// The sizes of a model and the terms of its score.
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
    /// The activation of each dense layer but the last, in order.
    public var activations: [Activation]
    /// The activation of the sum of all terms.
    public var output: Activation = .linear
    /// Whether a factor and an addend follow that activation.
    public var outputScale = false

    /// The number of trained parameters: weights, biases and both tables, the rows for unknown ids included.
    public var parameterCount: Int {
        var count = userRows * userDimensions + candidateRows * candidateDimensions
        var inputs = userDimensions + candidateDimensions
        for width in layerWidths {
            count += (inputs + 1) * width
            inputs = width
        }
        return count + (userBias ? userRows : 0) + (candidateBias ? candidateRows : 0) + (mean ? 1 : 0)
    }

    /// One line such as `32+32 → 256 → 64 → 1, dot product, user bias`; activations other than relu follow their layer.
    public var summary: String {
        var parts = ["\(userDimensions)+\(candidateDimensions)"]
        for (index, width) in layerWidths.enumerated() {
            parts[0] += " → \(width)"
            if index < activations.count, activations[index] != .relu { parts[0] += " \(activations[index])" }
        }
        if dotProduct { parts.append("dot product") }
        if userBias { parts.append("user bias") }
        if candidateBias { parts.append("candidate bias") }
        if mean { parts.append("mean") }
        if output != .linear { parts.append("output \(output)") }
        if outputScale { parts.append("output scaled") }
        return parts.joined(separator: ", ")
    }
}

extension ModelShape {
    /// The architecture of models with relu after every layer but the last and no step after the sum.
    static let plainArchitecture = "two-tower-rating/1"
    /// The architecture of all other models, which readers of the first architecture refuse.
    static let steppedArchitecture = "two-tower-rating/2"

    /// Whether every layer but the last is followed by relu.
    public var isReLUThroughout: Bool { activations.allSatisfy { $0 == .relu } }

    /// Whether a step follows the sum of all terms.
    public var hasOutputStep: Bool { output != .linear || outputScale }

    /// The pairs of a file's metadata about activations and the output step.
    var pairs: [String: String] {
        guard !isReLUThroughout || hasOutputStep else { return ["architecture": Self.plainArchitecture] }
        var pairs = ["architecture": Self.steppedArchitecture]
        if !isReLUThroughout { pairs["activations"] = activations.map(\.description).joined(separator: ",") }
        if output != .linear { pairs["output"] = output.description }
        return pairs
    }
}
