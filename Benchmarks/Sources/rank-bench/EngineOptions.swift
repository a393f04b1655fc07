/// What `rank-bench engine` was asked for.
struct EngineOptions {
    static let usage = "usage: rank-bench engine --model FILE [--rounds N] [--json]"

    /// A model whose ids are 64-bit numbers from 1 on.
    var model = ""
    /// Rounds, in each of which every row has its turn.
    var rounds = 12
    var json = false

    init(_ arguments: ArraySlice<String>) throws {
        var rest = arguments
        while let name = rest.popFirst() {
            if name == "--json" {
                json = true
                continue
            }
            guard let value = rest.popFirst() else { throw BenchmarkError("\(name) wants a value\n\(Self.usage)") }
            switch name {
            case "--model": model = value
            case "--rounds":
                guard let number = Int(value), (1...1_000).contains(number) else {
                    throw BenchmarkError("--rounds wants a number from 1 to 1000, not \(value)")
                }
                rounds = number
            default: throw BenchmarkError("unknown option \(name)\n\(Self.usage)")
            }
        }
        guard !model.isEmpty else { throw BenchmarkError(Self.usage) }
    }
}
