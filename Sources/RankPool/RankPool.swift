import RankProtocol
import RankSystem
import Synchronization
import ZMQ

/// A client of a pool of ranking workers.
///
///     let pool = try await RankPool.connect("tcp://10.0.0.1:7000,tcp://10.0.0.2:7000")
///     let list = try await pool.rank(user: 42, candidates: [204, 141, 131], topK: 10)
///     for entry in list.entries { print(entry.id, entry.score) }
///     await pool.shutdown()
///
/// One thread owns one socket per worker. Every call ends by its deadline, with an answer or an error, whatever the
/// workers do; cancelling the task ends it at once. A part of a list whose worker is lost, leaves or is overloaded goes
/// to another one, within a budget.
/// Any task may call, any number of calls may be outstanding. The pool is not a queue: it starts nothing, keeps
/// nothing and retries nothing after a call has ended.
public final class RankPool: Sendable {
    /// How the pool behaves.
    public let options: PoolOptions
    let queue: CommandQueue
    private let thread: OwnedThread<CommandQueue, PoolError>
    private let callCount = Atomic<UInt64>(0)

    private init(options: PoolOptions, thread: OwnedThread<CommandQueue, PoolError>) {
        self.options = options
        self.thread = thread
        queue = thread.info
    }

    deinit { queue.post(.shutDown) }

    /// Starts a pool.
    ///
    /// Returns before any worker is connected: calls wait for the first connection, up to their deadline, and fail at
    /// once when every endpoint has refused.
    ///
    /// - Parameters:
    ///   - endpoints: the workers.
    ///   - options: how the pool behaves.
    /// - Returns: the pool, running.
    /// - Throws: RESOURCE_EXHAUSTED where the system gives no thread, descriptor or socket.
    public static func connect(
        _ endpoints: EndpointList,
        options: PoolOptions = PoolOptions()
    ) async throws(PoolError) -> RankPool {
        do throws(ThreadStartError<PoolError>) {
            let thread = try OwnedThread<CommandQueue, PoolError>.start(name: "rank-pool") {
                (starter) throws(PoolError) in
                var loop = try PoolLoop.make(options: options)
                starter.started(loop.queue)
                loop.run(endpoints)
            }
            return RankPool(options: options, thread: thread)
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
    ///   - options: how the pool behaves.
    /// - Returns: the pool, running.
    /// - Throws: INVALID_ARGUMENT for a list that makes no sense, otherwise as the other `connect`.
    public static func connect(
        _ endpoints: String,
        options: PoolOptions = PoolOptions()
    ) async throws(PoolError) -> RankPool {
        try await connect(EndpointList(endpoints), options: options)
    }

    /// Ends every call with UNAVAILABLE, closes the connections and ends the thread.
    ///
    /// Calls after it fail at once.
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
    ///   - task: What it wants.
    ///   - allotted: The time that the caller gave it, for its errors.
    ///   - deadline: When that time is over, on the pool's clock; nil = from now on.
    ///   - waitsForReady: Whether it waits where no worker can be reached.
    /// - Returns: What came of it.
    /// - Throws: Why it failed.
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
