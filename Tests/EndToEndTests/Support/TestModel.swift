import RankCore
import RankEngine
import SystemPackage

/// A model of the tutorial's shape with seeded random weights: what serves in tests that need no training.
enum TestModel {
    static let userCount: UInt64 = 943
    static let candidateCount: UInt64 = 1_682

    /// Writes the model into `directory` and gives its path.
    ///
    /// - Parameters:
    ///   - directory: Where to.
    ///   - seed: What the weights are drawn from; part of the name.
    ///   - dimensions: Those of each embedding; the tutorial's are 32.
    /// - Returns: The path.
    /// - Throws: If it cannot be written.
    static func write(in directory: FilePath, seed: UInt64 = 1, dimensions: Int = 32) throws -> String {
        var random = SplitMix64(seed: seed)
        let (users, candidates) = (Int(userCount) + 1, Int(candidateCount) + 1)
        let draft = ModelDraft(
            users: .init(embedding: random.floats(users * dimensions, within: 0.5), dimensions: dimensions),
            candidates: .init(embedding: random.floats(candidates * dimensions, within: 0.5), dimensions: dimensions),
            layers: [
                .init(kernel: random.floats(2 * dimensions * 256, within: 0.2), bias: random.floats(256, within: 0.1)),
                .init(kernel: random.floats(256 * 64, within: 0.2), bias: random.floats(64, within: 0.1)),
                .init(kernel: random.floats(64, within: 0.2), bias: random.floats(1, within: 0.1)),
            ],
            metadata: ModelMetadata(labelTransform: .unitFromStars, prior: 0.625, fingerprint: TrainingFingerprint())
        )
        let path = directory.appending("model-\(seed).safetensors").string
        _ = try draft.write(to: path)
        return path
    }
}

extension SplitMix64 {
    /// Uniform in ±bound.
    mutating func floats(_ count: Int, within bound: Float) -> [Float] {
        (0..<count).map { _ in Float.random(in: -bound...bound, using: &self) }
    }

    /// Candidate ids with duplicates.
    mutating func candidates(_ count: Int) -> [UInt64] {
        (0..<count).map { _ in UInt64.random(in: 1...TestModel.candidateCount, using: &self) }
    }
}
