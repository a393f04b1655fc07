import RankCore
import RankEngine
import RankTraining

/// A catalogue of invented items for trying out large ones, each a mixture that a seed and its id decide.
struct EnlargedCatalogue {
    private let catalogue: MixedCatalogue

    /// Plans a catalogue; nothing is computed yet.
    ///
    /// - Parameters:
    ///   - model: The model whose items are mixed.
    ///   - items: The number of items, which get the ids from 1 on.
    ///   - seed: Decides which items are mixed, and in which parts.
    /// - Throws: `EngineError` with code `invalidModel` when the model has no items or text ids, or for a number that
    ///   no table has.
    init(_ model: RankModel, items: Int, seed: UInt64) throws(EngineError) {
        let count = UInt64(model.shape.candidateRows - 1)
        catalogue = try MixedCatalogue(model, candidates: items) { item in
            let draw = Self.hash(Self.hash(seed) &+ UInt64(item))
            return RowMixture(
                first: Int(1 + (draw >> 32) % count),
                second: Int(1 + (draw & 0xFFFF_FFFF) % count),
                part: Float(Self.hash(draw) >> 40) / Float(1 << 24)
            )
        }
    }

    /// Writes the model as a file and returns its id.
    ///
    /// Memory does not grow with the catalogue. The same model, number and seed give the same bytes.
    ///
    /// - Throws: `EngineError` with code `cannotWrite` when the file system refuses.
    func write(to path: String) throws(EngineError) -> ModelID { try catalogue.write(to: path) }

    private static func hash(_ number: UInt64) -> UInt64 { SplitMix64.number(at: 0, ofSeed: number) }
}
