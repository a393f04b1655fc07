import CommandSupport
import RankEngine
import RankService

extension ModelOptions {
    /// The place of the weights; nil for the default, out of reach of a program that writes the file in place.
    private var placement: RankModel.Placement? { copyWeights ? .copied : mapWeights ? .mapped : nil }

    /// The source of models; nil for the null ranker.
    var supply: ModelSupply? {
        if let plugin {
            return ModelSupply(.file(plugin.watchedPath), for: "plugin \(plugin.libraryPath)") {
                _ throws(EngineError) in
                try PluginRanker.load(plugin)
            }
        }
        let source: ModelSource
        switch (model, modelDir) {
        case (let path?, _): source = .file(path)
        case (_, let path?): source = .directory(path)
        default: return nil
        }
        let firstLoad = FirstLoad()
        return ModelSupply(source) {
            [plan, memoryBudget, kernel, placement, precision, maxError, topKPlan, optionsOfEmbeddings] path
                throws(EngineError) in
            let model: RankModel
            switch try LoadedModel.load(path: path, placement: placement) {
            case .trees(let trees):
                try firstLoad.check(trees, at: path, given: optionsOfEmbeddings.filter { $0 != "--kernel" })
                let ranker = try trees.makeRanker(kernel: Self.kernel(named: kernel, for: .fp32))
                try firstLoad.check(ranker.info, at: path, kernel: kernel)
                return ranker
            case .embeddings(let loaded): model = loaded
            }
            try firstLoad.check(model, at: path, plan: plan, hasBudget: memoryBudget != nil)
            let ranker = try model.makeRanker(
                plan: plan,
                memoryBudget: memoryBudget?.byteCount ?? ScoringPlan.defaultMemoryBudget,
                kernel: Self.kernel(named: kernel, for: precision ?? .fp32),
                precision: precision ?? .fp32,
                errorLimit: maxError ?? Precision.defaultErrorLimit,
                topKPlan: topKPlan ?? .auto
            )
            try firstLoad.check(ranker.info, at: path, kernel: kernel)
            return ranker
        }
    }

    /// The kernel that the option names, or RANK_KERNEL; nil for the fastest.
    private static func kernel(named option: String?, for precision: Precision) throws(EngineError) -> Kernel? {
        guard let name = KernelName.chosen(option) else { return nil }
        return try Kernel.named(name, for: precision)
    }

    /// Makes the ranker that computes nothing.
    func makeNullRanker() -> sending NullRanker {
        NullRanker(costPerCandidate: costPerCandidate?.duration ?? .zero)
    }
}
