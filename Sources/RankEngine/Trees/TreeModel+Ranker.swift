internal import RankCore

extension TreeModel {
    /// Makes a ranker: compiles the ensemble for a kernel.
    ///
    /// - Parameter kernel: The kernel, or nil for the fastest for this CPU; every kernel gives the same bits.
    /// - Returns: A ranker for one thread, which may be another than this one.
    /// - Throws: ``EngineError/Code/kernelUnavailable`` for a kernel of integers;
    ///   ``EngineError/Code/budgetTooSmall`` where the system has no memory for the compiled form.
    public func makeRanker(kernel: Kernel? = nil) throws(EngineError) -> sending TreeRanker {
        try TreeRanker(self, kernel: (kernel?.computing(.fp32) ?? .best).dense)
    }

    /// Makes the reference ranker, which walks one node after the other; other rankers are compared with it.
    ///
    /// - Returns: A ranker for one thread, which may be another than this one.
    /// - Throws: ``EngineError/Code/budgetTooSmall`` where the system has no memory for it.
    public func makeReference() throws(EngineError) -> sending TreeRanker { try TreeRanker(self, kernel: .scalar) }

    /// The number of a feature, with its name where the file has one.
    func featureTitle(_ feature: Int) -> String {
        featureNames.isEmpty ? "\(feature)" : "\(feature) (\(featureNames[feature]))"
    }

    /// The most bytes of a fact of INFO; longer lists are left out.
    private static let factLimit = 32_768

    private var rankerColumns: QueryColumns { queryColumns.isEmpty ? .none : .columns(queryColumns) }

    /// The description of the ranker.
    ///
    /// - Parameters:
    ///   - kernel: The kernel that runs.
    ///   - plan: The name of what it runs.
    ///   - rows: Rows that it scores at a time.
    /// - Returns: The description.
    func info(kernel: Kernel, plan: String, rows: Int) -> RankerInfo {
        var facts = [
            (key: "model_id", value: modelID.description),
            (key: "profile", value: NumericProfile.treeSum.description),
            (key: "kernel", value: kernel.description),
            (key: "plan", value: plan),
            (key: "weights", value: RankModel.Placement.copied.rawValue),
            (key: "architecture", value: Self.architecture),
            (key: "shape", value: shape.summary),
            (key: "proof", value: metadata.proof.description),
            (key: "id_kind", value: hasTextIDs ? "utf8" : "u64"),
            (key: "features", value: "\(shape.featureCount)"),
            (key: "missing_features", value: takesMissingFeatures ? "accepted" : "refused"),
            (key: "output", value: output.description),
            (key: "label_transform", value: metadata.labelTransform.rawValue),
            (key: "prior", value: "\(metadata.prior)"),
            (key: "data", value: metadata.fingerprint["data"]),
            (key: "split", value: metadata.fingerprint["split"]),
        ]
        let names = featureNames.joined(separator: ",")
        if !names.isEmpty, names.utf8.count <= Self.factLimit, !featureNames.contains(where: { $0.contains(",") }) {
            facts.append((key: "feature_names", value: names))
        }
        if !queryColumns.isEmpty { facts.append((key: "query_columns", value: rankerColumns.description)) }
        if !objective.isEmpty { facts.append((key: "objective", value: objective)) }
        if let claim = metadata.claimedTestRMSE { facts.append((key: "claimed_test_rmse", value: "\(claim)")) }
        return RankerInfo(
            modelID: modelID,
            profile: .treeSum,
            hasTextIDs: hasTextIDs,
            featureCount: shape.featureCount,
            queryColumns: rankerColumns,
            takesMissingFeatures: takesMissingFeatures,
            prior: metadata.prior,
            costHint: cost(kernel, rows: rows),
            facts: facts
        )
    }

    /// The cost of scoring as first guessed: from nanoseconds of a decision, measured on one core of a Zen 4 at 3.7 GHz.
    private func cost(_ kernel: Kernel, rows: Int) -> ScoringCost {
        let walk = 3 * Double(shape.treeCount * max(shape.depth, 1))
        let sliced = (kernel == .best ? 0.01 : 0.03) * Double(shape.nodeCount)
        return ScoringCost(perCandidate: rows > 1 ? min(sliced, walk) : walk, sliceLength: rows)
    }
}
