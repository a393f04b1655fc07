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
        var rest = arguments
        while let name = rest.popFirst() {
            if name == "--json" {
                json = true
                continue
            }
            guard let value = rest.popFirst() else { throw BenchmarkError("\(name) wants a value\n\(Self.usage)") }
            switch name {
            case "--worker": worker = value
            case "--echo": echo = value
            case "--model": model = value
            case "--candidates": candidates = try Self.count(name, value)
            case "--rounds": rounds = try Self.count(name, value)
            case "--requests": requests = try Self.count(name, value)
            default: throw BenchmarkError("unknown option \(name)\n\(Self.usage)")
            }
        }
        guard !worker.isEmpty, !echo.isEmpty, !model.isEmpty else { throw BenchmarkError(Self.usage) }
    }

    private static func count(_ name: String, _ value: String) throws -> Int {
        guard let number = Int(value), (1...100_000).contains(number) else {
            throw BenchmarkError("\(name) wants a number from 1 to 100000, not \(value)")
        }
        return number
    }
}
