import ArgumentParser
import CommandSupport
import RankCore
import RankData
import RankEngine
import RankTraining

struct QualityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quality",
        abstract: "Test a preset and the baselines on several splits.",
        discussion: """
            Makes the tables of docs/quality.md. RMSE is unclipped; after a ranking loss there is only the order to \
            measure.

            EXAMPLE:
              rank-train quality --data data/ml-100k --splits seed:42 seed:0 seed:1 seed:2 seed:3 --format markdown
              rank-train quality --data data/ml-100k --preset tutorial --loss pairwise-logistic

            \(ExitStatus.help([.usage, .refused, .internalError, .cannotCreate]))
            """
    )

    /// The format of the table.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table
        case markdown
        case csv
        case json
    }

    @OptionGroup var source: DataArguments

    @Option(
        parsing: .upToNextOption,
        help: "The splits: seed:N or CSV files of test pairs (default: the seeds 42, 0, 1, 2, 3).",
        transform: SplitSpec.init(parsing:)
    )
    var splits: [SplitSpec] = [.seed(42), .seed(0), .seed(1), .seed(2), .seed(3)]

    @Option(help: "The preset to train: \(Preset.names).")
    var preset = Preset.best

    @Option(help: "The seed of the initial weights and of the order of the examples.")
    var seed: UInt64 = TrainingOptions.tutorial.seed

    @OptionGroup var network: NetworkArguments

    @OptionGroup var threading: ThreadArguments

    @Option(help: "The format: \(Format.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = Format.table

    func validate() throws {
        try preset.refuse(network)
        try preset.refuse(threading)
        // A repeated split would make the deviation too small.
        for (place, split) in splits.enumerated() where splits[..<place].contains(split) {
            throw ValidationError("--splits names \(split) twice; give each split once")
        }
    }

    func run() throws {
        let dataSet = try source.load()
        if preset == .tutorial && network.options(seed: seed).loss.ranks { return try runRanking(on: dataSet) }
        let report = try study(of: dataSet).run(show: show)
        switch format {
        case .table: try StandardStream.output.write("\(title(dataSet))\n\(table(report).text(for: .output))")
        case .markdown: try StandardStream.output.write("\(oneLine(dataSet.name))\n\n\(table(report).markdown)")
        case .csv: try StandardStream.output.write(table(report, dataSet.name).csv)
        case .json: try StandardStream.output.writeLine(json(report, dataSet).description)
        }
    }

    private func title(_ dataSet: DataSet) -> String { broken(oneLine(dataSet.name), for: .output) }

    private func show(_ spec: SplitSpec) {
        if StandardStream.error.isTerminal { try? StandardStream.error.writeLine("training on \(spec)") }
    }

    /// Scores of a ranking loss are no ratings: the table is of their order alone.
    private func runRanking(on dataSet: DataSet) throws {
        let options = network.options(seed: seed)
        let training = try Training(options, kernel: network.kernelArgument.chosen, threads: threading.count)
        let report = try RankingStudy(dataSet, splits: splits, options, training: training).run(show: show)
        switch format {
        case .table: try StandardStream.output.write("\(title(dataSet))\n\(report.table().text(for: .output))")
        case .markdown: try StandardStream.output.write("\(oneLine(dataSet.name))\n\n\(report.table().markdown)")
        case .csv: try StandardStream.output.write(report.table(dataSet.name).csv)
        case .json: try StandardStream.output.writeLine(report.json(dataSet.name, seed: seed).description)
        }
    }

    private func study(of dataSet: DataSet) throws -> QualityStudy {
        switch preset {
        case .tutorial:
            let options = network.options(seed: seed)
            let training = try Training(options, kernel: network.kernelArgument.chosen, threads: threading.count)
            return QualityStudy(dataSet, splits: splits, options, training: training)
        case .mapFM, .best:
            var options = preset == .best ? FactorizationOptions.best : .mapFM
            options.seed = seed
            return try QualityStudy(dataSet, splits: splits, options)
        case .distilled:
            var (options, teacher) = (DistillationOptions.distilled, FactorizationOptions.best)
            (options.seed, teacher.seed) = (seed, seed)
            return try QualityStudy(
                dataSet,
                splits: splits,
                options,
                distillation: Distillation(options, threads: threading.count),
                teacher: teacher
            )
        }
    }

    /// One line per predictor; in formats without a title the data's name is the first column.
    private func table(_ report: QualityStudy.Result, _ data: String? = nil) -> TextTable {
        var columns: [(name: String, alignment: TextTable.Alignment)] = [("model", .left)]
        columns += report.splits.map { ($0.shortName, .right) }
        columns += [("mean ± sd", .right), ("in stars", .right), ("NDCG@10", .right)]
        if data != nil { columns.insert(("data", .left), at: 0) }
        var table = TextTable(columns)
        for row in report.rows {
            var cells = [row.name] + row.splits.map { fixed($0.rmse, 4) }
            cells.append("\(fixed(row.meanRMSE, 4)) ± \(fixed(row.deviationOfRMSE, 4))")
            cells += [fixed(row.meanRMSEInStars, 4), fixed(row.meanNDCG, 4)]
            if let data { cells.insert(data, at: 0) }
            table.append(cells)
        }
        return table
    }

    private func json(_ report: QualityStudy.Result, _ dataSet: DataSet) -> JSONValue {
        [
            "data": .string(dataSet.name),
            "seed": .unsigned(seed),
            "rows": .array(
                report.rows.map { row in
                    [
                        "model": .string(row.name),
                        "mean_rmse": .number(row.meanRMSE),
                        "sd_rmse": .number(row.deviationOfRMSE),
                        "mean_rmse_stars": .number(row.meanRMSEInStars),
                        "mean_ndcg@10": .number(row.meanNDCG),
                        "splits": .array(
                            zip(report.splits, row.splits).map { spec, metrics in
                                .object([JSONValue.Member("split", .string(spec.description))] + metrics.json)
                            }
                        ),
                    ]
                }
            ),
        ]
    }
}
