import ArgumentParser
import CommandSupport
import RankCore
import RankEngine

struct EnlargeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enlarge",
        abstract: "Write a model with an invented catalogue of any size, to try out large ones.",
        discussion: """
            Users and network are those of the model; each item is a mixture of two of its items, with the ids from 1 \
            on. So a score costs what it would cost in a catalogue of that size, and means nothing. The file is a \
            valid model, labelled synthetic. Memory does not grow with the catalogue: 10 million items of 32 \
            dimensions are 1.28 GB on disk. The same model, number and seed give the same file.

            EXAMPLE:
              rank-train enlarge --model model.safetensors --items 10000000 --output large.safetensors

            \(ExitStatus.help([.usage, .refused, .internalError, .cannotCreate]))
            """
    )

    @Option(help: "The model file whose items are mixed.")
    var model: String

    @Option(help: "The number of items in the catalogue.")
    var items: Int

    @Option(help: "The model file to write. It appears whole, or not at all.")
    var output: OutputPath

    @Option(help: "The seed, which decides the items that are mixed.")
    var seed: UInt64 = 42

    func validate() throws {
        guard (1..<(1 << 32 - 1)).contains(items) else {
            throw ValidationError("--items \(items): a catalogue has 1 to \(1 << 32 - 2) items")
        }
    }

    func run() throws {
        try output.requireOther(than: [("--model", model)])
        try output.requireWritable()
        let catalogue = try EnlargedCatalogue(RankModel.load(path: model), items: items, seed: seed)
        let id = try catalogue.write(to: output.path)
        try StandardStream.output.writeLine("\(oneLine(output.path)): model \(id), \(grouped(items)) invented items")
    }
}
