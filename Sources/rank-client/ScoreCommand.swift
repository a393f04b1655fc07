import ArgumentParser
import CommandSupport
import RankBase
import RankData
import RankPool

struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Score user,item pairs in bulk.",
        discussion: """
            Reads lines user,item (a header may come first) and writes lines user,item,score, in the same order. A score \
            is on the label's scale, in the fewest digits that read back as the same float32. All of a run's scores come \
            from one model.

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
        help:
            "Unknown users and items: fail, score them by the model's row for the unknown (fallback), or leave them out (omit)."
    )
    var unknown = UnknownArgument.fail

    @Flag(help: "Show no progress bar.")
    var quiet = false

    func run() throws {
        let pairs = try PairList.load(path: input)
        let source = input == "-" ? "standard input" : input
        let job = BulkScoring(
            pairs: pairs,
            source: source,
            features: try featureArguments.load(),
            unknown: unknown.policy,
            isQuiet: quiet
        )
        let outcome = try withPool(of: pool.endpoints, deadline: deadline.duration, options: sending.options) {
            try await job.run($0)
        }
        if outcome.data.hasPrefix("synthetic ") {
            try StandardStream.error.writeLine(
                "note: the model was trained on data that is \(outcome.data.printable(limit: 2_000))"
            )
        }
        if outcome.omitted > 0 {
            try StandardStream.error.writeLine(
                "note: \(grouped(outcome.omitted)) pairs that the model does not know are left out"
            )
        }
    }
}
