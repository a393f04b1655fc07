import ArgumentParser
import CommandSupport
import RankCore
import RankData

struct SynthesizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synthesize",
        abstract: "Invent a data set of MovieLens-100k's shape, or of any size.",
        discussion: """
            The same seed and numbers give the same files. The directory carries a marker, so that every result on it \
            is labelled synthetic: such a result says nothing about MovieLens. With --ratings the set has the form of \
            MovieLens 25M (ratings.csv in half stars, movies.csv), is written as it is drawn, and may be larger than \
            memory.

            EXAMPLE:
              rank-train synthesize --output data/synthetic --seed 42
              rank-train synthesize --output data/large --ratings 25000000

            \(ExitStatus.help([.usage, .refused, .internalError, .cannotCreate]))
            """
    )

    @Option(help: "The directory to make; it must not exist or be empty.")
    var output: String

    @Option(help: "The seed of the ratings.")
    var seed: UInt64 = 42

    @Option(help: "The number of ratings (default: MovieLens-100k's shape and form).")
    var ratings: Int?

    @Option(help: "With --ratings: the number of users (default: one for 150 ratings).")
    var users: Int?

    @Option(help: "With --ratings: the number of items (default: one for 400 ratings, and at least 1000).")
    var items: Int?

    func validate() throws {
        guard ratings == nil, users != nil || items != nil else { return }
        throw ValidationError("--users and --items go with --ratings; give it too")
    }

    func run() throws {
        if let ratings {
            try SyntheticRatings(seed: seed, ratingCount: ratings, userCount: users, itemCount: items).write(to: output)
        } else {
            try SyntheticMovieLens(seed: seed).write(to: output)
        }
        try StandardStream.output.writeLine("\(oneLine(output)): synthetic (seed \(seed)), not MovieLens")
    }
}
