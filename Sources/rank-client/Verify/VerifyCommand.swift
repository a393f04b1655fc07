import ArgumentParser
import CommandSupport
import RankCore
import RankEngine
import RankPool

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Hold a running pool against its model file, bit for bit.",
        discussion: """
            Scores random lists (with duplicates, unknown ids, for an ensemble of trees features at and beside its \
            thresholds, and every length up to --candidates) in this process \
            with the scalar kernel of the workers' numeric profile, and over the pool in random splits, once ranked \
            and once in the order of the request. Every score's bits, every position and every flag must be the same. \
            One seed gives the same lists and splits in every run; which worker gets which part is up to the pool.

            Every worker must answer and hold the model of the file.

            EXAMPLE:
              rank-client verify --workers tcp://127.0.0.1:7000,tcp://127.0.0.1:7001 --model model.safetensors

            \(ExitStatus.help([.usage, .refused, .unavailable, .internalError, .cannotCreate])) 65 also means a \
            mismatch.
            """
    )

    @OptionGroup var pool: PoolArguments

    @Option(help: ArgumentHelp("The model file that the workers serve.", valueName: "file"))
    var model: String

    @Option(help: "How many lists are compared, each in a split of its own.")
    var splits = 100

    @Option(help: "The most candidates of a list.")
    var candidates = 2_000

    @Option(help: "What users, candidates and splits are drawn from.")
    var seed: UInt64 = 42

    @Option(help: "When each request must be answered.")
    var deadline = DurationArgument(.seconds(10))

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (1...1_000_000).contains(splits) else {
            throw ValidationError("--splits is \(splits); expected 1 to 1000000")
        }
        guard (1...1_000_000).contains(candidates) else {
            throw ValidationError("--candidates is \(candidates); expected 1 to 1000000")
        }
    }

    func run() throws {
        let model = try LoadedModel.load(path: model)
        let lists = VerifiableLists(model)
        let report =
            lists.haveTextIDs
            ? try report(model.modelID, lists, as: String.self) : try report(model.modelID, lists, as: UInt64.self)
        try StandardStream.output.write(json ? "\(report.json)\n" : broken(report.text, for: .output))
        guard let first = report.mismatches.first else { return }
        throw CommandFailure(
            .refused,
            "\(report.mismatches.count) of \(counted(report.lists, "list")) "
                + "\(report.mismatches.count == 1 ? "differs" : "differ") from the model file, first \(first)"
        )
    }

    private func report<ID: VerifiableID>(
        _ model: ModelID,
        _ lists: VerifiableLists,
        as type: ID.Type
    ) throws -> VerifyReport {
        let (file, splits, maximum, seed) = (self.model, splits, candidates, seed)
        return try withPool(of: pool.endpoints, deadline: deadline.duration) { pool in
            let (target, proof) = try await Self.requireModel(model, file, of: pool)
            guard let reference = try lists.makeReference(of: target.profile) else {
                throw CommandFailure(
                    .refused,
                    "the workers score with the profile \(target.profile), which this version cannot compute; "
                        + "verify with the version that serves"
                )
            }
            var verification = PoolVerification<ID>(
                lists: lists,
                ranker: reference,
                target: target,
                maximumCount: maximum,
                seed: seed
            )
            for number in 1...splits { try await verification.compare(number, with: pool) }
            var report = verification.report
            report.proof = proof
            return report
        }
    }

    /// Throws unless every worker answers and holds the model of the file, all of them under one profile.
    ///
    /// - Returns: The options of every call, and the proof of the model by INFO.
    private static func requireModel(
        _ model: ModelID,
        _ file: String,
        of pool: RankPool
    ) async throws -> (CallOptions, proof: String) {
        var options = CallOptions(unknownIDs: .fallback)
        var proof = ""
        for report in await pool.info() {
            let info = try report.result.get()
            guard info.model == model else {
                throw CommandFailure(
                    .refused,
                    "\(report.endpoint) holds model \(info.model), \(file) is \(model); "
                        + "verify with the file that the workers serve"
                )
            }
            guard options.profile == .unspecified || options.profile == info.profile else {
                throw CommandFailure(
                    .refused,
                    "\(report.endpoint) scores with the profile \(info.profile), others with \(options.profile), "
                        + "so that no list is of both; verify them apart"
                )
            }
            options.model = info.model
            options.profile = info.profile
            proof = info["proof"] ?? proof
        }
        return (options, proof)
    }
}
