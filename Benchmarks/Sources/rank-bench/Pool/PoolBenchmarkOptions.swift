/// What `rank-bench pool` was asked for.
struct PoolBenchmarkOptions {
    static let usage = """
        usage: rank-bench pool --worker PATH [--endpoints N,N,...] [--candidates N] [--rounds N] [--requests N] [--json]
        """

    /// The program to start.
    var worker = ""
    /// How many endpoints the pools have, all of them of one worker.
    var endpoints = [1, 8, 64]
    /// Candidates of a call.
    var candidates = 500
    /// Rounds, in each of which every pool has its turn.
    var rounds = 15
    /// Calls of a turn, one after another and then as many with 64 outstanding.
    var requests = 1_000
    var json = false

    init(_ arguments: ArraySlice<String>) throws {
        json = try OptionReader.read(arguments, usage: Self.usage) { name, value in
            switch name {
            case "--worker": worker = value
            case "--endpoints":
                endpoints = try value.split(separator: ",").map {
                    try OptionReader.count(name, String($0), most: 1_000)
                }
            case "--candidates": candidates = try OptionReader.count(name, value)
            case "--rounds": rounds = try OptionReader.count(name, value)
            case "--requests": requests = try OptionReader.count(name, value)
            default: return false
            }
            return true
        }
        guard !worker.isEmpty, !endpoints.isEmpty else { throw BenchmarkError(Self.usage) }
    }
}
