import ArgumentParser
import CommandSupport
import RankCore
import RankEngine
import RankService
import RankSystem

struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Load a model, prove it, bind, and answer requests until SIGTERM or SIGINT.",
        discussion: """
            The endpoints are bound after the model has been verified: a client that can connect is answered. SIGTERM \
            or SIGINT: say DRAINING in every reply, serve on for --drain-grace, then refuse new requests, answer those \
            that have arrived, and exit 0; the second one, or the first before the worker is ready, exits at once. \
            SIGHUP, or another file renamed over the model: load it, prove it, and answer with it from the next \
            request on; a model that is refused leaves the one before in place. A scoring thread that makes no \
            progress for 10 s ends the worker with 70. Lines on stderr tell when the worker is ready, when a model was \
            loaded or refused, and when it has ended.

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

    @OptionGroup var models: ModelOptions
    @OptionGroup var endpoints: EndpointOptions
    @OptionGroup var limits: LimitOptions
    @OptionGroup var lifecycle: LifecycleOptions

    @Flag(help: "When ready, print one line of JSON on stdout: endpoints, admin address, model id, plan, kernel.")
    var json = false

    func run() throws {
        try check()
        if let processes = lifecycle.processes, !lifecycle.supervised { try supervise(processes) }
        StopSignals.block()
        let configuration = configuration(binds: endpoints.bind)
        if !lifecycle.supervised { try endpoints.checkInsecure(configuration, admin: endpoints.admin) }
        // Before the model, so that a probe is answered while a large one is loaded.
        let admin = try endpoints.admin.map { place in
            try AdminServer.start(at: place, isInsecureAllowed: endpoints.insecure, software: softwareVersion)
        }
        let log: @Sendable (String) -> Void = { line in try? StandardStream.error.writeLine("rank-worker: \(line)") }
        let signals = try SignalledWorker(log: log)
        let worker =
            if let supply = models.supply {
                try Worker.start(configuration, models: supply, log: log)
            } else {
                try Worker.start(configuration, ranker: models.makeNullRanker(), log: log)
            }
        if let admin {
            admin.attach(worker)
            log("admin: \(admin.address)")
        }
        if lifecycle.supervised { try ChildProcess.watchSupervisor { worker.stop() } }
        try worker.watch(log: log) { CurrentProcess.endAtOnce(ExitStatus.internalError.rawValue) }
        signals.attach(worker)
        if json { try StandardStream.output.writeLine("\(Self.ready(worker, admin: admin?.address))") }
        try worker.join()
    }

    /// Refuses options that exclude each other, and asks for missing ones.
    ///
    /// Not in validate(), which comes before a misspelt option is named.
    private func check() throws {
        try endpoints.check()
        try limits.check()
        try models.check()
        try lifecycle.check()
    }

    /// The configuration of a worker that is bound to these endpoints.
    func configuration(binds: [String]) -> WorkerConfiguration {
        WorkerConfiguration(
            binds: binds,
            connects: endpoints.connect,
            maximumMessageBytes: limits.maxMessage.byteCount,
            isInsecureAllowed: endpoints.insecure,
            drainGraceMilliseconds: lifecycle.drainGraceMilliseconds,
            drainMaximumMilliseconds: lifecycle.drainMaximumMilliseconds,
            queueLimitMicroseconds: limits.queueLimitMicroseconds,
            software: softwareVersion
        )
    }

    /// The line of `--json`.
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
