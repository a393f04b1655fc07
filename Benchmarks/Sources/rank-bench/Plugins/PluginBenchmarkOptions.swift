/// What `rank-bench plugin` was asked for.
struct PluginBenchmarkOptions {
    static let usage = """
        usage: rank-bench plugin --worker PATH --plugin LIB [--candidates N] [--starts N] [--rounds N] [--requests N] [--json]
        """

    /// The program to start.
    var worker = ""
    /// The plugin that computes what the null ranker computes.
    var plugin = ""
    /// Candidates of a request.
    var candidates = 500
    /// How often the workers are started anew, so that one unlucky place in memory or on a core does not decide.
    var starts = 5
    /// Rounds for each start, in each of which every worker has its turn in every way.
    var rounds = 20
    /// Timed round trips of a turn.
    var requests = 300
    var json = false

    init(_ arguments: ArraySlice<String>) throws {
        json = try OptionReader.read(arguments, usage: Self.usage) { name, value in
            switch name {
            case "--worker": worker = value
            case "--plugin": plugin = value
            case "--candidates": candidates = try OptionReader.count(name, value)
            case "--starts": starts = try OptionReader.count(name, value, most: 100)
            case "--rounds": rounds = try OptionReader.count(name, value)
            case "--requests": requests = try OptionReader.count(name, value)
            default: return false
            }
            return true
        }
        guard !worker.isEmpty, !plugin.isEmpty else { throw BenchmarkError(Self.usage) }
    }
}
