public import RankCore
internal import RankSystem

/// A proved model of any family that a model file can hold.
public enum LoadedModel: Sendable {
    /// A network, or factors, by ids of users and candidates.
    case embeddings(RankModel)
    /// An ensemble of trees, by features.
    case trees(TreeModel)

    /// Reads a model file of any architecture and proves it, in the order of docs/reference/model-file.md.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - placement: The placement of embeddings; ensembles of trees are always copied, for what was checked must not
    ///     change.
    /// - Returns: The model.
    /// - Throws: As ``RankModel/load(path:placement:)`` and ``TreeModel/load(path:)``.
    public static func load(
        path: String,
        placement: RankModel.Placement? = nil
    ) throws(EngineError) -> LoadedModel {
        let start = MonotonicClock.nanoseconds()
        return try TreeModel.refusing(path) { () throws(EngineError) in
            let file = try Safetensors(path: path, placement: placement)
            guard file.header.metadata["architecture"] == TreeModel.architecture else {
                return .embeddings(try RankModel.prove(file, since: start))
            }
            let copy = file.placement == .copied ? file : try Safetensors(path: path)
            return .trees(try TreeModel.prove(copy, since: start))
        }
    }

    /// The first 16 bytes of the file's digest.
    public var modelID: ModelID {
        switch self {
        case .embeddings(let model): model.modelID
        case .trees(let model): model.modelID
        }
    }

    /// Makes a ranker with every choice left to the model.
    ///
    /// - Returns: A ranker for one thread, which may be another than this one.
    /// - Throws: As ``RankModel/makeRanker(plan:memoryBudget:kernel:precision:errorLimit:topKPlan:)`` and
    ///   ``TreeModel/makeRanker(kernel:)``.
    public func makeRanker() throws(EngineError) -> sending any Ranker {
        switch self {
        case .embeddings(let model): try model.makeRanker()
        case .trees(let model): try model.makeRanker()
        }
    }
}
