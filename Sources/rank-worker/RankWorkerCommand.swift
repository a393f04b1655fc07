import ArgumentParser
import CommandSupport

@main
struct RankWorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rank-worker",
        abstract: "Serve a ranking model over ZeroMQ.",
        version: softwareVersion,
        subcommands: [ServeCommand.self, CheckPluginCommand.self]
    )

    static func main() {
        runProcess(Self.self, failure: failures.failure(for:))
    }
}
