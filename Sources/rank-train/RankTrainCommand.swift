import ArgumentParser

@main
struct RankTrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rank-train", abstract: "rank-train")
}
