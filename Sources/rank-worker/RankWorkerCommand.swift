import ArgumentParser

@main
struct RankWorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rank-worker", abstract: "rank-worker")
}
