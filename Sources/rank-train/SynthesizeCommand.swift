import ArgumentParser
import CommandSupport
import RankData

struct SynthesizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synthesize",
        abstract: "Invent a data set of MovieLens-100k's shape.",
        discussion: """
            The same seed gives the same files. The directory carries a marker, so that every result on it is labelled \
            synthetic: such a result says nothing about MovieLens.

            EXAMPLE:
              rank-train synthesize --output data/synthetic --seed 42

            \(ExitStatus.help([.usage, .refused, .internalError, .cannotCreate]))
            """
    )

    @Option(help: "The directory to make; it must not exist or be empty.")
    var output: String

    @Option(help: "Decides the ratings.")
    var seed: UInt64 = 42

    func run() throws {
        try SyntheticMovieLens(seed: seed).write(to: output)
        try StandardStream.output.writeLine("\(output): synthetic (seed \(seed)), not MovieLens")
    }
}
