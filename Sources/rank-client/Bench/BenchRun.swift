import CommandSupport
import RankData
import RankLoad
import RankPool

/// Makes loads: on the workers, and in turns on the floor.
struct BenchRun {
    private let workers: BenchTarget
    private let deadline: Duration
    private var seed: UInt64
    private let maker: any LoadMaker
    private let floorMaker: (any LoadMaker)?
    private let check: AnswerCheck?

    /// The turns of a load that is measured beside a floor.
    private static let turns = 5
    /// Seconds of little load between two rates of a sweep, in which workers finish what they have.
    private static let pause = 0.3
    private static let factors = [0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.25, 1.5, 2, 3, 5]

    init(_ command: BenchCommand, users: IDList?, floor: EndpointList?) throws {
        let check = command.through.check ? AnswerCheck() : nil
        func makeLoad(_ target: BenchTarget, _ check: AnswerCheck?) throws -> any LoadMaker {
            command.through.throughPool
                ? try PoolLoad(target, command.through, topK: command.top, check: check) : try RawLoad(target)
        }
        let workload = BenchWorkload(
            candidates: command.candidates,
            topK: command.top,
            seed: command.seed,
            throughPool: command.through.throughPool
        )
        workers = try BenchTarget(command.pool.endpoints, workload, users: users)
        maker = try makeLoad(workers, check)
        floorMaker = try floor.map { try makeLoad(BenchTarget($0, workload, users: nil), nil) }
        deadline = command.deadline.duration
        seed = command.seed
        self.check = check
    }

    var requestBytes: Int { workers.requests.byteCount }

    /// Notes for the reader beside the figures.
    var notes: [String] {
        workers.madeUpUsers
            ? [
                "the workers do not list the users of their model, so that each request is for a user it does not "
                    + "know; give --users FILE for its own"
            ] : []
    }

    /// Loads workers and floor; nothing is kept.
    mutating func warmUp(_ pattern: BenchPattern, seconds: Double) throws {
        _ = try load(pattern, seconds: seconds)
        _ = try loadFloor(pattern, seconds: seconds)
    }

    /// Loads the workers for a time, in turns with the floor where there is one.
    mutating func measure(_ pattern: BenchPattern, seconds: Double) throws -> BenchResult {
        var result = BenchResult()
        let before = try workers.usage()
        let counted = try (maker as? PoolLoad)?.counters()
        let turns = floorMaker == nil ? 1 : Self.turns
        for _ in 0..<turns {
            result.workers.add(try load(pattern, seconds: seconds / Double(turns)))
            guard let beside = try loadFloor(pattern, seconds: seconds / Double(turns)) else { continue }
            result.floor = result.floor ?? LoadResult()
            result.floor?.add(beside)
        }
        if let counted { result.pool = try (maker as? PoolLoad)?.counters().since(counted) }
        result.check = check?.counts
        if let before, let after = try workers.usage(), after.candidates > before.candidates {
            result.workerSecondsPerMillion =
                (after.seconds - before.seconds) / (after.candidates - before.candidates) * 1e6
        }
        return result
    }

    /// Measures the capacity in a closed loop, then the goodput at rates below and above it.
    mutating func sweep(
        outstanding: Int,
        spacing: ArrivalSchedule.Spacing,
        seconds: Double
    ) throws -> SweepResult {
        let capacity = try load(.closed(outstanding: outstanding), seconds: seconds).goodput
        guard capacity > 0 else {
            throw CommandFailure(.unavailable, "no request was answered in time: there is no capacity to sweep")
        }
        var points: [SweepPoint] = []
        for factor in Self.factors {
            let rate = factor * capacity
            // New connections, so that the queued requests of the rate before are not in front of this one.
            try maker.renew()
            _ = try load(.closed(outstanding: 1), seconds: Self.pause)
            let result = try load(.open(rate: rate, spacing: spacing), seconds: seconds)
            points.append(SweepPoint(factor: factor, rate: rate, result: result))
        }
        return SweepResult(capacity: capacity, points: points)
    }

    private mutating func load(_ pattern: BenchPattern, seconds: Double) throws -> LoadResult {
        seed &+= 1
        return try maker.run(pattern.pattern(seed: seed), seconds: seconds, deadline: deadline)
    }

    private func loadFloor(_ pattern: BenchPattern, seconds: Double) throws -> LoadResult? {
        try floorMaker?.run(pattern.pattern(seed: seed), seconds: seconds, deadline: deadline)
    }
}
