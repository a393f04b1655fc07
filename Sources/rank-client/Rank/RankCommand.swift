import ArgumentParser
import CommandSupport
import RankCore
import RankData
import RankPool

struct RankCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rank",
        abstract: "Rank items for one user, the best first.",
        discussion: """
            Equal scores are ordered by item id, then by the place in the list. Stars are shown where the model's \
            labels were made from stars.

            EXAMPLE:
              rank-client rank --workers tcp://127.0.0.1:7000 --user 42 --items 204,141,131 --catalog data/ml-100k
              rank-client rank --workers tcp://127.0.0.1:7000 --user 42 --items all --exclude-rated data/ml-100k \
            --top 10
              rank-client rank --workers tcp://127.0.0.1:7000 --user ann --items all --exclude-rated ratings.csv \
            --top 10

            \(ExitStatus.help([.usage, .refused, .unavailable, .internalError, .cannotCreate]))
            """
    )

    @OptionGroup var pool: PoolArguments

    @OptionGroup var sending: SendingArguments

    @OptionGroup var featureArguments: FeatureArguments

    @OptionGroup var queryFeatureArguments: QueryFeatureArguments

    @Option(help: "The user to rank for: a number or a text, as the model's ids are.")
    var user: String

    @Option(
        help: """
            The items: all that the model knows (all), ids separated by commas, a file of ids, or - for standard \
            input. Texts that hold a comma are quoted as in CSV, and what begins with a quote is never a file: \
            '"a,b",c'.
            """
    )
    var items: String

    @Option(
        help: ArgumentHelp(
            "Leave out what the user has rated in this data, any that rank-train fit --data takes.",
            valueName: "data"
        )
    )
    var excludeRated: String?

    @Option(help: "Show only this many.")
    var top: Int?

    @Option(
        help: ArgumentHelp(
            "Where titles come from: a data-set directory, u.item, *.item or a CSV item,title "
                + "(default: the data set of --exclude-rated).",
            valueName: "file"
        )
    )
    var catalog: String?

    @Option(help: "When each request must be answered.")
    var deadline = DurationArgument(.milliseconds(250))

    @Option(
        help: """
            Unknown users and items: fail, score them by the model's row for the unknown (fallback), or leave them out \
            (omit).
            """
    )
    var unknown = UnknownArgument.fail

    @Flag(help: "At the deadline, list what has been scored; the rest stands last.")
    var partial = false

    @Option(help: "The form of the output: table, json or csv.")
    var format = RankingFormat.table

    func validate() throws {
        if let top, top < 1 { throw ValidationError("--top is \(top); expected 1 or more") }
    }

    func run() throws {
        try sending.check(for: pool.endpoints)
        let source = try CandidateSource(items)
        let featureFile = try featureArguments.load()
        let deadline = deadline.duration
        let (text, notes) = try withPool(of: pool.endpoints, deadline: deadline, sending: sending) { pool in
            let infos = try await pool.info().answers()
            return try infos.haveTextIDs()
                ? try await output(pool, infos, source, featureFile, as: String.self)
                : try await output(pool, infos, source, featureFile, as: UInt64.self)
        }
        for note in notes { try StandardStream.error.writeLine("note: \(note.printable(limit: 2_000))") }
        try StandardStream.output.write(text)
    }

    /// The whole output, and notes for the reader beside it.
    private func output<ID: CommandID>(
        _ pool: RankPool,
        _ infos: [WorkerInfo],
        _ source: CandidateSource,
        _ featureFile: FeatureFile?,
        as: ID.Type
    ) async throws -> (text: String, notes: [String]) {
        let user = try ID(argument: self.user, of: "--user")
        let rated = try UserHistory(excludeRated, of: user)
        let titles = try Titles.load(catalog, rated.dataSet, areTexts: ID.self == String.self)
        let (listed, model) = try await source.candidates(
            pool,
            infos,
            titles: titles,
            deadline: deadline.duration,
            as: ID.self
        )
        let given = try queryFeatureArguments.row(for: infos)
        let rows = try featureFile.rows(listed.count, for: infos, without: given.columns)
        let width = listed.isEmpty ? 0 : rows.count / listed.count
        let kept = rated.isEmpty ? Array(listed.indices) : listed.indices.filter { !rated.contains(listed[$0]) }
        let isWhole = kept.count == listed.count
        let ranking = LongRanking(
            pool: pool,
            user: user,
            candidates: isWhole ? listed : kept.map { listed[$0] },
            features: isWhole ? rows : kept.flatMap { rows[($0 * width)..<(($0 + 1) * width)] },
            width: width,
            queryFeatures: given.floats,
            top: top,
            options: CallOptions(unknownIDs: unknown.policy, allowsPartial: partial, model: model)
        )
        let list = try await ranking.list()
        let info = infos.first { $0.model == list.model }
        let left = rated.notes(listed: listed.count, kept: kept.count, isCatalogue: source.isCatalogue)
        let shown = RankingOutput(user: user, list: list, info: info, catalog: titles)
        return (shown.text(format), source.notes(items, areTexts: ID.self == String.self) + left + shown.notes)
    }
}
