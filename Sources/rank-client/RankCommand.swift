import ArgumentParser
import CommandSupport
import RankBase
import RankData
import RankPool

struct RankCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rank",
        abstract: "Rank items for one user, the best first.",
        discussion: """
            Equal scores are ordered by item id, then by the place in the list. Stars are shown where the model's labels \
            were made from stars.

            EXAMPLE:
              rank-client rank --workers tcp://127.0.0.1:7000 --user 42 --items 204,141,131 --catalog data/ml-100k
              rank-client rank --workers tcp://127.0.0.1:7000 --user 42 --items all --exclude-rated data/ml-100k --top 10

            \(ExitStatus.help([.usage, .refused, .unavailable, .internalError, .cannotCreate]))
            """
    )

    @OptionGroup var pool: PoolArguments

    @OptionGroup var sending: SendingArguments

    @OptionGroup var featureArguments: FeatureArguments

    @Option(help: "The user to rank for.")
    var user: UInt64

    @Option(help: "The items: ids separated by commas, all, a file of ids, or - for standard input.")
    var items: String

    @Option(help: ArgumentHelp("Leave out what the user has rated in this data set.", valueName: "dir"))
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
        help:
            "Unknown users and items: fail, score them by the model's row for the unknown (fallback), or leave them out (omit)."
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
        let source = try CandidateSource(items)
        let featureFile = try featureArguments.load()
        let dataSet = try excludeRated.map { directory throws(DataError) in try DataSet.load(directory: directory) }
        let titles = try catalog.map { path throws(DataError) in try Catalog.load(path: path) } ?? dataSet?.catalog
        let rated = Set(dataSet?.ratings.items(ratedBy: user) ?? [])
        let (user, top, unknown, isPartial) = (user, top, unknown.policy, partial)
        let ranking = try withPool(of: pool.endpoints, deadline: deadline.duration, options: sending.options) { pool in
            let infos = try await pool.info().answers()
            if infos.contains(where: { $0["id_kind"] == "utf8" }) {
                throw CommandFailure(.usage, "the workers' ids are text, this command takes numbers: use the library")
            }
            let listed = try source.candidates(infos, catalog: titles)
            let rows = try featureFile.rows(listed.count, for: infos)
            let width = listed.isEmpty ? 0 : rows.count / listed.count
            let kept = listed.indices.filter { !rated.contains(listed[$0]) }
            let list = try await pool.rank(
                user: user,
                candidates: kept.map { listed[$0] },
                features: kept.flatMap { rows[($0 * width)..<(($0 + 1) * width)] },
                topK: min(top ?? kept.count, kept.count),
                options: CallOptions(unknownIDs: unknown, allowsPartial: isPartial)
            )
            let info = infos.first { $0.model == list.model }
            return Ranking(user: user, list: list, info: info, catalog: titles)
        }
        for note in ranking.notes { try StandardStream.error.writeLine("note: \(note.printable(limit: 2_000))") }
        try StandardStream.output.write(ranking.text(format))
    }
}
