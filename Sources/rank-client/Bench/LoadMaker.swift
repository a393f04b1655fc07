import CommandSupport
import RankCore
import RankLoad
import RankPool

/// A maker of load on some workers.
protocol LoadMaker: AnyObject {
    /// Makes a load and waits for its end.
    func run(_ pattern: LoadPattern, seconds: Double, deadline: Duration) throws -> LoadResult

    /// Leaves behind the requests of an earlier load that are still queued.
    func renew() throws
}

/// One thread without retries, hedging or balancing: it measures workers.
final class RawLoad: LoadMaker {
    private let target: BenchTarget
    private var generator: LoadGenerator

    init(_ target: BenchTarget) throws {
        self.target = target
        generator = try LoadGenerator(target.endpoints)
    }

    func run(_ pattern: LoadPattern, seconds: Double, deadline: Duration) throws -> LoadResult {
        try generator.run(pattern, target.requests, seconds: seconds, deadline: deadline)
    }

    func renew() throws {
        generator = try LoadGenerator(target.endpoints)
    }
}

/// Calls of the pool, as a backend makes them: it measures what callers get.
final class PoolLoad: LoadMaker {
    private let pool: RankPool
    private let lists: [RequestSet.List]
    private let topK: Int
    private let options: CallOptions
    private let check: AnswerCheck?

    /// Connects a pool; it does not wait for workers.
    init(_ target: BenchTarget, _ arguments: ThroughPoolArguments, topK: Int, check: AnswerCheck?) throws {
        pool = try RankPool.start(target.list, configuration: arguments.sending.configuration(), logger: .notes)
        lists = target.requests.lists
        self.topK = topK
        self.options = arguments.callOptions
        self.check = check
    }

    func run(_ pattern: LoadPattern, seconds: Double, deadline: Duration) throws -> LoadResult {
        let (pool, lists, topK, check) = (pool, lists, topK, check)
        var options = options
        options.deadline = deadline
        let load = CallLoad { [options] number in
            let index = number % lists.count
            do throws(PoolError) {
                return
                    switch lists[index]
                {
                case .numbers(let user, let candidates):
                    try await ask(pool, candidates, for: user, topK: topK, options, index, check)
                case .texts(let user, let candidates):
                    try await ask(pool, candidates, for: user, topK: topK, options, index, check)
                }
            } catch {
                return .failed(code: "\(error.code)", message: error.description)
            }
        }
        return load.run(pattern, seconds: seconds, deadline: deadline)
    }

    func renew() throws {
        // The pool keeps nothing of a call that has ended.
    }

    /// The pool's counters so far.
    func counters() throws -> PoolCounters {
        let pool = pool
        return try waiting { await pool.counters() }
    }
}

/// Asks for a list, or for scores in the order of the request where `topK` is 0, and notes the answer for comparison.
private func ask<ID: CandidateID>(
    _ pool: RankPool,
    _ candidates: [ID],
    for user: ID,
    topK: Int,
    _ options: CallOptions,
    _ request: Int,
    _ check: AnswerCheck?
) async throws(PoolError) -> CallLoad.Outcome {
    if topK == 0 {
        let scores = try await pool.scores(of: candidates, for: user, options: options)
        if !scores.isPartial {
            check?.note(scores.map(\.bitPattern), request: request, model: scores.model, profile: scores.profile)
        }
        return .answered(isPartial: scores.isPartial)
    }
    let list = try await pool.rank(candidates, for: user, top: topK, options: options)
    if !list.isPartial {
        let positions = list.map { UInt32(truncatingIfNeeded: $0.position) }
        check?.note(
            list.map(\.score.bitPattern) + positions,
            request: request,
            model: list.model,
            profile: list.profile
        )
    }
    return .answered(isPartial: list.isPartial)
}
