import CommandSupport
import RankCore
import RankEngine

extension InspectCommand {
    /// Shows an ensemble of trees.
    ///
    /// - Throws: Usage, if an option was given that says how embeddings are scored.
    func show(_ model: TreeModel) throws {
        guard precisionArgument.precision == .fp32 else {
            throw CommandFailure(
                .usage,
                "\(self.model) is an ensemble of trees, to which --precision does not apply: leave it out"
            )
        }
        let ranker = try model.makeRanker(kernel: kernelArgument.named(for: .fp32))
        if json {
            try StandardStream.output.writeLine(report(model, ranker).description)
        } else {
            try StandardStream.output.write(listing(lines(model, ranker), width: StandardStream.output.width))
        }
    }

    private func lines(_ model: TreeModel, _ ranker: TreeRanker) -> [(String, String)] {
        let (shape, info) = (model.shape, ranker.info)
        func fact(_ key: String) -> String { info.facts.first { $0.key == key }?.value ?? "none" }
        var lines = [
            ("model", "\(model.modelID)"),
            ("architecture", TreeModel.architecture),
            ("objective", model.objective.isEmpty ? "unknown" : model.objective),
            ("trees", "\(grouped(shape.treeCount)), depth \(shape.depth)"),
            (
                "decisions",
                "\(grouped(shape.nodeCount)), \(grouped(ranker.decisionCount)) of them distinct, "
                    + "\(grouped(shape.categoricalNodes)) by categories"
            ),
            ("leaves", "\(grouped(shape.leafCount)), \(grouped(shape.largestTree)) of the largest tree"),
            ("features", "\(grouped(shape.featureCount)), missing ones \(fact("missing_features"))"),
        ]
        if !model.featureNames.isEmpty { lines.append(("feature names", model.featureNames.joined(separator: ", "))) }
        if !model.queryColumns.isEmpty {
            lines.append(("query columns", model.queryColumns.map { "\($0)" }.joined(separator: ", ")))
        }
        lines += [
            ("sums", model.sumsDoubles ? "float64" : "float32"),
            ("output", "\(model.output)"),
            ("ids", model.hasTextIDs ? "utf8" : "u64"),
            ("labels", model.metadata.labelTransform.rawValue),
            ("prior", "\(model.metadata.prior)"),
            ("goldens", "\(grouped(model.goldenCount)) reproduced bit for bit"),
            ("proof", proof(model.metadata.proof)),
            ("load", load(model.loadTimes)),
            ("profile", "\(info.profile)"),
            ("kernel", fact("kernel")),
            ("plan", "\(fact("plan")), \(grouped(ranker.tableBytes)) bytes of tables"),
        ]
        return lines + fingerprint(model.metadata).map { ("fingerprint.\($0.key)", $0.value) }
    }

    private func report(_ model: TreeModel, _ ranker: TreeRanker) -> JSONValue {
        let (shape, info) = (model.shape, ranker.info)
        func fact(_ key: String) -> JSONValue { info.facts.first { $0.key == key }.map { .string($0.value) } ?? .null }
        return [
            "model_id": .string("\(model.modelID)"),
            "architecture": .string(TreeModel.architecture),
            "objective": .string(model.objective),
            "shape": [
                "trees": .integer(shape.treeCount),
                "depth": .integer(shape.depth),
                "nodes": .integer(shape.nodeCount),
                "categorical_nodes": .integer(shape.categoricalNodes),
                "sets": .integer(shape.setCount),
                "leaves": .integer(shape.leafCount),
                "largest_tree": .integer(shape.largestTree),
                "features": .integer(shape.featureCount),
            ],
            "feature_names": .array(model.featureNames.map { .string($0) }),
            "query_columns": .array(model.queryColumns.map { .integer($0) }),
            "takes_missing": .boolean(model.takesMissingFeatures),
            "sum": .string(model.sumsDoubles ? "float64" : "float32"),
            "output": .string("\(model.output)"),
            "id_kind": .string(model.hasTextIDs ? "utf8" : "u64"),
            "proof": .string("\(model.metadata.proof)"),
            "proof_max_difference": model.metadata.proof.comparison.map { .number($0.maximumDifference) } ?? .null,
            "label_transform": .string(model.metadata.labelTransform.rawValue),
            "prior": .float(model.metadata.prior),
            "goldens_checked": .integer(model.goldenCount),
            "bytes": .integer(model.loadTimes.byteCount),
            "load_seconds": .number(model.loadTimes.total / .seconds(1)),
            "digest_seconds": .number(model.loadTimes.digest / .seconds(1)),
            "profile": .string("\(info.profile)"),
            "kernel": fact("kernel"),
            "plan": fact("plan"),
            "distinct_decisions": .integer(ranker.decisionCount),
            "table_bytes": .integer(ranker.tableBytes),
            "fingerprint": .object(fingerprint(model.metadata).map { JSONValue.Member($0.key, .string($0.value)) }),
        ]
    }
}
