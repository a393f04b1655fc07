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
        var rest = arguments
        while let name = rest.popFirst() {
            if name == "--json" {
                json = true
                continue
            }
            guard let value = rest.popFirst() else { throw BenchmarkError("\(name) wants a value\n\(Self.usage)") }
            switch name {
            case "--worker": worker = value
            case "--endpoints":
                endpoints = try value.split(separator: ",").map { try Self.count(name, String($0), most: 1_000) }
            case "--candidates": candidates = try Self.count(name, value)
            case "--rounds": rounds = try Self.count(name, value)
            case "--requests": requests = try Self.count(name, value)
            default: throw BenchmarkError("unknown option \(name)\n\(Self.usage)")
            }
        }
        guard !worker.isEmpty, !endpoints.isEmpty else { throw BenchmarkError(Self.usage) }
    }

    private static func count(_ name: String, _ value: String, most: Int = 100_000) throws -> Int {
        guard let number = Int(value), (1...most).contains(number) else {
            throw BenchmarkError("\(name) wants a number from 1 to \(most), not \(value)")
        }
        return number
    }
}
