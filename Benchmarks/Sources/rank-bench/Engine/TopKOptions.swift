/// What `rank-bench topk` was asked for.
struct TopKOptions {
    static let usage = "usage: rank-bench topk --model FILE [--model FILE...] [--rounds N] [--certified] [--json]"

    /// Models whose ids are 64-bit numbers from 1 on.
    var models: [String] = []
    /// Rounds of 64 users' lists.
    var rounds = 20
    /// Whether bounds are used also where the ranker would not choose them.
    var isForced = false
    var json = false

    init(_ arguments: ArraySlice<String>) throws {
        isForced = arguments.contains("--certified")
        let rest = arguments.filter { $0 != "--certified" }
        json = try OptionReader.read(rest[...], usage: Self.usage) { name, value in
            switch name {
            case "--model": models.append(value)
            case "--rounds": rounds = try OptionReader.count(name, value, most: 1_000)
            default: return false
            }
            return true
        }
        guard !models.isEmpty else { throw BenchmarkError(Self.usage) }
    }
}
