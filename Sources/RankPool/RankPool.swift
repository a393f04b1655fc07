public import Logging
import RankCore
import RankProtocol
import RankSystem
import Synchronization
import ZMQ

/// A client of a pool of ranking workers.
///
///     try await withRankPool("tcp://10.0.0.1:7000,tcp://10.0.0.2:7000") { pool in
///         let list = try await pool.rank([204, 141, 131], for: 42, top: 10)
///         for entry in list { print(entry.id, entry.score) }
///     }
///
/// One thread owns one socket per worker. Every call ends by its deadline, with an answer or an error, whatever the
/// workers do; cancelling the task ends the call at once. A part of a list whose worker is lost, leaves or is
/// overloaded goes to another worker, within a budget.
///
/// Any task may call, and any number of calls may be outstanding. The pool is not a queue: after the end of a call
/// nothing of it is started, kept or sent again.
///
/// # Log
///
/// The pool logs on its own thread, to the logger that ``start(_:configuration:logger:)-(EndpointList,_,_)`` was given;
/// a handler must not block. `source` is a file or a name as in the list of endpoints, `worker` an endpoint, `workers`
/// a count.
///
/// | level | event | metadata |
/// |---|---|---|
/// | warning | a file is wrong or a name is not resolved; the last good list stays | `source`, `reason`, `workers` |
/// | info | a file or a name has given a list of workers | `source`, `workers` |
/// | debug | a worker is connected, is lost or cannot be reached | `worker`, `reason` |
public final class RankPool: Sendable {
    /// The behaviour of a pool: deadline, attempts, balancing, windows, hedging.
    public typealias Configuration = PoolConfiguration

    /// The pool's behaviour.
    public let configuration: Configuration
    let queue: CommandQueue
    private let thread: OwnedThread<CommandQueue, PoolError>
    private let callCount = Atomic<UInt64>(0)

    private init(configuration: Configuration, thread: OwnedThread<CommandQueue, PoolError>) {
        self.configuration = configuration
        self.thread = thread
        queue = thread.info
    }

    deinit { queue.post(.shutDown) }

    /// Starts a pool, which runs until ``shutdown()``.
    ///
    /// Returns before any worker is connected: calls wait for the first connection, up to their deadline, and fail at
    /// once if every endpoint has refused. ``waitUntilReady(within:)`` waits for a worker.
    ///
    /// - Parameters:
    ///   - endpoints: the workers.
    ///   - configuration: the pool's behaviour.
    ///   - logger: the receiver of the pool's log; nil = nothing is logged.
    /// - Returns: the pool, running.
    /// - Throws: RESOURCE_EXHAUSTED if the system gives no thread, descriptor or socket.
    public static func start(
        _ endpoints: EndpointList,
        configuration: Configuration = .default,
        logger: Logger? = nil
    ) throws(PoolError) -> RankPool {
        do throws(ThreadStartError<PoolError>) {
            let thread = try OwnedThread<CommandQueue, PoolError>.start(name: "rank-pool") {
                (starter) throws(PoolError) in
                var loop = try PoolLoop.make(configuration: configuration, logger: logger)
                starter.started(loop.queue)
                loop.run(endpoints)
            }
            return RankPool(configuration: configuration, thread: thread)
        } catch {
            switch error {
            case .failed(let reason): throw reason
            case .noThread: throw PoolError(.resourceExhausted, "cannot start the pool: the system gives no thread")
            }
        }
    }

    /// Starts a pool from a list of endpoints, `E1,E2,…`, which may hold `file:PATH` and `dns://NAME:PORT`.
    ///
    /// - Parameters:
    ///   - endpoints: the workers, separated by commas.
    ///   - configuration: the pool's behaviour.
    ///   - logger: the receiver of the pool's log; nil = nothing is logged.
    /// - Returns: the pool, running.
    /// - Throws: INVALID_ARGUMENT for a list that makes no sense, otherwise as the other `start`.
    public static func start(
        _ endpoints: String,
        configuration: Configuration = .default,
        logger: Logger? = nil
    ) throws(PoolError) -> RankPool {
        try start(EndpointList(endpoints), configuration: configuration, logger: logger)
    }

    /// Waits until a worker is connected and has said what it is.
    ///
    /// A call does not need it: every call waits for the first connection by itself. Unlike a call it waits on if every
    /// endpoint has refused, as at the start of a service whose workers start at the same time.
    ///
    /// - Parameter limit: the longest wait.
    /// - Throws: DEADLINE_EXCEEDED with a cause for each endpoint, CANCELLED, or UNAVAILABLE after the pool's end.
    public func waitUntilReady(within limit: Duration) async throws(PoolError) {
        _ = try await call(.readiness, allotted: limit, waitsForReady: true)
    }

    /// Ends every call with UNAVAILABLE, closes the connections and ends the thread.
    ///
    /// Later calls fail at once.
    public func shutdown() async {
        queue.post(.shutDown)
        await withCheckedContinuation { (ended: CheckedContinuation<Void, Never>) in
            let thread = self.thread
            // A join blocks, which a task must not.
            let waiter = try? OwnedThread<Void, Never>.start(name: "rank-pool-end") { starter in
                starter.started(())
                try? thread.join()
                ended.resume()
            }
            if waiter == nil { ended.resume() }
        }
    }

    /// Runs a call on the pool's thread.
    ///
    /// - Parameters:
    ///   - task: the subject of the call.
    ///   - allotted: the caller's time for it, for errors.
    ///   - deadline: the end of that time on the pool's clock; nil = counted from now.
    ///   - waitsForReady: whether it waits if no worker can be reached.
    /// - Returns: the outcome.
    /// - Throws: the reason of a failure.
    func call(
        _ task: CallTask,
        allotted: Duration,
        deadline: Int64? = nil,
        waitsForReady: Bool
    ) async throws(PoolError) -> CallOutcome {
        let id = CallID(callCount.add(1, ordering: .relaxed).newValue)
        let request = CallRequest(
            id: id,
            task: task,
            deadline: deadline ?? MonotonicClock.microseconds() + allotted.wholeMicroseconds,
            allotted: allotted,
            waitsForReady: waitsForReady
        )
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard queue.post(.start(request, continuation)) else {
                    continuation.resume(returning: .failure(.shutDown))
                    return
                }
                // A cancellation before the start was posted found nothing to cancel.
                if Task.isCancelled { queue.post(.cancel(id)) }
            }
        } onCancel: {
            queue.post(.cancel(id))
        }
        return try result.get()
    }
}
