/// What `rank-bench search` was asked for.
struct SearchOptions {
    static let usage =
        "usage: rank-bench search --catalogue NAME=FILE... [--k N] [--users N] [--rounds N] [--json]"

    /// Models of biases and dot product, by their names in the report.
    var catalogues: [(name: String, path: String)] = []
    var k = 10
    /// The most users of a model; for a large catalogue as many as it takes a second or two to score.
    var users = 943
    /// Rounds over all users, in each of which every row has its turn.
    var rounds = 3
    var json = false

    init(_ arguments: ArraySlice<String>) throws {
        json = try OptionReader.read(arguments, usage: Self.usage) { name, value in
            switch name {
            case "--catalogue":
                let parts = value.split(separator: "=", maxSplits: 1)
                guard parts.count == 2 else { throw BenchmarkError("--catalogue wants NAME=FILE\n\(Self.usage)") }
                catalogues.append((String(parts[0]), String(parts[1])))
            case "--k": k = try OptionReader.count(name, value, most: 1_000_000)
            case "--users": users = try OptionReader.count(name, value)
            case "--rounds": rounds = try OptionReader.count(name, value, most: 1_000)
            default: return false
            }
            return true
        }
        guard !catalogues.isEmpty else { throw BenchmarkError(Self.usage) }
    }
}
