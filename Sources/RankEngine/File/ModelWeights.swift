/// The numbers of a model, finite and without −0 and subnormals, immutable and shared.
struct ModelWeights: Sendable {
    /// A dense layer.
    struct Dense: Sendable {
        /// Kernel rows.
        var inputs: Int
        /// Kernel columns.
        var outputs: Int
        /// [inputs][outputs].
        var kernel: SharedFloats
        /// [outputs].
        var bias: SharedFloats
    }

    /// [users][user dimensions].
    var userEmbedding: SharedFloats
    /// [candidates][candidate dimensions].
    var candidateEmbedding: SharedFloats
    /// The layers; the first takes the user's half first.
    var layers: [Dense]
    /// [users].
    var userBias: SharedFloats?
    /// [candidates].
    var candidateBias: SharedFloats?
    /// One number.
    var mean: SharedFloats?
    /// Factor and addend of the score.
    var outputScale: SharedFloats?
    /// Sizes and terms.
    var shape: ModelShape
}
