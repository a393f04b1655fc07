import RankCore
package import RankEngine
package import RankProtocol

/// A ranker on its way to the scoring thread and back, with everything prepared so that taking it over allocates
/// nothing.
package final class ServedModel: Sendable {
    /// The ranker.
    // Proof: the scoring thread alone uses it, between `ModelSlot.takeOffered` and `ModelSlot.retire`, whose lock
    // orders the hand-overs; no thread does before or after.
    nonisolated(unsafe) let ranker: any Ranker

    /// The ranker's description.
    package let info: RankerInfo

    /// The number of this load in the worker's life, from 1.
    package let generation: UInt64

    /// The model's identity on the wire.
    let modelID: ModelID

    /// The profile on the wire.
    let profile: NumericProfile

    /// Whether the ranker has a copy of its file; also false where that is unknown, as for a plugin.
    var isCopied: Bool { info.facts.contains { $0.key == "weights" && $0.value == "copied" } }

    /// The candidates that the ranker can list.
    let catalog: Vocabulary?

    /// The pairs of an INFO reply.
    let infoPairs: [InfoPair]

    /// Prepares a ranker.
    ///
    /// - Parameters:
    ///   - ranker: The ranker, not used elsewhere from now on.
    ///   - generation: The number of the load.
    ///   - software: The name and version that INFO gives.
    ///   - limits: The limits of a request.
    ///   - goldenCount: How many golden scores the ranker has reproduced.
    package init(
        _ ranker: any Ranker,
        generation: UInt64,
        software: String,
        limits: FrameLimits,
        goldenCount: Int = 0
    ) {
        var info = ranker.info
        info.facts.append((key: "self_check", value: goldenCount > 0 ? "\(goldenCount) golden scores" : "none"))
        let catalog = ranker.catalog
        info.facts.append((key: "catalog", value: catalog == nil ? "none" : "listed"))
        self.catalog = catalog
        unsafe self.ranker = ranker
        self.info = info
        self.generation = generation
        modelID = info.modelID
        profile = info.profile
        infoPairs =
            [InfoPair("protocol", "1"), InfoPair("extensions", "3"), InfoPair("software", software)]
            + info.facts.map { InfoPair($0.key, $0.value) }
            + [
                InfoPair("model_generation", "\(generation)"),
                InfoPair("max_message_bytes", "\(limits.messageBytes)"),
                InfoPair("max_candidates", "\(limits.candidates)"),
                InfoPair("max_queries", "\(limits.queries)"),
            ]
    }

    /// Prepares a ranker that reproduces its golden scores, through the plan and the kernel that will serve.
    ///
    /// - Throws: `selfCheckFailed`, or the ranker's own error; the ranker must not serve.
    static func proving(
        _ ranker: any Ranker,
        generation: UInt64,
        software: String,
        limits: FrameLimits
    ) throws(EngineError) -> ServedModel {
        let count = try ranker.reproduceGoldens()
        return ServedModel(ranker, generation: generation, software: software, limits: limits, goldenCount: count)
    }

    /// The model's description, in one line.
    var summary: String {
        func fact(_ key: String) -> String { info.facts.first { $0.key == key }?.value ?? "none" }
        let error =
            info.facts.contains { $0.key == "error_max" }
            ? ", error \(fact("error_max")) at most of \(fact("error_limit")) allowed "
                + "(\(fact("error_sample")); top-10 overlap \(fact("top10_overlap")))" : ""
        let proof =
            fact("proof") == "unproved" ? ", UNPROVED: converted, and not compared with its source's scores" : ""
        let trees = info.profile == .treeSum ? ", \(fact("shape")), output \(fact("output"))" : ""
        let topK = info.facts.first { $0.key == "top_k_plan" }.map { ", top-k plan \($0.value)" } ?? ""
        return "model \(fact("model_id"))\(trees), plan \(fact("plan")), "
            + "kernel \(fact("kernel")), profile \(fact("profile"))"
            + "\(topK), self-check \(fact("self_check"))\(error)\(proof)"
    }
}
