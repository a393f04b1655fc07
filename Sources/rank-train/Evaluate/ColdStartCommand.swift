public import ArgumentParser
import CommandSupport
import RankCore
import RankData
public import RankTraining

struct ColdStartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cold-start",
        abstract: "Test how well new users or items are predicted, by how many of their ratings are known.",
        discussion: """
            Hides all ratings of a fifth of the users (or items) from a training, shows a few of each to fold-in, and \
            predicts the others; then the same with each other fifth. Every number of shown ratings is tested on the \
            same ratings, and RMSE is in stars (or whatever ratings are given in). In columns: the mean rating of the \
            item (of the user); the model's row for unknown ids; the row that fit and fold-in --data make of the \
            columns of the users' (items') file; what fold-in makes of the two; and, with --train-anew, what a \
            training makes of the shown ratings.

            EXAMPLE:
              rank-train cold-start --data data/ml-100k --preset map-fm --shown 0 1 5 20

            \(ExitStatus.help([.usage, .refused, .internalError, .cannotCreate]))
            """
    )

    @OptionGroup var source: DataArguments

    @Option(help: "The preset to train: map-fm or best.")
    var preset = Preset.best

    @Option(
        help: "Whose ratings are hidden: \(ColdStartOptions.Side.allCases.map(\.rawValue).joined(separator: ", "))."
    )
    var hide = ColdStartOptions.Side.users

    @Option(parsing: .upToNextOption, help: "The numbers of shown ratings of each user or item (default: 0 1 5 20).")
    var shown: [Int] = ColdStartOptions().shown

    @Option(help: "The number of parts into which the users or items are dealt.")
    var folds = ColdStartOptions().folds

    @Option(help: "The seed of the parts, of the shown ratings and of the training.")
    var seed: UInt64 = ColdStartOptions().seed

    @Option(help: "The penalty, as in fold-in.")
    var penalty = FoldInOptions.defaultPenalty

    @Flag(help: "Train once more for each number of shown ratings, on those and all that are not hidden.")
    var trainAnew = false

    @Option(help: "The format: \(QualityCommand.Format.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = QualityCommand.Format.table

    func validate() throws {
        if preset == .tutorial || preset == .distilled {
            throw ValidationError(
                "--preset \(preset.rawValue): new rows are folded into biases and dot product; give map-fm or best"
            )
        }
        guard penalty > 0, penalty.isFinite else {
            throw ValidationError("--penalty \(penalty): expected a finite number above 0")
        }
        guard ColdStartOptions.foldCounts.contains(folds) else {
            let counts = ColdStartOptions.foldCounts
            throw ValidationError("--folds \(folds): choose from \(counts.lowerBound) to \(counts.upperBound)")
        }
        guard options.showsAscend else {
            let numbers = shown.map(String.init).joined(separator: " ")
            throw ValidationError("--shown \(numbers): the numbers must ascend from 0 or more, each once")
        }
    }

    private var options: ColdStartOptions {
        ColdStartOptions(side: hide, shown: shown, folds: folds, seed: seed, penalty: penalty, trainsAnew: trainAnew)
    }

    func run() throws {
        var training = preset == .best ? FactorizationOptions.best : .mapFM
        training.seed = seed
        let dataSet = try source.load()
        let report = try ColdStart(dataSet, training, options).run { number, total in
            guard StandardStream.error.isTerminal else { return }
            try? StandardStream.error.writeLine("training \(number) of \(total)")
        }
        let title =
            "\(oneLine(dataSet.name)), \(preset.rawValue): \(counted(report.testedCount, "rating")) of "
            + "\(grouped(report.entityCount)) \(hide.rawValue), \(grouped(report.leftOut)) left out"
        switch format {
        case .table:
            try StandardStream.output.write("\(broken(title, for: .output))\n\(table(report).text(for: .output))")
        case .markdown: try StandardStream.output.write("\(title)\n\n\(table(report).markdown)")
        case .csv: try StandardStream.output.write(table(report).csv)
        case .json: try StandardStream.output.writeLine(json(report, dataSet).description)
        }
    }

    private var predictors: [ColdStart.Predictor] {
        ColdStart.Predictor.allCases.filter { $0 != .trainedAnew || trainAnew }
    }

    private func name(_ predictor: ColdStart.Predictor) -> String {
        switch predictor {
        case .partnerMean: hide == .users ? "item mean" : "user mean"
        case .unknownRow: "unknown row"
        case .columns: "columns"
        case .foldIn: "fold-in"
        case .columnsAndFoldIn: "columns, fold-in"
        case .trainedAnew: "trained anew"
        }
    }

    private func table(_ report: ColdStart.Result) -> TextTable {
        var table = TextTable([("shown", .right)] + predictors.map { (name($0), .right) })
        for row in report.rows {
            table.append(
                ["\(row.shown)"] + predictors.map { row.metrics[$0].map { fixed($0.rmseInStars, 4) } ?? "" }
            )
        }
        return table
    }

    private func json(_ report: ColdStart.Result, _ dataSet: DataSet) -> JSONValue {
        [
            "data": .string(dataSet.name),
            "preset": .string(preset.rawValue),
            "hidden": .string(hide.rawValue),
            "seed": .unsigned(seed),
            "folds": .integer(folds),
            "penalty": .number(penalty),
            "tested_ratings": .integer(report.testedCount),
            "tested": .integer(report.entityCount),
            "left_out": .integer(report.leftOut),
            "rows": .array(
                report.rows.map { row in
                    let cells = predictors.compactMap { predictor in
                        row.metrics[predictor].map { JSONValue.Member(name(predictor), .object($0.json)) }
                    }
                    return .object([JSONValue.Member("shown", .integer(row.shown))] + cells)
                }
            ),
        ]
    }
}

extension ColdStartOptions.Side: ExpressibleByArgument {}
