import CommandSupport
import RankTraining

extension Metrics {
    /// The keys that every command prints for machines.
    var json: [JSONValue.Member] {
        [
            JSONValue.Member("rmse", .number(rmse)),
            JSONValue.Member("rmse_stars", .number(rmseInStars)),
            JSONValue.Member("mae", .number(mae)),
            JSONValue.Member("ndcg@10", .number(ndcgAt10)),
            JSONValue.Member("count", .integer(count)),
            JSONValue.Member("loss", .number(loss)),
        ]
    }

    /// The same for people.
    var lines: [(String, String)] {
        [
            ("rmse", "\(fixed(rmse, 4)) (\(fixed(rmseInStars, 4)) stars)"),
            ("mae", fixed(mae, 4)),
            ("ndcg@10", fixed(ndcgAt10, 4)),
            ("loss", fixed(loss, 4)),
            ("count", grouped(count)),
        ]
    }
}

/// Lines of names and values, the values in one column.
func listing(_ lines: [(String, String)]) -> String {
    let width = lines.reduce(0) { max($0, $1.0.count) } + 2
    return lines.map { name, value in
        name + String(repeating: " ", count: width - name.count) + value + "\n"
    }.joined()
}
