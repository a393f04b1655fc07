import ArgumentParser
import CommandSupport
import RankData
import RankLoad
import RankPool

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Load the workers and measure latencies and goodput.",
        discussion: """
            --rate sends requests at times fixed in advance (open loop), and counts each latency from the time at \
            which the request should have left: a server that stalls delays every request that was due meanwhile, and \
            all of them show. --closed-loop keeps --concurrency requests out and sends the next on a reply: a server \
            that stalls then stops the measurement as well, and percentiles hide it.

            Requests go from one thread to the worker with the fewest out, without retries or hedging; each carries \
            --deadline, and goodput counts what was answered within it. LATE is how much later than planned requests \
            left: where it is not small beside the latencies, this client is the bottleneck.

            --through-pool makes calls through the pool instead, each in a task of its own, with its balancing, \
            retries and hedging: it measures what a backend gets that embeds the library. Workers may then be missing, \
            come and go. The report adds what the pool did, one message for each code that calls failed with, how long \
            failures took, and how much longer than its deadline a call took at most. --check ends with 65 where an \
            answer has other bits than an earlier one to the same request from the same model, as a list of two models \
            would.

            --floor names a worker started with --ranker null, which computes nothing: it takes turns with the \
            workers, and its figures stand beside theirs. --sweep measures the capacity in a closed loop, then the \
            goodput at 0.1 to 5 times that.

            EXAMPLES:
              rank-client bench --workers tcp://127.0.0.1:7000 --rate 5000 --duration 30s
              rank-client bench --workers tcp://127.0.0.1:7000 --closed-loop --concurrency 1 \
            --floor tcp://127.0.0.1:7009
              rank-client bench --workers tcp://127.0.0.1:7000 --rate 5000 --sweep --duration 5s --svg bench.svg
              rank-client bench --workers file:workers --through-pool --check --rate 3000 --duration 1m

            \(ExitStatus.help([.usage, .refused, .unavailable, .internalError, .cannotCreate]))
            """
    )

    @OptionGroup var pool: PoolArguments

    @OptionGroup var through: ThroughPoolArguments

    @Option(help: "Open loop: requests per second.")
    var rate: Double?

    @Flag(help: "Closed loop: the next request leaves when a reply has come.")
    var closedLoop = false

    @Option(help: "Requests that are out in the closed loop, and for the capacity of --sweep (default: 64).")
    var concurrency: Int?

    @Option(help: "Candidates of each request.")
    var candidates = 500

    @Option(help: "The entries wanted of each request; 0 for every score.")
    var top = 0

    @Option(help: "How long the workers are loaded; with --sweep, at each rate.")
    var duration = DurationArgument(.seconds(10))

    @Option(help: "How long they are loaded before, without being measured.")
    var warmUp = DurationArgument(.seconds(1))

    @Option(help: "What each request allows its worker.")
    var deadline = DurationArgument(.milliseconds(250))

    @Option(help: "How the times of the open loop lie: poisson or constant (default: poisson).")
    var arrivals: ArrivalsArgument?

    @Option(
        name: .customLong("users"),
        help: ArgumentHelp(
            "The users to draw from: ids separated by commas, a file of ids, or - (default: those of the model where "
                + "its user ids are contiguous numbers).",
            valueName: "file"
        )
    )
    var userList: String?

    @Option(help: "What times, users and candidates are drawn from.")
    var seed: UInt64 = 42

    @Option(
        help: ArgumentHelp("A worker with --ranker null, measured in turns with the others.", valueName: "endpoint")
    )
    var floor: String?

    @Flag(help: "Measure goodput from 0.1 to 5 times the capacity as well.")
    var sweep = false

    @Option(help: ArgumentHelp("Draw the percentiles, and the sweep, into this file.", valueName: "file"))
    var svg: OutputPath?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (rate != nil) != closedLoop else { throw ValidationError("give either --rate or --closed-loop") }
        if let rate, !(0.1...1_000_000).contains(rate) {
            throw ValidationError("--rate is \(rate); expected 0.1 to 1000000 requests per second")
        }
        if let concurrency {
            guard closedLoop || sweep else {
                throw ValidationError("--concurrency goes with --closed-loop or --sweep, and not with --rate alone")
            }
            guard (1...60_000).contains(concurrency) else {
                throw ValidationError("--concurrency is \(concurrency); expected 1 to 60000")
            }
        }
        guard arrivals == nil || rate != nil || sweep else {
            throw ValidationError("--arrivals goes with --rate or --sweep, and not with --closed-loop alone")
        }
        guard (1...1_000_000).contains(candidates) else {
            throw ValidationError("--candidates is \(candidates); expected 1 to 1000000")
        }
        guard (0...candidates).contains(top) else {
            throw ValidationError("--top is \(top); expected 0 to \(candidates)")
        }
        guard (.milliseconds(10)...Duration.seconds(86_400)).contains(duration.duration) else {
            throw ValidationError("--duration is \(duration.defaultValueDescription); expected 10ms to 24h")
        }
        guard deadline.duration > .zero else {
            throw ValidationError("--deadline is 0: no answer can be there by then; expected such as 250ms")
        }
        if let floor { _ = try floorEndpoints(floor) }
    }

    private func floorEndpoints(_ text: String) throws -> EndpointList {
        do throws(PoolError) {
            return try EndpointList(text)
        } catch {
            throw ValidationError("--floor: \(error.message)")
        }
    }

    func run() throws {
        try svg?.requireWritable(option: "--svg")
        try through.sending.check(for: pool.endpoints)
        let spacing = (arrivals ?? .poisson).spacing
        let concurrency = concurrency ?? 64
        let pattern: BenchPattern = rate.map { .open(rate: $0, spacing: spacing) } ?? .closed(outstanding: concurrency)
        let users = try userList.map { try IDList(argument: $0, option: "--users", of: .users) }
        var run = try BenchRun(self, users: users, floor: floor.map { try floorEndpoints($0) })
        for note in run.notes { try StandardStream.error.writeLine("note: \(note)") }
        try run.warmUp(pattern, seconds: warmUp.duration / .seconds(1))
        let seconds = duration.duration / .seconds(1)
        var report = BenchReport(
            pattern: pattern,
            candidates: candidates,
            requestBytes: run.requestBytes,
            deadline: deadline.duration,
            result: try run.measure(pattern, seconds: seconds)
        )
        if sweep { report.sweep = try run.sweep(outstanding: concurrency, spacing: spacing, seconds: seconds) }
        if let svg { try BenchChart(report).write(to: svg) }
        try StandardStream.output.write(json ? "\(report.json)\n" : broken(report.text, for: .output))
        if let check = report.result.check, check.differing > 0 {
            throw CommandFailure(
                .refused,
                "\(check.differing) of \(check.compared) answers differ from an earlier one to the same request from "
                    + "the same model; hold each worker against its file with rank-client verify"
            )
        }
        guard report.result.workers.answered > 0 else {
            throw CommandFailure(.unavailable, "no request was answered; look at the errors, and at rank-client status")
        }
    }
}

/// The spacing of the requests of an open loop.
enum ArrivalsArgument: String, ExpressibleByArgument, CaseIterable {
    case poisson
    case constant

    var spacing: ArrivalSchedule.Spacing { self == .poisson ? .poisson : .constant }
}
