import ArgumentParser

@main
struct RankClientCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rank-client", abstract: "rank-client")
}
