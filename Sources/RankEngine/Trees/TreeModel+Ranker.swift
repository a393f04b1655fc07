internal import RankCore

extension TreeModel {
    /// Makes a ranker.
    ///
    /// - Returns: A ranker for one thread, which may be another than this one.
    public func makeRanker() -> sending TreeRanker { TreeRanker(self) }

    /// The number of a feature, with its name where the file has one.
    func featureTitle(_ feature: Int) -> String {
        featureNames.isEmpty ? "\(feature)" : "\(feature) (\(featureNames[feature]))"
    }

    /// The most bytes of a fact of INFO; longer lists are left out.
    private static let factLimit = 32_768

    /// The description of the ranker.
    var info: RankerInfo {
        var facts = [
            (key: "model_id", value: modelID.description),
            (key: "profile", value: NumericProfile.treeSum.description),
            (key: "kernel", value: Kernel.scalar.description),
            (key: "plan", value: "walk"),
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
        if !objective.isEmpty { facts.append((key: "objective", value: objective)) }
        if let claim = metadata.claimedTestRMSE { facts.append((key: "claimed_test_rmse", value: "\(claim)")) }
        return RankerInfo(
            modelID: modelID,
            profile: .treeSum,
            hasTextIDs: hasTextIDs,
            featureCount: shape.featureCount,
            takesMissingFeatures: takesMissingFeatures,
            prior: metadata.prior,
            facts: facts
        )
    }
}
