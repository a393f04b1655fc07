import ArgumentParser
import CommandSupport
import RankSystem

@main
struct RankClientCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rank-client",
        abstract: "Rank and score over a pool of workers.",
        discussion: """
            EXAMPLE:
              rank-client rank --workers tcp://127.0.0.1:7000 --user 42 --items 204,141,131
              rank-client info --workers tcp://127.0.0.1:7000,tcp://127.0.0.1:7001
              rank-client verify --workers tcp://127.0.0.1:7000,tcp://127.0.0.1:7001 --model model.safetensors

            \(ExitStatus.help([.usage, .refused, .unavailable, .internalError, .cannotCreate]))
            """,
        version: softwareVersion,
        subcommands: [
            RankCommand.self, ScoreCommand.self, InfoCommand.self, StatusCommand.self, VerifyCommand.self,
            BenchCommand.self,
        ]
    )

    static func main() {
        // Four for each worker: more than many a system allows at first.
        raiseDescriptorLimit()
        runProcess(Self.self, failure: failures.failure(for:))
    }
}
