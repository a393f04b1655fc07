import RankCore
import SystemPackage
import TestSupport

extension TestModel {
    /// Writes the model into a directory and gives its path; see ``write(in:seed:dimensions:)``.
    static func write(in directory: FilePath, seed: UInt64 = 1, dimensions: Int = 32) throws -> String {
        try write(in: directory.string, seed: seed, dimensions: dimensions)
    }
}

extension SplitMix64 {
    /// Uniform in ±bound.
    mutating func floats(_ count: Int, within bound: Float) -> [Float] {
        (0..<count).map { _ in Float.random(in: -bound...bound, using: &self) }
    }

    /// Ids of the model's candidates, some of them more than once.
    mutating func candidates(_ count: Int) -> [UInt64] {
        (0..<count).map { _ in UInt64.random(in: 1...TestModel.candidateCount, using: &self) }
    }
}
