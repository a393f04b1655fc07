import CommandSupport
import RankService
import RankSystem

extension ServeCommand {
    /// Runs `count` workers as processes of their own, and ends this one with their exit code.
    func supervise(_ count: Int) throws -> Never {
        var places: [String: [String]] = [:]
        for place in endpoints.bind + (endpoints.admin.map { [$0] } ?? []) {
            places[place] = try PlacePattern.expand(place, count: count)
        }
        // A permanent failure is reported once, by this process.
        for index in 0..<count {
            let configuration = configuration(binds: endpoints.bind.map { places[$0]?[index] ?? $0 })
            try configuration.check()
            try endpoints.checkInsecure(configuration, admin: endpoints.admin.map { places[$0]?[index] ?? $0 })
        }
        var supervisor = Supervisor(
            arguments: (0..<count).map { index in
                Self.arguments(Array(CommandLine.arguments.dropFirst()), of: index, places: places)
            },
            // The limit of the processes themselves comes first.
            patience: UInt64(lifecycle.drainMaximumMilliseconds) * 1_000_000 + 5_000_000_000
        ) { line in
            try? StandardStream.error.writeLine("rank-worker: supervisor: \(line)")
        }
        CurrentProcess.end(try supervisor.run())
    }

    /// The command line of a process: this one's, without `--processes`, and with its own places.
    private static func arguments(_ own: [String], of index: Int, places: [String: [String]]) -> [String] {
        var result: [String] = []
        var skipsNext = false
        for argument in own {
            if skipsNext {
                skipsNext = false
            } else if argument == "--processes" {
                skipsNext = true
            } else if !argument.hasPrefix("--processes=") {
                let option = ["--bind=", "--admin="].first { argument.hasPrefix($0) } ?? ""
                let value = String(argument.dropFirst(option.count))
                result.append(option + (places[value]?[index] ?? value))
            }
        }
        return result + ["--supervised"]
    }
}
