import RankCore

extension RankModel {
    /// Makes a ranker: packs the dense layers for a kernel and computes the plan's tables.
    ///
    /// - Parameters:
    ///   - plan: The plan to force, or nil for the fastest whose tables fit, the full table left out.
    ///   - memoryBudget: Bytes of tables that a plan may make.
    ///   - kernel: The kernel, or nil for the fastest for this CPU, model and precision.
    ///   - precision: The precision of the first two dense layers. All but fp32 take tables and the plan factored,
    ///     whatever plan the budget would choose for fp32.
    ///   - errorLimit: The largest allowed difference of a score from that in fp32; nil to measure nothing.
    ///   - topKPlan: The way to the best of a list; all but plain take some milliseconds to prove and to measure, and
    ///     tables within the budget, of a byte for each candidate's row and each unit of the first layer.
    /// - Returns: A ranker for one thread, which may be another than this one.
    /// - Throws: ``EngineError/Code/kernelUnavailable``; ``EngineError/Code/budgetTooSmall`` where the tables of a
    ///   forced plan or of a precision do not fit, or the system has no memory for tables;
    ///   ``EngineError/Code/precisionRefused`` where the precision does not suit the model or the plan, or its error is
    ///   over the limit; ``EngineError/Code/boundRefused`` where the best are to be certified and nothing can be
    ///   proved.
    public func makeRanker(
        plan: ScoringPlan? = nil,
        memoryBudget: Int = ScoringPlan.defaultMemoryBudget,
        kernel: Kernel? = nil,
        precision: Precision = .fp32,
        errorLimit: Float? = Precision.defaultErrorLimit,
        topKPlan: TopKPlan = .plain
    ) throws(EngineError) -> sending EmbeddingRanker {
        if precision != .fp32 {
            guard topKPlan != .certified else {
                throw EngineError(.boundRefused, "bounds are of scores in fp32; leave the plan certified out")
            }
            let kernel = if let kernel { try kernel.computing(precision) } else { try Kernel.best(for: precision) }
            try precision.check(shape, plan: plan, memoryBudget: memoryBudget)
            try MemoryDemand.check(precision.tableBytes(shape), for: "the precision \(precision)")
            return EmbeddingRanker(self, try Quantization(self, kernel, errorLimit: errorLimit))
        }
        let forced = try kernel?.computing(.fp32)
        let plan =
            try plan?.fitting(shape, memoryBudget: memoryBudget)
            ?? ScoringPlan.chosen(for: shape, memoryBudget: memoryBudget)
        try MemoryDemand.check(plan.tableBytes(shape), for: "the plan \(plan.rawValue)")
        return try EmbeddingRanker(
            self,
            plan: plan,
            forced: forced,
            topKPlan: topKPlan,
            room: memoryBudget - min(plan.tableBytes(shape), memoryBudget)
        )
    }

    /// The facts of INFO.
    func info(plan: ScoringPlan, kernel: Kernel) -> RankerInfo {
        var facts = [
            (key: "model_id", value: modelID.description),
            (key: "profile", value: kernel.profile.description),
            (key: "kernel", value: kernel.description),
            (key: "plan", value: plan.rawValue),
            (key: "weights", value: placement.rawValue),
            (key: "architecture", value: architecture),
            (key: "shape", value: shape.summary),
            (key: "proof", value: metadata.proof.description),
            (key: "id_kind", value: users.kind.isText ? "utf8" : "u64"),
            (key: "user_ids", value: users.summary),
            (key: "candidate_ids", value: candidates.summary),
            (key: "features", value: "0"),
            (key: "label_transform", value: metadata.labelTransform.rawValue),
            (key: "prior", value: "\(metadata.prior)"),
            (key: "data", value: metadata.fingerprint["data"]),
            (key: "split", value: metadata.fingerprint["split"]),
        ]
        if let claim = metadata.claimedTestRMSE {
            facts.append((key: "claimed_test_rmse", value: "\(claim)"))
        }
        // The claim and the split of a refitted model are those of the model that was tested before.
        if metadata.fingerprint.isRefitted {
            facts.append((key: TrainingFingerprint.refitKey, value: metadata.fingerprint[TrainingFingerprint.refitKey]))
        }
        return RankerInfo(
            modelID: modelID,
            profile: kernel.profile,
            hasTextIDs: users.kind.isText,
            prior: metadata.prior,
            facts: facts
        )
    }
}
