import RankCore
import RankProtocol
import RankSystem

extension RankPool {
    /// Asks every worker for INFO.
    ///
    /// - Parameter deadline: the time for the answers; nil = the pool's default.
    /// - Returns: one report per worker, in the order of the endpoints.
    public func info(deadline: Duration? = nil) async -> [WorkerReport<WorkerInfo>] {
        await ask(.info, deadline: deadline) { outcome in
            guard case .info(let info) = outcome else { return nil }
            return info
        }
    }

    /// Asks every worker whether it serves; the scoring threads answer.
    ///
    /// - Parameter deadline: the time for the answers; nil = the pool's default.
    /// - Returns: one report per worker, in the order of the endpoints.
    public func health(deadline: Duration? = nil) async -> [WorkerReport<WorkerHealth>] {
        await ask(.health, deadline: deadline) { outcome in
            guard case .health(let health) = outcome else { return nil }
            return health
        }
    }

    /// Asks every worker for its counts.
    ///
    /// - Parameter deadline: the time for the answers; nil = the pool's default.
    /// - Returns: one report per worker, in the order of the endpoints.
    public func stats(deadline: Duration? = nil) async -> [WorkerReport<WorkerStatistics>] {
        await ask(.stats, deadline: deadline) { outcome in
            guard case .stats(let statistics) = outcome else { return nil }
            return statistics
        }
    }

    /// The pool's counts so far; zeros after its end.
    public func counters() async -> PoolCounters {
        await withCheckedContinuation { continuation in
            if !queue.post(.count(continuation)) { continuation.resume(returning: PoolCounters()) }
        }
    }

    /// The workers in the list, once every source has given one or a time has come.
    func listing(until limit: Int64) async -> PoolState.Listing {
        await withCheckedContinuation { continuation in
            if !queue.post(.list(continuation, deadline: limit)) {
                continuation.resume(returning: PoolState.Listing())
            }
        }
    }

    /// Asks every worker the same question, and measures the time of each answer.
    func ask<Value: Sendable>(
        _ question: WorkerQuestion,
        deadline: Duration?,
        value: @escaping @Sendable (CallOutcome) -> Value?
    ) async -> [WorkerReport<Value>] {
        let begin = ContinuousClock.now
        let allotted = deadline ?? configuration.deadline
        let limit = MonotonicClock.microseconds() + allotted.wholeMicroseconds
        let listing = await listing(until: limit)
        let endpoints = listing.workers
        return await withTaskGroup(of: (Int, WorkerReport<Value>).self) { group in
            for (index, (link, endpoint)) in endpoints.enumerated() {
                group.addTask {
                    let start = ContinuousClock.now
                    let result: Result<Value, PoolError>
                    do throws(PoolError) {
                        let task = CallTask.control(question, link)
                        // The wait for the list counts.
                        let outcome = try await self.call(
                            task,
                            allotted: allotted,
                            deadline: limit,
                            waitsForReady: false
                        )
                        guard let value = value(outcome) else {
                            throw PoolError(.internal, "\(endpoint): a reply of another kind")
                        }
                        result = .success(value)
                    } catch {
                        result = .failure(error)
                    }
                    let roundTrip = ContinuousClock.now - start
                    return (index, WorkerReport(endpoint: endpoint, result: result, roundTrip: roundTrip))
                }
            }
            var reports: [Int: WorkerReport<Value>] = [:]
            for await (index, report) in group { reports[index] = report }
            let silent = listing.silent.map { cause in
                WorkerReport<Value>(
                    endpoint: cause.endpoint,
                    result: .failure(PoolError(.unavailable, "it names no worker", causes: [cause])),
                    roundTrip: ContinuousClock.now - begin
                )
            }
            return endpoints.indices.compactMap { reports[$0] } + silent
        }
    }
}
