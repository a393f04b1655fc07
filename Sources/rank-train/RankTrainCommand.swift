import ArgumentParser
import CommandSupport

@main
struct RankTrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rank-train",
        abstract: "Train, evaluate and inspect rating models.",
        discussion: """
            EXAMPLE:
              rank-train fit --data data/ml-100k --output model.safetensors
              rank-train evaluate --model model.safetensors --data data/ml-100k

            \(ExitStatus.help([.usage, .refused, .internalError, .cannotCreate]))
            """,
        version: softwareVersion,
        subcommands: [
            FitCommand.self, DistillCommand.self, DataCommand.self, EvaluateCommand.self, PredictCommand.self,
            InspectCommand.self, SynthesizeCommand.self, EnlargeCommand.self, QualityCommand.self, FoldInCommand.self,
            ColdStartCommand.self, ReportCommand.self,
        ]
    )

    static func main() {
        runProcess(Self.self, failure: failures.failure(for:))
    }
}
