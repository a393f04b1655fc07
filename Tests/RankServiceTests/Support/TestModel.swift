import RankEngine
import RankService
import TestSupport
import Testing

/// A model of the tutorial's shape with invented weights.
enum TestModel {
    static let userCount = 943
    static let candidateCount = 1_682

    /// The model, loaded from a file that is gone again.
    static func load(_ draft: ModelDraft = draft()) throws -> RankModel {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let path = directory.file("model.rank")
        try draft.write(to: path)
        return try RankModel.load(path: path)
    }

    /// The model, for a loader, which throws errors of the engine alone.
    static func loaded(_ draft: ModelDraft = draft()) throws(EngineError) -> RankModel {
        do {
            return try load(draft)
        } catch {
            throw error as? EngineError ?? EngineError(.cannotRead, "no temporary directory: \(error)")
        }
    }

    static func ranker(plan: ScoringPlan? = nil, kernel: Kernel? = nil) throws -> sending EmbeddingRanker {
        try load().makeRanker(plan: plan, kernel: kernel)
    }

    /// A supply of a model in a reduced precision.
    static func supply(_ draft: ModelDraft, _ precision: Precision, errorLimit: Float, kernel: Kernel) -> ModelSupply {
        ModelSupply(.file(#filePath)) { _ throws(EngineError) in
            try loaded(draft).makeRanker(kernel: kernel, precision: precision, errorLimit: errorLimit)
        }
    }

    /// What the model is made of.
    ///
    /// - Parameters:
    ///   - layers: How many dense layers there are, 2 or 3.
    ///   - isHuge: Whether a user whom no golden pair has is beyond every scale.
    /// - Returns: The model.
    static func draft(layers: Int = 3, isHuge: Bool = false) -> ModelDraft {
        var state: UInt64 = 42
        func values(_ count: Int, scale: Float) -> [Float] {
            (0..<count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return (Float(state >> 40) / Float(1 << 24) - 0.5) * scale
            }
        }
        func layer(_ inputs: Int, _ outputs: Int) -> ModelDraft.Dense {
            ModelDraft.Dense(kernel: values(inputs * outputs, scale: 0.3), bias: values(outputs, scale: 0.1))
        }
        var dense = [layer(64, 256), layer(256, 64), layer(64, 1)]
        if layers == 2 { dense = [layer(64, 256), layer(256, 1)] }
        var users = values((userCount + 1) * 32, scale: 1)
        let golden = Set((0..<255).map { 1 + $0 * 7_919 % userCount })
        if isHuge, let row = (1...userCount).first(where: { !golden.contains($0) }) {
            for index in 0..<32 { users[row * 32 + index] = 3e38 }
        }
        return ModelDraft(
            users: ModelDraft.Table(embedding: users, dimensions: 32),
            candidates: ModelDraft.Table(embedding: values((candidateCount + 1) * 32, scale: 1), dimensions: 32),
            layers: dense,
            metadata: ModelMetadata(labelTransform: .unitFromStars, prior: 0.625, fingerprint: TrainingFingerprint())
        )
    }
}
