/// What `rank-bench engine` was asked for.
struct EngineOptions {
    static let usage = "usage: rank-bench engine --model FILE --shallow FILE [--rounds N] [--turns stdin] [--json]"

    /// A model whose ids are 64-bit numbers from 1 on.
    var model = ""
    /// A model without dense layers, whose ids are such numbers too.
    var shallow = ""
    /// Rounds, in each of which every row has its turn.
    var rounds = 12
    /// Whether each round waits for a line of the standard input and says "done" after it, so that others take turns.
    var takesTurns = false
    var json = false

    init(_ arguments: ArraySlice<String>) throws {
        json = try OptionReader.read(arguments, usage: Self.usage) { name, value in
            switch name {
            case "--model": model = value
            case "--shallow": shallow = value
            case "--rounds": rounds = try OptionReader.count(name, value, most: 1_000)
            case "--turns":
                guard value == "stdin" else { throw BenchmarkError("--turns wants stdin, not \(value)") }
                takesTurns = true
            default: return false
            }
            return true
        }
        guard !model.isEmpty, !shallow.isEmpty else { throw BenchmarkError(Self.usage) }
    }
}
