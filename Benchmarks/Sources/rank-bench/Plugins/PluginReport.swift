import Foundation

/// What `rank-bench plugin` found: medians over the turns, in microseconds.
struct PluginReport {
    /// How the code is reached.
    enum Way: String, CaseIterable {
        case inProcess = "in process"
        case ipc = "ipc socket"
        case tcp = "tcp socket"
        case pool = "RankPool, tcp"

        /// Its key in JSON.
        var key: String {
            switch self {
            case .inProcess: "in_process"
            case .ipc: "ipc"
            case .tcp: "tcp"
            case .pool: "pool"
            }
        }
    }

    /// The medians of one turn, in microseconds.
    typealias Turn = [Way: [PluginBenchmark.Place: Double]]

    let options: PluginBenchmarkOptions
    var turns: [Turn] = []

    /// The median time of a way, and the quartiles of what another place takes more within the same turn.
    private func figures(_ way: Way) -> (swift: Double, plugin: [Double], control: [Double]) {
        func more(_ place: PluginBenchmark.Place) -> [Double] {
            let differences = turns.map { ($0[way]?[place] ?? .nan) - ($0[way]?[.swift] ?? .nan) }
                .sorted()
            guard !differences.isEmpty else { return [.nan, .nan, .nan] }
            return [
                differences[differences.count / 4], middle(of: differences), differences[differences.count * 3 / 4],
            ]
        }
        return (middle(of: turns.compactMap { $0[way]?[.swift] }), more(.plugin), more(.control))
    }

    var text: String {
        var lines = [
            "\(Machine.name); \(Machine.date)",
            "\(options.candidates) candidates, the null ranker in Swift and as a plugin in C; \(options.starts) starts of "
                + "the workers, \(options.rounds) rounds each of \(options.requests) requests one after another",
            "what the plugin takes more, and a second worker with the ranker in Swift (noise): median [quartiles], us",
            "",
            "                p50 Swift us      plugin, more us         control, more us",
        ]
        for way in Way.allCases {
            let found = figures(way)
            let row =
                [way.rawValue.padding(toLength: 16, withPad: " ", startingAt: 0)]
                + [String(format: "%12.2f", found.swift)]
                + [found.plugin, found.control].map { String(format: "%8.2f [%5.2f, %5.2f]", $0[1], $0[0], $0[2]) }
            lines.append(row.joined(separator: "  "))
        }
        return lines.joined(separator: "\n")
    }

    var json: String {
        get throws {
            var ways: [String: Any] = [:]
            for way in Way.allCases {
                let found = figures(way)
                ways[way.key] =
                    [
                        "swift_p50_us": found.swift, "plugin_more_us": found.plugin[1],
                        "plugin_more_quartiles_us": [found.plugin[0], found.plugin[2]],
                        "control_more_us": found.control[1],
                        "control_more_quartiles_us": [found.control[0], found.control[2]],
                    ] as [String: Any]
            }
            let found: [String: Any] = [
                "candidates": options.candidates,
                "starts": options.starts, "rounds_per_start": options.rounds, "requests_per_turn": options.requests,
                "ways": ways,
            ]
            return try Machine.json(with: found)
        }
    }
}
