/// What `rank-bench catalogue` was asked for.
struct CatalogueOptions {
    static let usage =
        "usage: rank-bench catalogue --model FILE --catalogue FILE [--candidates N] [--rounds N] [--json]"

    /// A model whose tables fit the memory budget and whose ids are 64-bit numbers from 1 on.
    var model = ""
    /// The same network with a catalogue whose tables do not fit.
    var catalogue = ""
    var candidates = 500
    /// Rounds, in each of which every row has its turn.
    var rounds = 20
    var json = false

    init(_ arguments: ArraySlice<String>) throws {
        json = try OptionReader.read(arguments, usage: Self.usage) { name, value in
            switch name {
            case "--model": model = value
            case "--catalogue": catalogue = value
            case "--candidates": candidates = try OptionReader.count(name, value)
            case "--rounds": rounds = try OptionReader.count(name, value, most: 1_000)
            default: return false
            }
            return true
        }
        guard !model.isEmpty, !catalogue.isEmpty else { throw BenchmarkError(Self.usage) }
    }
}
