import RankCore
import RankEngine
import Testing

/// The shape of a random model and the kind of its weights.
struct ModelSpec: CustomTestStringConvertible, Sendable {
    enum Values: String, CaseIterable, Sendable {
        /// Like those of a training: around ±0.3.
        case ordinary
        /// Products near the limit of float32.
        case large
        /// Products that underflow.
        case tiny
        /// Every hidden unit below zero.
        case dead
        /// One hidden unit above zero.
        case oneLive
        /// Every hidden unit above zero.
        case live
        /// Zeros of both signs among ordinary weights.
        case zeros
    }

    var users = 5
    var candidates = 23
    var userDimensions = 8
    var candidateDimensions = 8
    /// Widths of the layers before the last.
    var hidden: [Int]? = [16]
    var dotProduct = false
    var userBias = false
    var candidateBias = false
    var mean = false
    /// The activation of each layer but the last; nil for relu throughout.
    var activations: [String]?
    var output = "linear"
    /// Factor and addend of the score.
    var outputScale: [Float]?
    var values = Values.ordinary
    var seed: UInt64 = 1

    var testDescription: String {
        let widths = hidden.map { "\($0)" } ?? "none"
        let steps = activations.map { " \($0) output \(output) \(outputScale ?? [])" } ?? ""
        return
            "\(userDimensions)+\(candidateDimensions) hidden \(widths)\(steps) dot \(dotProduct) \(values) seed \(seed)"
    }

    /// Makes random weights.
    func draft() -> ModelDraft {
        var generator = SplitMix64(seed: seed)
        func floats(_ count: Int) -> [Float] {
            (0..<count).map { _ in value(using: &generator) }
        }
        var layers: [ModelDraft.Dense] = []
        if let hidden {
            var inputs = userDimensions + candidateDimensions
            for (index, width) in (hidden + [1]).enumerated() {
                var bias = floats(width)
                if values == .dead || values == .oneLive, index < hidden.count {
                    for unit in bias.indices { bias[unit] = -100 }
                    if values == .oneLive { bias[width / 2] = 50 }
                }
                if values == .live, index < hidden.count { for unit in bias.indices { bias[unit] = 100 } }
                layers.append(ModelDraft.Dense(kernel: floats(inputs * width), bias: bias))
                inputs = width
            }
        }
        var draft = ModelDraft(
            users: ModelDraft.Table(
                embedding: floats(users * userDimensions),
                dimensions: userDimensions,
                bias: userBias ? floats(users) : nil
            ),
            candidates: ModelDraft.Table(
                embedding: floats(candidates * candidateDimensions),
                dimensions: candidateDimensions,
                bias: candidateBias ? floats(candidates) : nil
            ),
            layers: layers,
            dotProduct: dotProduct,
            mean: mean ? 0.53 : nil,
            metadata: ModelMetadata(labelTransform: .unitFromStars, prior: 0.5, fingerprint: TrainingFingerprint())
        )
        draft.activations = activations?.compactMap { Activation($0) }
        draft.output = Activation(output) ?? .linear
        draft.outputScale = outputScale
        return draft
    }

    private func value(using generator: inout SplitMix64) -> Float {
        let unit = Float.random(in: -0.3...0.3, using: &generator)
        switch values {
        case .ordinary, .dead, .oneLive, .live:
            return unit
        case .large:
            return unit * 1e6
        case .tiny:
            return unit * Float(sign: .plus, exponent: Int.random(in: -80...(-30), using: &generator), significand: 1)
        case .zeros:
            return switch Int.random(in: 0..<4, using: &generator) {
            case 0: 0
            case 1: -0.0
            default: unit
            }
        }
    }

    /// Makes a random shape.
    static func random(seed: UInt64, values: Values) -> ModelSpec {
        var generator = SplitMix64(seed: seed &* 0x1234_5678_9ABC_DEF1)
        let layers = Int.random(in: -1...4, using: &generator)
        var spec = ModelSpec(values: values, seed: seed)
        spec.users = Int.random(in: 1...6, using: &generator)
        spec.candidates = Int.random(in: 1...40, using: &generator)
        spec.userDimensions = Int.random(in: 1...70, using: &generator)
        spec.candidateDimensions = Int.random(in: 1...70, using: &generator)
        spec.hidden = layers < 0 ? nil : (0..<layers).map { _ in Int.random(in: 1...200, using: &generator) }
        spec.dotProduct = layers < 0 || Bool.random(using: &generator)
        if spec.dotProduct { spec.candidateDimensions = spec.userDimensions }
        spec.userBias = Bool.random(using: &generator)
        spec.candidateBias = Bool.random(using: &generator)
        spec.mean = Bool.random(using: &generator)
        return spec
    }
}
