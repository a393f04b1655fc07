import RankProtocol

extension RankPool {
    /// Asks every worker what it is.
    ///
    /// - Parameter deadline: when the answers must be there; nil = the pool's default.
    /// - Returns: one report per worker, in the order of the endpoints.
    public func info(deadline: Duration? = nil) async -> [WorkerReport<WorkerInfo>] {
        await ask(.info, deadline: deadline) { outcome in
            guard case .pairs(let info) = outcome else { return nil }
            return info
        }
    }

    /// Asks every worker whether it serves; the threads that score answer.
    ///
    /// - Parameter deadline: when the answers must be there; nil = the pool's default.
    /// - Returns: one report per worker, in the order of the endpoints.
    public func health(deadline: Duration? = nil) async -> [WorkerReport<WorkerHealth>] {
        await ask(.health, deadline: deadline) { outcome in
            guard case .health(let health) = outcome else { return nil }
            return health
        }
    }

    private func ask<Value: Sendable>(
        _ kind: RequestKind,
        deadline: Duration?,
        value: @escaping @Sendable (CallOutcome) -> Value?
    ) async -> [WorkerReport<Value>] {
        let endpoints = await withCheckedContinuation { continuation in
            if !queue.post(.list(continuation)) { continuation.resume(returning: []) }
        }
        return await withTaskGroup(of: (Int, Result<Value, PoolError>).self) { group in
            for index in endpoints.indices {
                group.addTask {
                    do throws(PoolError) {
                        let task = CallTask.control(kind, LinkID(index))
                        let outcome = try await self.call(task, deadline: deadline, waitsForReady: false)
                        guard let value = value(outcome) else {
                            throw PoolError(.internal, "\(endpoints[index]): a reply of another kind")
                        }
                        return (index, .success(value))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            var reports: [Int: WorkerReport<Value>] = [:]
            for await (index, result) in group {
                reports[index] = WorkerReport(endpoint: endpoints[index], result: result)
            }
            return endpoints.indices.compactMap { reports[$0] }
        }
    }
}
