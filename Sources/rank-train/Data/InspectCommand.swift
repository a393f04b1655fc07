import ArgumentParser
import CommandSupport
import RankCore
import RankEngine
import RankTraining

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Prove a model file of any family and show what is in it.",
        discussion: """
            Checks digest, weights and golden scores as a worker does before it serves. The RMSE is what the maker of \
            the file claims; rank-train evaluate checks it, unless the model was trained on all ratings after the \
            test: \
            then the claim is of the sibling that was tested. With --precision int16 or int8 it also measures how far \
            the scores of that precision are from those in fp32.

            EXAMPLES:
              rank-train inspect --model model.safetensors
              rank-train inspect --model network.safetensors --precision int16

            \(ExitStatus.help([.usage, .refused, .internalError, .cannotCreate]))
            """
    )

    @Option(help: "The model file.")
    var model: String

    @OptionGroup var kernelArgument: KernelArgument

    @OptionGroup var precisionArgument: PrecisionArgument

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        // An unknown kernel is refused before the file is read.
        let precision = precisionArgument.precision
        let kernel = try kernelArgument.named(for: precision)
        if kernel == nil { _ = try Kernel.best(for: precision) }
        let model: RankModel
        switch try LoadedModel.load(path: self.model) {
        case .trees(let trees): return try show(trees)
        case .embeddings(let loaded): model = loaded
        }
        let ranker = try model.makeRanker(
            kernel: kernel,
            precision: precision,
            errorLimit: .infinity,
            topKPlan: .auto
        )
        if json {
            try StandardStream.output.writeLine(report(model, ranker).description)
        } else {
            try StandardStream.output.write(listing(lines(model, ranker), width: StandardStream.output.width))
        }
    }

    private func lines(_ model: RankModel, _ ranker: EmbeddingRanker) -> [(String, String)] {
        let metadata = model.metadata
        let claim = metadata.claimedTestRMSE.map { claim in
            !metadata.labelTransform.hasScale
                ? fixed(Double(claim), 4)
                : "\(fixed(Double(claim), 4)) (\(fixed(Double(metadata.labelTransform.width * claim), 4)) "
                    + "\(metadata.labelTransform == .unitFromStars ? "stars" : "on the ratings' scale"))"
        }
        var lines = [
            ("model", "\(model.modelID)"),
            ("architecture", model.architecture),
            ("shape", model.shape.summary),
            ("parameters", grouped(model.shape.parameterCount)),
            ("users", "\(grouped(model.users.rowCount - 1)), ids \(model.users.kind.rawValue)"),
            ("candidates", "\(grouped(model.candidates.rowCount - 1)), ids \(model.candidates.kind.rawValue)"),
            ("labels", metadata.labelTransform.rawValue),
            ("prior", "\(metadata.prior)"),
            ("goldens", "\(grouped(model.goldenCount)) reproduced bit for bit"),
            ("proof", proof(metadata.proof)),
            ("load", load(model.loadTimes)),
            ("profile", "\(ranker.info.profile)"),
            ("kernel", "\(ranker.kernel)"),
            ("top-k plan", ranker.topKChoice.description),
            ("claimed test rmse", claim.map { "\($0), \(claimant(metadata))" } ?? "none"),
        ]
        if metadata.fingerprint.isRefitted { lines += refit(metadata.fingerprint) }
        lines += fingerprint(metadata).map { ("fingerprint.\($0.key)", $0.value) }
        lines += plans(model).map { plan, bytes, isChosen in
            let size = bytes == 0 ? "no tables" : "\(grouped(bytes)) bytes of tables"
            return ("plan \(plan.rawValue)", size + (isChosen ? ", chosen" : ""))
        }
        if let error = ranker.scoreError {
            let precision = precisionArgument.precision
            lines += [
                ("precision \(precision)", "\(grouped(precision.tableBytes(model.shape))) bytes of tables"),
                (
                    "error",
                    "\(error.maximum) at most, on \(grouped(error.userCount)) users and "
                        + "\(grouped(error.candidateCount)) candidates"
                ),
                ("top-10 overlap", fixed(error.topTenOverlap, 4)),
            ]
        }
        return lines
    }

    /// The source of the claimed test RMSE.
    private func claimant(_ metadata: ModelMetadata) -> String {
        metadata.fingerprint.isRefitted
            ? "of the tested sibling, a claim of the file's maker" : "a claim of the file's maker"
    }

    /// The line on a model that was tested and then trained on all ratings.
    private func refit(_ fingerprint: TrainingFingerprint) -> [(String, String)] {
        let figures = ["count", "rmse", "mae", "ndcg@10", "recall@10"].compactMap { name -> String? in
            guard let text = fingerprint.fields["tested_" + name] else { return nil }
            return "\(name) \(name == "count" ? text : Double(text).map { fixed($0, 4) } ?? text)"
        }
        return [
            ("trained on", "all ratings, after the test of a sibling trained without the test's"),
            ("tested", "\(fingerprint["split"]): \(figures.joined(separator: ", "))"),
        ]
    }

    private func report(_ model: RankModel, _ ranker: EmbeddingRanker) -> JSONValue {
        let metadata = model.metadata
        func vocabulary(_ vocabulary: Vocabulary) -> JSONValue {
            ["count": .integer(vocabulary.rowCount - 1), "kind": .string(vocabulary.kind.rawValue)]
        }
        return [
            "model_id": .string("\(model.modelID)"),
            "architecture": .string(model.architecture),
            "shape": [
                "user_rows": .integer(model.shape.userRows),
                "candidate_rows": .integer(model.shape.candidateRows),
                "user_dimensions": .integer(model.shape.userDimensions),
                "candidate_dimensions": .integer(model.shape.candidateDimensions),
                "layers": .array(model.shape.layerWidths.map { .integer($0) }),
                "dot_product": .boolean(model.shape.dotProduct),
                "user_bias": .boolean(model.shape.userBias),
                "candidate_bias": .boolean(model.shape.candidateBias),
                "mean": .boolean(model.shape.mean),
                "activations": .array(model.shape.activations.map { .string("\($0)") }),
                "output": .string("\(model.shape.output)"),
                "output_scale": .boolean(model.shape.outputScale),
            ],
            "proof": .string("\(metadata.proof)"),
            "proof_max_difference": metadata.proof.comparison.map { .number($0.maximumDifference) } ?? .null,
            "parameters": .integer(model.shape.parameterCount),
            "users": vocabulary(model.users),
            "candidates": vocabulary(model.candidates),
            "label_transform": .string(metadata.labelTransform.rawValue),
            "prior": .float(metadata.prior),
            "goldens_checked": .integer(model.goldenCount),
            "bytes": .integer(model.loadTimes.byteCount),
            "load_seconds": .number(model.loadTimes.total / .seconds(1)),
            "digest_seconds": .number(model.loadTimes.digest / .seconds(1)),
            "profile": .string("\(ranker.info.profile)"),
            "kernel": .string("\(ranker.kernel)"),
            "top_k_plan": .string(ranker.topKChoice.description),
            "precision": precision(model, ranker),
            "claimed_test_rmse": metadata.claimedTestRMSE.map { .float($0) } ?? .null,
            "claimed_split": .string(metadata.fingerprint["split"]),
            "refit": metadata.fingerprint.isRefitted ? .string(metadata.fingerprint["refit"]) : .null,
            "data": .string(metadata.fingerprint["data"]),
            "fingerprint": .object(fingerprint(metadata).map { JSONValue.Member($0.key, .string($0.value)) }),
            "plans": .array(
                plans(model).map { plan, bytes, isChosen in
                    ["name": .string(plan.rawValue), "table_bytes": .integer(bytes), "chosen": .boolean(isChosen)]
                }
            ),
        ]
    }

    /// The proof that the model scores as its maker meant, in words.
    func proof(_ proof: ModelProof) -> String {
        switch proof {
        case .trained: return "trained by this software"
        case .unproved: return "unproved: converted, and not compared with its source's scores"
        case .source(let comparison), .predictions(let comparison):
            return "\(proof), at most \(comparison.maximumDifference) away"
        }
    }

    func load(_ times: RankModel.LoadTimes) -> String {
        let rate = Double(times.byteCount) / max(times.digest / .nanoseconds(1), 1)
        return "\(fixed(times.total / .seconds(1), 3)) s for \(grouped(times.byteCount)) bytes, "
            + "\(fixed(times.digest / .seconds(1), 3)) s of it the digest (\(fixed(rate, 2)) GB/s)"
    }

    /// The memory and the errors of a reduced precision; null for fp32.
    private func precision(_ model: RankModel, _ ranker: EmbeddingRanker) -> JSONValue {
        guard let error = ranker.scoreError else { return .null }
        let precision = precisionArgument.precision
        return [
            "name": .string("\(precision)"),
            "table_bytes": .integer(precision.tableBytes(model.shape)),
            "error_max": .float(error.maximum),
            "top10_overlap": .number(error.topTenOverlap),
            "users": .integer(error.userCount),
            "candidates": .integer(error.candidateCount),
        ]
    }

    func fingerprint(_ metadata: ModelMetadata) -> [(key: String, value: String)] {
        metadata.fingerprint.fields.sorted { $0.key < $1.key }
    }

    private func plans(_ model: RankModel) -> [(ScoringPlan, bytes: Int, isChosen: Bool)] {
        let chosen = ScoringPlan.chosen(for: model.shape)
        return ScoringPlan.allCases.map { plan in
            (plan, plan.tableBytes(model.shape), plan == chosen)
        }
    }
}
