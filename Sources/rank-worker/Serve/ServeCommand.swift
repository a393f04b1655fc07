import ArgumentParser
import CommandSupport
import RankEngine
import RankService

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Load a model, prove it, bind, and answer requests until SIGTERM or SIGINT.",
        discussion: """
            The endpoints are bound after the model has been verified: whoever can connect is answered. \
            SIGTERM or SIGINT: say DRAINING in every reply, serve on for --drain-grace, then refuse new requests, answer \
            those that have arrived, and exit 0; the second one, or the first before the worker is ready, exits at \
            once. \
            SIGHUP, or another file renamed over the model: load it, prove it, and answer with it from the next request \
            on; a model that is refused leaves the one before in place. \
            A scoring thread that makes no progress for 10 s ends the worker with 70. \
            Lines on stderr tell when the worker is ready, when a model was loaded or refused, and when it has ended.

            EXAMPLES:
              rank-worker serve --model movielens.rank --bind tcp://127.0.0.1:7000
              rank-worker serve --model movielens.rank --bind 'tcp://127.0.0.1:*' ipc:///run/rank/0.sock --json
              rank-worker serve --model-dir models --bind tcp://127.0.0.1:7000
              rank-worker serve --model movielens.rank --processes 4 --bind tcp://127.0.0.1:7000-7003
              rank-worker serve --model movielens.rank --connect tcp://10.0.0.5:7100
              rank-worker serve --plugin './libpopularity.so:items.csv?damping=25' --bind tcp://127.0.0.1:7000

            \(ExitStatus.help([.usage, .refused, .unavailable, .internalError]))
            """
    )

    @Option(help: ArgumentHelp("The model file; loaded again when another file is renamed over it.", valueName: "file"))
    var model: String?

    @Option(
        help: ArgumentHelp(
            "Numbered versions, DIR/7.safetensors or DIR/7/model.safetensors; the highest that proves itself serves.",
            valueName: "dir"
        )
    )
    var modelDir: String?

    @Option(
        help: ArgumentHelp(
            "A shared library that scores, with its model file, which is loaded again when another is renamed over it.",
            discussion: "docs/guide/plugins.md tells how one is written; check-plugin tries it out.",
            valueName: "lib:path?option=value&..."
        ),
        transform: readPlugin
    )
    var plugin: PluginReference?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Where clients connect: tcp://HOST:PORT (port * for any that is free) or ipc://PATH.",
            valueName: "endpoint"
        )
    )
    var bind: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "The back end of a zmq_proxy to work for. Such a pool answers a request at most once, and may lose it.",
            valueName: "endpoint"
        )
    )
    var connect: [String] = []

    @Option(help: ArgumentHelp("What scores: model, or null, which computes nothing (for benchmarks)."))
    var ranker = RankerChoice.model

    @Option(
        help: ArgumentHelp(
            "With --ranker null: how long the scoring thread sleeps for each candidate, as if a slow machine scored.",
            valueName: "time"
        )
    )
    var costPerCandidate: DurationArgument?

    @Option(
        help: ArgumentHelp(
            """
            direct, user-once, factored, or full, a table of every score; by default the fastest of the first three that \
            fits the memory budget. Refused where its tables do not fit.
            """
        ),
        transform: readPlan
    )
    var plan: ScoringPlan?

    @Option(
        help: ArgumentHelp(
            "The kernel to score with: \(Kernel.supported.map(\.description).joined(separator: ", ")) "
                + "(default: what RANK_KERNEL says, else the fastest for this CPU and model); "
                + "in integers avx512-vnni, or scalar, which is slow."
        )
    )
    var kernel: String?

    @Option(
        help: ArgumentHelp(
            "fp32, or int16 or int8, which are faster and score in a numeric profile of their own (default: fp32)."
        ),
        transform: readPrecision
    )
    var precision: Precision?

    @Option(
        help: ArgumentHelp(
            """
            With --precision: how far a score may be from that in fp32, measured at load on the label's scale; a model \
            that is further off is refused (default: \(Precision.defaultErrorLimit)).
            """,
            valueName: "error"
        )
    )
    var maxError: Float?

    @Option(
        help: ArgumentHelp(
            "What the tables of a plan or of a precision may take, such as 64M (default: 256M).",
            valueName: "bytes"
        )
    )
    var memoryBudget: ByteCountArgument?

    @Flag(
        help: ArgumentHelp(
            """
            Copy the model into huge pages of this process, whatever its size, also into those that an administrator has \
            set aside (default: it is copied, into huge pages from 8 MiB on).
            """
        )
    )
    var copyWeights = false

    @Flag(
        help: ArgumentHelp(
            """
            Map the model's file instead of copying it, so that processes share its pages: only for files that no program \
            writes in place or cuts, which would spoil scores or end the process.
            """
        )
    )
    var mapWeights = false

    @Option(help: ArgumentHelp("The largest request, such as 4M (default: 1M).", valueName: "bytes"))
    var maxMessage = ByteCountArgument(1 << 20)

    @Option(
        help: ArgumentHelp(
            "Serve /live, /ready and /info over HTTP at HOST:PORT; port 0 takes any that is free.",
            valueName: "address"
        )
    )
    var admin: String?

    @Option(
        help: ArgumentHelp(
            "How much estimated work may be before an interactive request; others are refused (bulk: 16 times as much).",
            valueName: "time"
        )
    )
    var queueLimit = DurationArgument(.milliseconds(100))

    @Option(help: ArgumentHelp("How long a worker that is asked to end serves on.", valueName: "time"))
    var drainGrace = DurationArgument(.zero)

    @Option(help: ArgumentHelp("When a worker that is asked to end has ended at the latest.", valueName: "time"))
    var drainMax = DurationArgument(.seconds(25))

    @Option(
        help: ArgumentHelp(
            "Run so many workers and keep them running; --bind and --admin then take ranges of ports, or {n} in a path.",
            valueName: "count"
        )
    )
    var processes: Int?

    @Flag(help: .private)
    var supervised = false

    @Flag(help: "Bind where other machines can reach it, without encryption or authentication.")
    var insecure = false

    @Flag(help: "When ready, print one line of JSON on stdout: endpoints, admin address, model id, plan, kernel.")
    var json = false

    func run() throws {
        // Not in validate(), which comes before a misspelt option is named.
        try check()
        if let processes, !supervised { try supervise(processes) }
        StopSignals.block()
        let configuration = configuration(binds: bind)
        if !supervised { try checkInsecure(configuration, admin: admin) }
        // First of all, so that a probe is answered while a large model is loaded.
        let admin = try self.admin.map { place in
            try AdminServer.start(at: place, isInsecureAllowed: insecure, software: softwareVersion)
        }
        let log: @Sendable (String) -> Void = { line in try? StandardStream.error.writeLine("rank-worker: \(line)") }
        let signals = try SignalledWorker(log: log)
        let worker =
            if let models = supply {
                try Worker.start(configuration, models: models, log: log)
            } else {
                try Worker.start(
                    configuration,
                    ranker: NullRanker(costPerCandidate: costPerCandidate?.duration ?? .zero),
                    log: log
                )
            }
        if let admin {
            admin.attach(worker)
            log("admin: \(admin.address)")
        }
        if supervised { try ChildProcess.watchSupervisor { worker.stop() } }
        try worker.watch(log: log) { _exit(ExitStatus.internalError.rawValue) }
        signals.attach(worker)
        if json { try StandardStream.output.writeLine("\(Self.ready(worker, admin: admin?.address))") }
        try worker.join()
    }

    /// A length of time, cut to what fits.
    static func milliseconds(_ time: DurationArgument) -> UInt32 {
        UInt32(min(time.duration / .milliseconds(1), Double(UInt32.max)))
    }

    /// What the options say about a worker that is bound at these endpoints.
    func configuration(binds: [String]) -> WorkerConfiguration {
        WorkerConfiguration(
            binds: binds,
            connects: connect,
            maximumMessageBytes: maxMessage.byteCount,
            isInsecureAllowed: insecure,
            drainGraceMilliseconds: Self.milliseconds(drainGrace),
            drainMaximumMilliseconds: Self.milliseconds(drainMax),
            queueLimitMicroseconds: UInt32(exactly: queueLimit.duration / .microseconds(1)) ?? .max,
            software: softwareVersion
        )
    }

    /// Where the weights are to be: out of reach of a program that writes the file in place, unless told otherwise.
    private var placement: RankModel.Placement? { copyWeights ? .copied : mapWeights ? .mapped : nil }

    /// Where models come from; nil for the null ranker.
    private var supply: ModelSupply? {
        if let plugin {
            return ModelSupply(.file(plugin.watchedPath), for: "plugin \(plugin.libraryPath)") {
                _ throws(EngineError) in
                try PluginRanker.load(plugin)
            }
        }
        let source: ModelSource
        switch (model, modelDir) {
        case (let path?, _): source = .file(path)
        case (_, let path?): source = .directory(path)
        default: return nil
        }
        let firstLoad = FirstLoad()
        return ModelSupply(source) {
            [plan, memoryBudget, kernel, placement, precision, maxError] path throws(EngineError) in
            let model = try RankModel.load(path: path, placement: placement)
            try firstLoad.check(model, at: path, plan: plan, hasBudget: memoryBudget != nil)
            let ranker = try model.makeRanker(
                plan: plan,
                memoryBudget: memoryBudget?.byteCount ?? ScoringPlan.defaultMemoryBudget,
                kernel: kernel,
                precision: precision ?? .fp32,
                errorLimit: maxError ?? Precision.defaultErrorLimit
            )
            try firstLoad.check(ranker.info, at: path, kernel: kernel)
            return ranker
        }
    }

    private static func ready(_ worker: Worker, admin: String?) -> JSONValue {
        var members = [
            JSONValue.Member("state", "ready"),
            JSONValue.Member("endpoints", .array(worker.endpoints.map(JSONValue.string))),
            JSONValue.Member("admin", admin.map(JSONValue.string) ?? .null),
        ]
        for key in ["model_id", "profile", "plan", "kernel"] {
            let value = worker.model.facts.first { $0.key == key }.map { JSONValue.string($0.value) }
            members.append(JSONValue.Member(key, value ?? .null))
        }
        return .object(members)
    }
}

/// What a worker scores with.
enum RankerChoice: String, ExpressibleByArgument, CaseIterable {
    case model
    case null
}

/// Reads what a plugin is loaded from.
func readPlugin(_ text: String) throws -> PluginReference {
    do throws(EngineError) {
        return try PluginReference(text)
    } catch {
        throw ValidationError(error.message)
    }
}

/// Reads the name of a plan.
private func readPlan(_ name: String) throws -> ScoringPlan {
    guard let plan = ScoringPlan(rawValue: name) else {
        let names = ScoringPlan.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("there is no plan \"\(name)\"; choose one of \(names)")
    }
    return plan
}

/// Reads the name of a precision.
private func readPrecision(_ name: String) throws -> Precision {
    guard let precision = Precision(rawValue: name) else {
        let names = Precision.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("there is no precision \"\(name)\"; choose one of \(names)")
    }
    return precision
}
