import CommandSupport
import RankLoad
import RankPool
import ZMQ

/// How requests leave, as given on the command line.
enum BenchPattern: Sendable {
    case open(rate: Double, spacing: ArrivalSchedule.Spacing)
    case closed(outstanding: Int)

    func pattern(seed: UInt64) -> LoadPattern {
        switch self {
        case .open(let rate, let spacing): .open(ArrivalSchedule(rate: rate, spacing: spacing, seed: seed))
        case .closed(let outstanding): .closed(outstanding: outstanding)
        }
    }
}

/// Workers, and what is sent to them.
struct BenchTarget {
    let list: EndpointList
    let endpoints: [Endpoint]
    let requests: RequestSet

    /// Asks the workers what they are.
    init(_ list: EndpointList, _ command: BenchCommand) throws {
        let infos = try withPool(of: list, deadline: .seconds(2)) { pool in
            try await pool.info().map { try $0.result.get() }
        }
        if infos.contains(where: { $0["id_kind"] == "utf8" }) {
            throw CommandFailure(.refused, "the workers' ids are text; bench takes models whose ids are numbers")
        }
        if let limit = infos.map(\.limits.candidates).min(), limit < command.candidates {
            throw CommandFailure(.usage, "--candidates is \(command.candidates), a worker takes at most \(limit)")
        }
        self.list = list
        do throws(ZMQError) {
            // A name's first address: who loads several names them.
            endpoints = try list.endpoints.map { endpoint throws(ZMQError) in
                try endpoint.resolve().first ?? endpoint
            }
        } catch {
            throw CommandFailure(.unavailable, error.message)
        }
        let ids = infos.lazy.compactMap(\.candidateIDs).first
        let users = infos.lazy.compactMap(\.userIDs).first
        requests = RequestSet(
            candidates: command.candidates,
            topK: command.top,
            users: users ?? 1...1_000,
            candidateIDs: ids ?? 1...10_000,
            seed: command.seed
        )
    }

    /// Processor seconds and candidates scored of each worker since its start, where all of them tell.
    func usage() throws -> WorkerUsage? {
        let reports = try withPool(of: list, deadline: .seconds(5)) { await $0.stats() }
        var usage = WorkerUsage()
        for report in reports {
            guard let counts = try? report.result.get(), let processor = counts["cpu_us"],
                let candidates = counts["candidates"]
            else { return nil }
            usage.seconds += Double(processor) / 1e6
            usage.candidates += Double(candidates)
        }
        return usage
    }
}

/// What workers have used and done.
struct WorkerUsage: Sendable {
    var seconds = 0.0
    var candidates = 0.0
}

/// A load with the floor beside it.
struct BenchResult: Sendable {
    var workers = LoadResult()
    var floor: LoadResult?
    /// Processor seconds of the workers per million candidates scored; nil where they do not tell.
    var workerSecondsPerMillion: Double?
}

/// One rate of a sweep.
struct SweepPoint: Sendable {
    var factor: Double
    var rate: Double
    var result: LoadResult
}

/// The measured capacity, and what comes of rates below and above it.
struct SweepResult: Sendable {
    var capacity: Double
    var points: [SweepPoint]
}

/// Makes loads: on the workers, and in turns on the floor.
struct BenchRun: ~Copyable {
    private let workers: BenchTarget
    private let floor: BenchTarget?
    private let deadline: Duration
    private var seed: UInt64
    private var generator: LoadGenerator
    private var floorGenerator: LoadGenerator

    /// In how many turns a load is made where a floor stands beside it.
    private static let turns = 5
    /// Seconds of little load between two rates of a sweep, in which workers finish what they have.
    private static let pause = 0.3
    private static let factors = [0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.25, 1.5, 2, 3, 5]

    init(workers: BenchTarget, floor: BenchTarget?, deadline: Duration, seed: UInt64) throws {
        self.init(
            workers,
            floor,
            deadline,
            seed,
            try LoadGenerator(workers.endpoints),
            try LoadGenerator(floor?.endpoints ?? [])
        )
    }

    private init(
        _ workers: BenchTarget,
        _ floor: BenchTarget?,
        _ deadline: Duration,
        _ seed: UInt64,
        _ generator: consuming LoadGenerator,
        _ floorGenerator: consuming LoadGenerator
    ) {
        self.workers = workers
        self.floor = floor
        self.deadline = deadline
        self.seed = seed
        self.generator = generator
        self.floorGenerator = floorGenerator
    }

    var requestBytes: Int { workers.requests.byteCount }

    /// Loads workers and floor; nothing is kept.
    mutating func warmUp(_ pattern: BenchPattern, seconds: Double) throws {
        _ = try load(pattern, seconds: seconds)
        if floor != nil { _ = try loadFloor(pattern, seconds: seconds) }
    }

    /// Loads the workers for a time, in turns with the floor where there is one.
    mutating func measure(_ pattern: BenchPattern, seconds: Double) throws -> BenchResult {
        var result = BenchResult()
        let before = try workers.usage()
        let turns = floor == nil ? 1 : Self.turns
        var beside = LoadResult()
        for _ in 0..<turns {
            result.workers.add(try load(pattern, seconds: seconds / Double(turns)))
            if floor != nil { beside.add(try loadFloor(pattern, seconds: seconds / Double(turns))) }
        }
        if floor != nil { result.floor = beside }
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
            // New connections, so that what the rate before left in their queues does not wait before this one.
            generator = try LoadGenerator(workers.endpoints)
            _ = try load(.closed(outstanding: 1), seconds: Self.pause)
            let result = try load(.open(rate: rate, spacing: spacing), seconds: seconds)
            points.append(SweepPoint(factor: factor, rate: rate, result: result))
        }
        return SweepResult(capacity: capacity, points: points)
    }

    private mutating func load(_ pattern: BenchPattern, seconds: Double) throws -> LoadResult {
        seed &+= 1
        return try generator.run(pattern.pattern(seed: seed), workers.requests, seconds: seconds, deadline: deadline)
    }

    private mutating func loadFloor(_ pattern: BenchPattern, seconds: Double) throws -> LoadResult {
        try floorGenerator.run(
            pattern.pattern(seed: seed),
            floor?.requests ?? workers.requests,
            seconds: seconds,
            deadline: deadline
        )
    }
}
