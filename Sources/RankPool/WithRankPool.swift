public import Logging

/// Starts a pool, runs a body with it, and shuts the pool down on every way out of the body.
///
///     let best = try await withRankPool("tcp://10.0.0.1:7000,tcp://10.0.0.2:7000") { pool in
///         try await pool.rank([204, 141, 131], for: 42, top: 10)
///     }
///
/// The pool is gone after the body: keep no reference to it. A service that ranks as long as it runs has the body run
/// as long, or owns a pool from ``RankPool/start(_:configuration:logger:)-(EndpointList,_,_)`` and shuts it down
/// itself.
///
/// - Parameters:
///   - endpoints: the workers.
///   - configuration: the pool's behaviour.
///   - logger: the receiver of the pool's log; nil = nothing is logged.
///   - body: the use of the pool; it runs on the caller's actor.
/// - Returns: the body's value.
/// - Throws: the body's error, or as ``RankPool/start(_:configuration:logger:)-(EndpointList,_,_)``.
public nonisolated(nonsending) func withRankPool<Value>(
    _ endpoints: EndpointList,
    configuration: RankPool.Configuration = .default,
    logger: Logger? = nil,
    _ body: nonisolated(nonsending) (RankPool) async throws -> Value
) async throws -> Value {
    let pool = try RankPool.start(endpoints, configuration: configuration, logger: logger)
    do {
        let value = try await body(pool)
        await pool.shutdown()
        return value
    } catch {
        await pool.shutdown()
        throw error
    }
}

/// Starts a pool from a list of endpoints, `E1,E2,…`, runs a body with it, and shuts the pool down on every way out.
///
/// - Parameters:
///   - endpoints: the workers, separated by commas; `file:PATH` and `dns://NAME:PORT` among them.
///   - configuration: the pool's behaviour.
///   - logger: the receiver of the pool's log; nil = nothing is logged.
///   - body: the use of the pool; it runs on the caller's actor.
/// - Returns: the body's value.
/// - Throws: INVALID_ARGUMENT for a list that makes no sense, otherwise as the other `withRankPool`.
public nonisolated(nonsending) func withRankPool<Value>(
    _ endpoints: String,
    configuration: RankPool.Configuration = .default,
    logger: Logger? = nil,
    _ body: nonisolated(nonsending) (RankPool) async throws -> Value
) async throws -> Value {
    try await withRankPool(EndpointList(endpoints), configuration: configuration, logger: logger, body)
}
