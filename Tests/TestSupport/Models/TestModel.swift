import RankCore
package import RankEngine
package import RankService

/// A model of the tutorial's shape with seeded random weights: it serves in tests that need no training.
package enum TestModel {
    /// The number of users, whose ids begin with 1.
    package static let userCount: UInt64 = 943

    /// The number of candidates, whose ids begin with 1.
    package static let candidateCount: UInt64 = 1_682

    /// The content of the model.
    ///
    /// - Parameters:
    ///   - seed: The seed of the weights.
    ///   - dimensions: Those of each embedding; the tutorial's are 32.
    ///   - layers: The number of dense layers, 2 or 3.
    ///   - isHuge: Whether a user whom no golden pair has is beyond every scale; of 2 layers, the scores are no numbers
    ///     then, since no relu takes NaN for 0 after the last.
    /// - Returns: The content.
    package static func draft(
        seed: UInt64 = 1,
        dimensions: Int = 32,
        layers: Int = 3,
        isHuge: Bool = false
    ) -> ModelDraft {
        var random = SplitMix64(seed: seed)
        func values(_ count: Int, within bound: Float) -> [Float] {
            (0..<count).map { _ in Float.random(in: -bound...bound, using: &random) }
        }
        func layer(_ inputs: Int, _ outputs: Int) -> ModelDraft.Dense {
            .init(kernel: values(inputs * outputs, within: 0.2), bias: values(outputs, within: 0.1))
        }
        var users = values((Int(userCount) + 1) * dimensions, within: 0.5)
        let candidates = values((Int(candidateCount) + 1) * dimensions, within: 0.5)
        if isHuge {
            let row = Int(hugeUser) * dimensions
            for index in row..<row + dimensions { users[index] = 3e38 }
        }
        return ModelDraft(
            users: .init(embedding: users, dimensions: dimensions),
            candidates: .init(embedding: candidates, dimensions: dimensions),
            layers: layers == 2
                ? [layer(2 * dimensions, 256), layer(256, 1)]
                : [layer(2 * dimensions, 256), layer(256, 64), layer(64, 1)],
            metadata: ModelMetadata(labelTransform: .unitFromStars, prior: 0.625, fingerprint: TrainingFingerprint())
        )
    }

    /// The user of a huge model whose scores are no numbers: the first that is in no golden pair.
    package static let hugeUser: UInt64 = {
        let golden = Set((0..<255).map { 1 + $0 * 7_919 % userCount })
        return (1...userCount).first { !golden.contains($0) } ?? 1
    }()

    /// Writes the model into a directory and gives its path.
    ///
    /// - Parameters:
    ///   - directory: The directory's path.
    ///   - seed: The seed of the weights; part of the file's name.
    ///   - dimensions: Those of each embedding.
    /// - Returns: The path.
    /// - Throws: If it cannot be written.
    package static func write(in directory: String, seed: UInt64 = 1, dimensions: Int = 32) throws -> String {
        let path = "\(directory)/model-\(seed).safetensors"
        _ = try draft(seed: seed, dimensions: dimensions).write(to: path)
        return path
    }

    /// The model, loaded from a file that is gone again.
    package static func load(_ draft: ModelDraft = draft()) throws -> RankModel {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let path = directory.file("model.rank")
        _ = try draft.write(to: path)
        return try RankModel.load(path: path)
    }

    /// The model, for a loader, which throws errors of the engine alone.
    package static func loaded(_ draft: ModelDraft = draft()) throws(EngineError) -> RankModel {
        do {
            return try load(draft)
        } catch {
            throw error as? EngineError ?? EngineError(.cannotRead, "no temporary directory: \(error)")
        }
    }

    /// A ranker of the model.
    package static func ranker(plan: ScoringPlan? = nil, kernel: Kernel? = nil) throws -> sending EmbeddingRanker {
        try load().makeRanker(plan: plan, kernel: kernel)
    }

    /// A supply of a model in a reduced precision.
    package static func supply(
        _ draft: ModelDraft,
        _ precision: Precision,
        errorLimit: Float,
        kernel: Kernel
    ) -> ModelSupply {
        ModelSupply(.file(#filePath)) { _ throws(EngineError) in
            try loaded(draft).makeRanker(kernel: kernel, precision: precision, errorLimit: errorLimit)
        }
    }
}
