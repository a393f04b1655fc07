import RankEngine
import Synchronization

/// Refuses options that do not apply to the model that a worker begins with.
///
/// A later model may be of another family, for which an option has no effect: it is served all the same, since the
/// present model would otherwise stay for ever.
final class FirstLoad: Sendable {
    private let isOver = Atomic(false)

    /// Checks a model that has been loaded.
    ///
    /// - Throws: `modelRefused` for the first model if the given plan makes no difference to it, or if the memory
    ///   budget limits tables that it has none of.
    func check(_ model: RankModel, at path: String, plan: ScoringPlan?, hasBudget: Bool) throws(EngineError) {
        guard !isOver.load(ordering: .acquiring) else { return }
        if model.shape.layerWidths.isEmpty {
            if let plan, plan == .factored || plan == .userOnce {
                throw EngineError(
                    .modelRefused,
                    "\(path) has no dense layers, of which --plan \(plan.rawValue) would compute a part ahead: leave "
                        + "--plan out, or give direct or full"
                )
            }
            if hasBudget, plan != .full {
                throw EngineError(
                    .modelRefused,
                    "\(path) has no dense layers and no tables that --memory-budget could limit: leave it out"
                )
            }
        }
    }

    /// Checks an ensemble of trees that has been loaded.
    ///
    /// - Throws: `modelRefused` for the first model if an option was given that says how embeddings are scored.
    func check(_ model: TreeModel, at path: String, given options: [String]) throws(EngineError) {
        guard !isOver.load(ordering: .acquiring) else { return }
        if let option = options.first {
            throw EngineError(
                .modelRefused,
                "\(path) is an ensemble of trees (\(model.shape.summary)), to which \(option) does not apply: leave it out"
            )
        }
    }

    /// Checks the ranker of a model, which ends the first load.
    ///
    /// - Throws: `modelRefused` if another kernel scores than the given one, which would skip dead units where the
    ///   model or its plan has none to skip.
    func check(_ info: RankerInfo, at path: String, kernel: String?) throws(EngineError) {
        guard !isOver.load(ordering: .acquiring) else { return }
        func fact(_ key: String) -> String { info.facts.first { $0.key == key }?.value ?? "none" }
        if let kernel, kernel != fact("kernel") {
            throw EngineError(
                .modelRefused,
                "\(path) under the plan \(fact("plan")) has nothing for --kernel \(kernel) to skip, and "
                    + "\(fact("kernel")) would score: leave --kernel out, or give \(fact("kernel"))"
            )
        }
        isOver.store(true, ordering: .releasing)
    }
}
