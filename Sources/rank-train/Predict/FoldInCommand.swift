public import ArgumentParser
import CommandSupport
import RankCore
import RankData
import RankEngine
public import RankTraining

struct FoldInCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fold-in",
        abstract: "Give new users and items rows in a trained model, from their ratings and columns.",
        discussion: """
            Takes milliseconds for each new user or item, because everything that was trained stays as it is. The \
            model is one of biases and dot product, as the presets map-fm and best write it. New rows start from the \
            row for unknown ids and pay for the distance from it, in units of how the known rows differ, so that a \
            single rating moves them a little and the hundredth hardly. First the users' rows are solved for, the \
            items being fixed, then the items', the users being fixed, new ones included; and all of it once more.

            Ratings are CSV lines user,item,rating[,timestamp] on the scale of the model's training, each pair once; a \
            header may come first. Ratings of users and items that are both known are passed over, unless --refresh \
            lets known rows move, too: from where they are, by the ratings given here, which should then be new ones, \
            because those trained on would count twice.

            With --data, new users and items start from what their columns (age, occupation, genres, year and so on) \
            are worth, also those without a rating. The directory is that of the training with new lines in the users' \
            and the items' file: what a value is worth is told by the rows of the known ids that have it. Its ratings \
            are not read.

            The output is a new version of the model: it names its parent and has no claimed test RMSE and no split, \
            for the new ratings may be among the test rows. It may be the file of the model itself, which is replaced \
            as a whole.

            EXAMPLE:
              rank-train fold-in --model model.safetensors --ratings new.csv --output model-2.safetensors
              rank-train fold-in --model model.safetensors --data data/ml-100k --output model-2.safetensors

            \(ExitStatus.help([.usage, .refused, .internalError, .cannotCreate]))
            """
    )

    @Option(help: "The model file.")
    var model: String

    @Option(help: "A CSV file of ratings, or - for standard input; with --data it may be left out.")
    var ratings: String?

    @Option(help: "The directory of a data set whose users' and items' files describe known and new ids.")
    var data: String?

    @Option(help: "The model file to write. It appears whole, or not at all.")
    var output: OutputPath

    @Option(help: "The known rows that are solved for again: \(FoldInOptions.Refresh.names).")
    var refresh = FoldInOptions.Refresh.none

    @Option(
        help: """
            What a standard deviation of the known rows costs, in squared stars: higher values keep new rows nearer to \
            where they start (default: \(FoldInOptions.defaultPenalty)).
            """
    )
    var penalty: Double?

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(help: "Print nothing but errors.")
    var quiet = false

    func validate() throws {
        if let penalty {
            guard penalty > 0, penalty.isFinite else {
                throw ValidationError("--penalty \(penalty): expected a finite number above 0")
            }
            guard ratings != nil else {
                throw ValidationError("--penalty weighs ratings, and there are none without --ratings: leave it out")
            }
        }
        if ratings == nil && data == nil {
            throw ValidationError("expected --ratings, --data or both: of what should rows be made?")
        }
        if json && quiet { throw ValidationError("--json and --quiet exclude each other; give one of them") }
    }

    func run() throws {
        let files = data.flatMap { try? DataSet.files(at: $0) } ?? []
        try output.requireOther(than: [("--ratings", ratings)] + files.map { ("--data", $0) })
        try output.requireWritable()
        let model = try RankModel.load(path: model)
        let texts = model.users.kind.isText
        let list = try ratings.map { try RatingList.load(path: $0, idsAreTexts: texts, range: FoldIn.scale(of: model)) }
        let columns = try data.map { try SideInformation.load(directory: $0, idsAreTexts: texts) }
        let clock = ContinuousClock()
        let start = clock.now
        let folded = try FoldIn(
            list,
            describedBy: columns,
            into: model,
            FoldInOptions(penalty: penalty ?? FoldInOptions.defaultPenalty, refresh: refresh)
        )
        let seconds = (clock.now - start) / .seconds(1)
        let id = try folded.write(to: output.path)
        if json {
            try StandardStream.output.writeLine(report(folded, id, seconds).description)
        } else if !quiet {
            try StandardStream.output.write(
                listing(lines(folded, id, seconds, in: model), width: StandardStream.output.width)
            )
        }
    }

    private func lines(_ folded: FoldIn, _ id: ModelID, _ seconds: Double, in model: RankModel) -> [(String, String)] {
        let summary = folded.summary
        let transform = model.metadata.labelTransform
        func error(_ value: Double) -> String {
            guard transform.hasScale else { return fixed(value, 4) }
            let shown = fixed(Double(transform.width) * value, 4)
            return "\(fixed(value, 4)) (\(shown) \(transform == .unitFromStars ? "stars" : "on the ratings' scale"))"
        }
        var lines = [
            ("model", "\(id)"), ("file", output.path), ("parent", "\(folded.parent)"),
            ("new users", grouped(summary.newUsers) + starts(summary.newUsers, summary.describedUsers)),
            ("new items", grouped(summary.newItems) + starts(summary.newItems, summary.describedItems)),
        ]
        if summary.leftOut > 0 {
            let count = grouped(summary.leftOut)
            lines.append(("left out", "\(count) new ids without a rating or a column that says anything"))
        }
        if refresh != .none {
            lines += [
                ("refreshed users", grouped(summary.refreshedUsers)),
                ("refreshed items", grouped(summary.refreshedItems)),
            ]
        }
        lines.append(("ratings", grouped(summary.used)))
        if summary.passedOver > 0 {
            lines.append(("passed over", "\(grouped(summary.passedOver)) of known users and known items that stay"))
        }
        if summary.used > 0 {
            lines += [
                ("their rmse before", error(summary.rmseBefore)),
                ("their rmse after", error(summary.rmseAfter) + ", of fitted ratings"),
            ]
        }
        return lines + [("seconds", fixed(seconds, 4))]
    }

    /// The starts of new rows, if there are columns.
    private func starts(_ count: Int, _ described: Int) -> String {
        guard data != nil, count > 0 else { return "" }
        return ": \(grouped(described)) from their columns, \(grouped(count - described)) from the row for unknown ids"
    }

    private func report(_ folded: FoldIn, _ id: ModelID, _ seconds: Double) -> JSONValue {
        let summary = folded.summary
        return [
            "model_id": .string(id.description),
            "file": .string(output.path),
            "parent": .string(folded.parent.description),
            "new_users": .integer(summary.newUsers),
            "new_items": .integer(summary.newItems),
            "described_users": .integer(summary.describedUsers),
            "described_items": .integer(summary.describedItems),
            "left_out": .integer(summary.leftOut),
            "refreshed_users": .integer(summary.refreshedUsers),
            "refreshed_items": .integer(summary.refreshedItems),
            "ratings": .integer(summary.used),
            "passed_over": .integer(summary.passedOver),
            "penalty": .number(penalty ?? FoldInOptions.defaultPenalty),
            "fitted_rmse_before": summary.used > 0 ? .number(summary.rmseBefore) : .null,
            "fitted_rmse_after": summary.used > 0 ? .number(summary.rmseAfter) : .null,
            "seconds": .number(seconds),
        ]
    }
}

extension FoldInOptions.Refresh: ExpressibleByArgument {
    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
