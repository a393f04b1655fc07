import ArgumentParser
import CommandSupport
import RankEngine
import RankService

@main
struct RankWorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rank-worker",
        abstract: "Serve a ranking model over ZeroMQ.",
        version: softwareVersion,
        subcommands: [ServeCommand.self, CheckPluginCommand.self]
    )

    static func main() {
        runProcess(Self.self, failure: commandFailure)
    }
}

/// How an error of the modules below ends the command.
private func commandFailure(_ error: any Error) -> CommandFailure? {
    switch error {
    case let error as EngineError:
        switch error.code {
        case .cannotRead, .modelRefused, .pluginRefused: CommandFailure(.refused, error.message)
        case .kernelUnavailable: CommandFailure(.usage, error.message)
        default: CommandFailure(.internalError, error.description)
        }
    case let error as ServiceError:
        switch error.code {
        case .invalidConfiguration: CommandFailure(.usage, error.message)
        case .modelRefused: CommandFailure(.refused, error.message)
        case .endpointUnavailable, .resourceExhausted: CommandFailure(.unavailable, error.message)
        default: CommandFailure(.internalError, error.description)
        }
    default: nil
    }
}
