/// What `rank-bench rpc` was asked for.
struct RPCOptions {
    static let usage = """
        usage: rank-bench rpc --worker PATH --echo PATH --model FILE [--candidates N] [--rounds N] [--requests N] [--json]
        """

    /// How many requests are on their way when throughput is measured.
    static let outstanding = 64

    /// The programs to start.
    var worker = ""
    var echo = ""
    /// A model whose ids are 64-bit numbers from 1 on.
    var model = ""
    /// Candidates of a request.
    var candidates = 500
    /// Rounds, in each of which every server has its turn.
    var rounds = 25
    /// Timed round trips of a turn.
    var requests = 2_000
    var json = false

    init(_ arguments: ArraySlice<String>) throws {
        json = try OptionReader.read(arguments, usage: Self.usage) { name, value in
            switch name {
            case "--worker": worker = value
            case "--echo": echo = value
            case "--model": model = value
            case "--candidates": candidates = try OptionReader.count(name, value)
            case "--rounds": rounds = try OptionReader.count(name, value)
            case "--requests": requests = try OptionReader.count(name, value)
            default: return false
            }
            return true
        }
        guard !worker.isEmpty, !echo.isEmpty, !model.isEmpty else { throw BenchmarkError(Self.usage) }
    }
}
