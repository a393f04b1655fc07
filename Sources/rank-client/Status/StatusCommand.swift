import ArgumentParser
import CommandSupport
import RankCore
import RankPool

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show each worker's state, model, load and latencies.",
        discussion: """
            Rates and averages are those since the worker's start; with --watch, those since the table before. PING is \
            the round trip of a HEALTH request, which the thread that scores answers. BACKLOG is how long a request \
            that arrives now would wait.

            Without --watch it ends with 69 unless every worker has answered; what the others said is printed all the \
            same.

            EXAMPLES:
              rank-client status --workers tcp://127.0.0.1:7000,tcp://127.0.0.1:7001
              rank-client status --workers tcp://127.0.0.1:7000,tcp://127.0.0.1:7001 --watch --interval 500ms

            \(ExitStatus.help([.usage, .unavailable, .internalError, .cannotCreate]))
            """
    )

    @OptionGroup var pool: PoolArguments

    @Flag(help: "Go on until interrupted: a terminal shows one table, anything else a table after another.")
    var watch = false

    @Option(help: "The time between two tables of --watch (default: 1s).")
    var interval: DurationArgument?

    @Option(help: "End --watch after this many tables.")
    var count: Int?

    @Option(help: "When every worker must have answered.")
    var deadline = DurationArgument(.seconds(1))

    @Flag(help: "Print JSON: one array for each table, on a line of its own.")
    var json = false

    func validate() throws {
        if let count {
            guard watch else { throw ValidationError("--count goes with --watch") }
            guard count > 0 else { throw ValidationError("--count is \(count); expected 1 or more") }
        }
        if let interval {
            guard watch else { throw ValidationError("--interval goes with --watch") }
            guard interval.duration >= .milliseconds(10) else {
                throw ValidationError("--interval is \(interval.defaultValueDescription); expected 10ms or more")
            }
        }
    }

    /// The text that replaces the previous table on a terminal, whatever the length of its lines.
    ///
    /// Lines that the terminal has no rows for would push the first ones out of sight; they are counted instead.
    private static func screen(_ text: String, isFirst: Bool, rows: Int) -> String {
        var shown = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        // The cursor is in the last row.
        let most = max(1, rows - 1)
        if shown.count > most {
            let hidden = shown.count - most + 1
            shown = shown.prefix(most - 1) + ["… \(counted(hidden, "more line"))"]
        }
        let lines = shown.map { "\($0)\u{1B}[K\n" }
        return (isFirst ? "\u{1B}[2J" : "") + "\u{1B}[H" + lines.joined() + "\u{1B}[J"
    }

    func run() throws {
        let tables = watch ? count ?? .max : 1
        let (interval, json) = (interval?.duration ?? .seconds(1), json)
        let last = try withPool(of: pool.endpoints, deadline: deadline.duration) { pool in
            let output = StandardStream.output
            var last: [WorkerRow] = []
            var next = ContinuousClock.now
            for number in 1...tables {
                let now = await WorkerRow.ask(pool, before: last)
                if json {
                    try output.writeLine(JSONValue.array(now.map(\.json)).description)
                } else {
                    let text = WorkerRow.table(now)
                    let rows = watch ? output.size?.rows : nil
                    try output.write(rows.map { Self.screen(text, isFirst: number == 1, rows: $0) } ?? text)
                }
                last = now
                next = max(next + interval, .now)
                if number < tables { try await Task.sleep(until: next, clock: .continuous) }
            }
            return last
        }
        let silent = last.filter { !$0.isAnswering }
        guard watch || silent.isEmpty else {
            throw unanswered(silent.map { PoolError.Cause(endpoint: $0.endpoint, reason: $0.reason) }, of: last.count)
        }
    }
}
