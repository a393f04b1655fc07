import ArgumentParser
import CommandSupport
import RankEngine
import RankService

extension ServeCommand {
    /// Refuses what does not go together, and asks for what is missing.
    func check() throws {
        if bind.isEmpty && connect.isEmpty {
            throw ValidationError("nothing to serve at: give --bind ENDPOINT, or --connect ENDPOINT for a zmq_proxy")
        }
        guard queueLimit.duration <= .seconds(3_600) else {
            throw ValidationError("--queue-limit is at most 1h: requests that wait longer are of no use to anybody")
        }
        try checkPrecision()
        try checkSource()
        if let costPerCandidate {
            guard ranker == .null else { throw ValidationError("--cost-per-candidate goes with --ranker null") }
            guard costPerCandidate.duration <= .seconds(1) else {
                throw ValidationError("--cost-per-candidate is \(costPerCandidate.defaultValueDescription); at most 1s")
            }
        }
        if let processes, !(1...256).contains(processes) {
            throw ValidationError("--processes \(processes): expected 1 to 256")
        }
        guard drainGrace.duration <= drainMax.duration else {
            throw ValidationError("--drain-grace is longer than --drain-max, by which a worker has ended")
        }
    }

    /// Refuses what does not go with a reduced precision, or without one.
    private func checkPrecision() throws {
        let isReduced = precision ?? .fp32 != .fp32
        if let maxError {
            guard isReduced else { throw ValidationError("--max-error goes with --precision int16 or int8") }
            guard maxError >= 0 else { throw ValidationError("--max-error is \(maxError); expected 0 or more") }
        }
        guard isReduced else { return }
        guard plan ?? .factored == .factored else {
            throw ValidationError("--precision int16 and int8 have tables of their own; leave --plan out")
        }
    }

    /// Refuses more or less than one thing that scores, and what only a model file has a use for.
    private func checkSource() throws {
        if plugin != nil {
            guard model == nil, modelDir == nil, ranker == .model else {
                throw ValidationError("--plugin brings its own model: leave out --model, --model-dir and --ranker null")
            }
            return try refuseModelOptions(beside: "--plugin, which scores in its own way")
        }
        switch (ranker, model ?? modelDir) {
        case (.model, nil): throw ValidationError("--model FILE, --model-dir DIR or --plugin LIB:PATH is missing")
        case (.null, .some): throw ValidationError("--model and --model-dir do not go with --ranker null")
        case (.null, nil): try refuseModelOptions(beside: "--ranker null, which computes nothing")
        case (.model, .some): break
        }
        guard model == nil || modelDir == nil else { throw ValidationError("give --model or --model-dir, not both") }
        guard !copyWeights || !mapWeights else {
            throw ValidationError("give --copy-weights or --map-weights, not both")
        }
        if memoryBudget != nil, let plan, plan == .direct || plan == .userOnce {
            throw ValidationError(
                "--memory-budget limits tables, and --plan \(plan.rawValue) makes none: leave out one of them"
            )
        }
    }

    /// Refuses the options that say how a model file is scored.
    private func refuseModelOptions(beside other: String) throws {
        let given = [
            ("--plan", plan != nil), ("--kernel", kernel != nil), ("--precision", precision != nil),
            ("--max-error", maxError != nil), ("--memory-budget", memoryBudget != nil),
            ("--copy-weights", copyWeights), ("--map-weights", mapWeights),
        ]
        guard let name = given.first(where: \.1)?.0 else { return }
        throw ValidationError("\(name) goes with --model or --model-dir, and not with \(other): leave it out")
    }

    /// Refuses the permission to be reached by other machines where nothing asks for it.
    func checkInsecure(_ configuration: WorkerConfiguration, admin: String?) throws {
        guard insecure, !configuration.reachesOthers(admin: admin) else { return }
        throw ValidationError(
            "--insecure allows --bind and --admin to be reached from other machines, and all that is given is within this "
                + "one: leave it out"
        )
    }
}
