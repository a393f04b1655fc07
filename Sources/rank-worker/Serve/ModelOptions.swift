import ArgumentParser
import CommandSupport
import RankEngine

/// The model of a worker, and how it is scored.
struct ModelOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The model file; loaded again when another file is renamed over it.", valueName: "file"))
    var model: String?

    @Option(
        help: ArgumentHelp(
            "Numbered versions, DIR/7.safetensors or DIR/7/model.safetensors; the highest that proves itself serves.",
            valueName: "dir"
        )
    )
    var modelDir: String?

    @Option(
        help: ArgumentHelp(
            "A shared library that scores, with its model file, which is loaded again when another is renamed over it.",
            discussion: "docs/guide/plugins.md tells how one is written; check-plugin tries it out.",
            valueName: "lib:path?option=value&..."
        ),
        transform: PluginReference.read
    )
    var plugin: PluginReference?

    @Option(help: ArgumentHelp("What scores: model, or null, which computes nothing (for benchmarks)."))
    var ranker = RankerChoice.model

    @Option(
        help: ArgumentHelp(
            "With --ranker null: how long the scoring thread sleeps for each candidate, as if a slow machine scored.",
            valueName: "time"
        )
    )
    var costPerCandidate: DurationArgument?

    @Option(
        help: ArgumentHelp(
            """
            direct, user-once, factored, or full, a table of every score; by default the fastest of the first three \
            that fits the memory budget. Refused where its tables do not fit.
            """
        ),
        transform: readPlan
    )
    var plan: ScoringPlan?

    @Option(
        help: ArgumentHelp(
            """
            The way to the best of a list, which has the same entries either way: certified leaves out candidates by \
            proven bounds, plain scores all of them, auto takes the faster one, measured at load (default: auto). \
            certified is refused where nothing can be proved.
            """
        ),
        transform: readTopKPlan
    )
    var topKPlan: TopKPlan?

    @Option(
        help: ArgumentHelp(
            "The kernel to score with: \(Kernel.supported.map(\.description).joined(separator: ", ")) "
                + "(default: what RANK_KERNEL says, else the fastest for this CPU and model); "
                + "in integers avx512-vnni, or scalar, which is slow."
        )
    )
    var kernel: String?

    @Option(
        help: ArgumentHelp(
            "fp32, or int16 or int8, which are faster and score in a numeric profile of their own (default: fp32)."
        ),
        transform: readPrecision
    )
    var precision: Precision?

    @Option(
        help: ArgumentHelp(
            """
            With --precision: how far a score may be from that in fp32, measured at load on the label's scale; a model \
            that is further off is refused (default: \(Precision.defaultErrorLimit)).
            """,
            valueName: "error"
        )
    )
    var maxError: Float?

    @Option(
        help: ArgumentHelp(
            "What the tables of a plan or of a precision, or the bounds of --top-k-plan may take, such as 64M "
                + "(default: 256M).",
            valueName: "bytes"
        )
    )
    var memoryBudget: ByteCountArgument?

    @Flag(
        help: ArgumentHelp(
            """
            Copy the model into huge pages of this process, whatever its size, also into those that an administrator \
            has set aside (default: it is copied, into huge pages from 8 MiB on).
            """
        )
    )
    var copyWeights = false

    @Flag(
        help: ArgumentHelp(
            """
            Map the model's file instead of copying it, so that processes share its pages: only for files that no \
            program writes in place or cuts, which would spoil scores or end the process.
            """
        )
    )
    var mapWeights = false

    /// Refuses options that do not go together, and asks for a missing one.
    func check() throws {
        try checkPrecision()
        try checkSource()
        guard let costPerCandidate else { return }
        guard ranker == .null else { throw ValidationError("--cost-per-candidate goes with --ranker null") }
        guard costPerCandidate.duration <= .seconds(1) else {
            throw ValidationError("--cost-per-candidate is \(costPerCandidate.defaultValueDescription); at most 1s")
        }
    }

    /// Refuses options that do not go with a reduced precision, or without one.
    private func checkPrecision() throws {
        let isReduced = precision ?? .fp32 != .fp32
        if let maxError {
            guard isReduced else { throw ValidationError("--max-error goes with --precision int16 or int8") }
            guard maxError >= 0 else { throw ValidationError("--max-error is \(maxError); expected 0 or more") }
        }
        guard isReduced else { return }
        guard topKPlan != .certified else {
            throw ValidationError("--top-k-plan certified has bounds of scores in fp32; leave it or --precision out")
        }
        guard plan ?? .factored == .factored else {
            throw ValidationError("--precision int16 and int8 have tables of their own; leave --plan out")
        }
    }

    /// Refuses more or less than one source of scores, and options that only a model file has a use for.
    private func checkSource() throws {
        if plugin != nil {
            guard model == nil, modelDir == nil, ranker == .model else {
                throw ValidationError("--plugin brings its own model: leave out --model, --model-dir and --ranker null")
            }
            return try refuseModelOptions(beside: "--plugin, which scores in its own way")
        }
        switch (ranker, model ?? modelDir) {
        case (.model, nil): throw ValidationError("--model FILE, --model-dir DIR or --plugin LIB:PATH is missing")
        case (.null, .some): throw ValidationError("--model and --model-dir do not go with --ranker null")
        case (.null, nil): try refuseModelOptions(beside: "--ranker null, which computes nothing")
        case (.model, .some): break
        }
        guard model == nil || modelDir == nil else { throw ValidationError("give --model or --model-dir, not both") }
        guard !copyWeights || !mapWeights else {
            throw ValidationError("give --copy-weights or --map-weights, not both")
        }
        // Bounds are tables, too, where the plan leaves them to be made.
        if memoryBudget != nil, let plan, plan == .direct || plan == .userOnce && topKPlan == .plain {
            throw ValidationError(
                "--memory-budget limits tables, and --plan \(plan.rawValue) makes none: leave out one of them"
            )
        }
    }

    /// The given options that say how embeddings are scored.
    var optionsOfEmbeddings: [String] {
        let options = [
            ("--plan", plan != nil), ("--top-k-plan", topKPlan != nil), ("--kernel", kernel != nil),
            ("--precision", precision != nil), ("--max-error", maxError != nil),
            ("--memory-budget", memoryBudget != nil), ("--copy-weights", copyWeights), ("--map-weights", mapWeights),
        ]
        return options.filter(\.1).map(\.0)
    }

    /// Refuses the options that say how a model file is scored.
    private func refuseModelOptions(beside other: String) throws {
        guard let name = optionsOfEmbeddings.first else { return }
        throw ValidationError("\(name) goes with --model or --model-dir, and not with \(other): leave it out")
    }
}

/// The ranker of a worker.
enum RankerChoice: String, ExpressibleByArgument, CaseIterable {
    case model
    case null
}

/// Reads the name of a plan.
private func readPlan(_ name: String) throws -> ScoringPlan {
    guard let plan = ScoringPlan(rawValue: name) else {
        let names = ScoringPlan.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("there is no plan \"\(name)\"; choose one of \(names)")
    }
    return plan
}

/// Reads the name of a plan for the best of a list.
private func readTopKPlan(_ name: String) throws -> TopKPlan {
    guard let plan = TopKPlan(rawValue: name) else {
        let names = TopKPlan.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("there is no plan \"\(name)\" for the best of a list; choose one of \(names)")
    }
    return plan
}

/// Reads the name of a precision.
private func readPrecision(_ name: String) throws -> Precision {
    guard let precision = Precision(rawValue: name) else {
        let names = Precision.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("there is no precision \"\(name)\"; choose one of \(names)")
    }
    return precision
}
