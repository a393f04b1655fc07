import ArgumentParser
import CommandSupport
import RankCore
import RankData
import RankPool

struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Score user,item pairs in bulk.",
        discussion: """
            Reads lines user,item (a header may come first; ids are numbers or texts, as the model's are) and writes \
            lines user,item,score, in the same order. A score is on the label's scale, in the fewest digits that read \
            back as the same float32. All of a run's scores come from one model.

            EXAMPLE:
              printf '42,204\\n42,141\\n' | rank-client score --workers tcp://127.0.0.1:7000 --input -

            \(ExitStatus.help([.usage, .refused, .unavailable, .internalError, .cannotCreate]))
            """
    )

    @OptionGroup var pool: PoolArguments

    @OptionGroup var sending: SendingArguments

    @OptionGroup var featureArguments: FeatureArguments

    @Option(help: "A CSV file of pairs, or - for standard input.")
    var input: String

    @Option(help: "When each request must be answered.")
    var deadline = DurationArgument(.seconds(10))

    @Option(
        help: """
            Unknown users and items: fail, score them by the model's row for the unknown (fallback), or leave them out \
            (omit).
            """
    )
    var unknown = UnknownArgument.fail

    @Flag(help: "Show no progress bar.")
    var quiet = false

    func run() throws {
        try sending.check(for: pool.endpoints)
        // A missing file is reported before any worker is asked for the kind of its ids.
        let file = try InputFile(path: input)
        let features = try featureArguments.load()
        let outcome = try withPool(of: pool.endpoints, deadline: deadline.duration, sending: sending) { pool in
            let infos = try await pool.info().answers()
            return try infos.haveTextIDs()
                ? try await scores(pool, infos, file, features, as: String.self)
                : try await scores(pool, infos, file, features, as: UInt64.self)
        }
        if outcome.data.hasPrefix("synthetic ") {
            try StandardStream.error.writeLine(
                "note: the model was trained on data that is \(outcome.data.printable(limit: 2_000))"
            )
        }
        if outcome.omitted > 0 {
            try StandardStream.error.writeLine(
                "note: \(counted(outcome.omitted, "pair")) that the model does not know "
                    + "\(outcome.omitted == 1 ? "is" : "are") left out"
            )
        }
    }

    /// Scores the pairs of the file, whose ids are of the model's kind.
    private func scores<ID: CommandID>(
        _ pool: RankPool,
        _ infos: [WorkerInfo],
        _ file: InputFile,
        _ features: FeatureFile?,
        as: ID.Type
    ) async throws -> (omitted: Int, data: String) {
        let job = BulkScoring<ID>(
            pairs: try PairList(parsing: file.bytes, source: file.source, kind: ID.pairKind),
            source: file.source,
            features: features,
            unknown: unknown.policy,
            isQuiet: quiet
        )
        return try await job.run(pool, infos)
    }
}
