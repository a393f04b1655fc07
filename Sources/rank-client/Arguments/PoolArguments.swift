import ArgumentParser
import CommandSupport
import Dispatch
import RankCore
import RankPool
import RankSystem
import Synchronization

/// The option that every subcommand has.
struct PoolArguments: ParsableArguments {
    @Option(
        help: """
            The workers, separated by commas: tcp://HOST:PORT, ipc://PATH, dns://NAME:PORT for all addresses of a \
            name, file:PATH for a file with one endpoint a line.
            """
    )
    var workers: String

    func validate() throws {
        _ = try endpoints
    }

    /// The workers' endpoints.
    var endpoints: EndpointList {
        get throws {
            do throws(PoolError) {
                return try EndpointList(workers)
            } catch {
                throw ValidationError("--workers: \(error.message)")
            }
        }
    }
}

/// Starts a pool, runs a body with it, and shuts it down; waits for the end on this thread.
func withPool<Value: Sendable>(
    of endpoints: EndpointList,
    deadline: Duration,
    sending: SendingArguments? = nil,
    _ body: @escaping @Sendable (RankPool) async throws -> Value
) throws -> Value {
    guard deadline > .zero else {
        throw CommandFailure(.usage, "--deadline is 0: no answer can be there by then; expected such as 250ms")
    }
    try demandDescriptors()
    let configuration = try sending?.configuration(deadline: deadline) ?? RankPool.Configuration(deadline: deadline)
    return try waiting {
        try await withRankPool(endpoints, configuration: configuration, logger: .notes, body)
    }
}

/// Demands descriptors for the first sockets of a pool, before the first task.
///
/// libdispatch opens three when the first task runs, the last of them on a thread of its own at any later time, and ends
/// the process where the system has none. The pool opens up to seventeen before its second socket says what is missing.
///
/// - Throws: `resourceExhausted`.
private func demandDescriptors() throws(PoolError) {
    let wanted = 20
    guard let count = OpenFiles.count, OpenFiles.limit - count < wanted else { return }
    throw PoolError(
        .resourceExhausted,
        "cannot start the pool: it needs \(wanted) free file descriptors at least, and of \(OpenFiles.limit) there are "
            + "\(max(0, OpenFiles.limit - count)) left; raise the limit of open files (ulimit -n)"
    )
}

/// Runs a body as a task, and waits for its end on this thread.
func waiting<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
    let box = ResultBox<Value>()
    let isDone = DispatchSemaphore(value: 0)
    // The main thread belongs to no executor, so that it may wait for the task.
    Task.detached {
        do {
            box.set(.success(try await body()))
        } catch {
            box.set(.failure(error))
        }
        isDone.signal()
    }
    isDone.wait()
    return try box.get()
}

/// Carries the result of a task to the thread that waits for it.
private final class ResultBox<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)

    func set(_ value: Result<Value, any Error>) {
        result.withLock { $0 = value }
    }

    func get() throws -> Value {
        guard let result = result.withLock({ $0 }) else {
            throw PoolError(.internal, "the task ended without a result")
        }
        return try result.get()
    }
}

/// The policy for ids that the model does not know.
enum UnknownArgument: String, ExpressibleByArgument, CaseIterable {
    case fail
    case fallback
    case omit

    var policy: UnknownIDPolicy {
        switch self {
        case .fail: .fail
        case .fallback: .fallback
        case .omit: .omit
        }
    }
}

extension [WorkerReport<WorkerInfo>] {
    /// The answers of the workers; an error where none answered.
    func answers() throws -> [WorkerInfo] {
        let answers = compactMap { try? $0.result.get() }
        guard answers.isEmpty else { return answers }
        let errors = compactMap { report in
            if case .failure(let error) = report.result { error } else { nil }
        }
        let code = errors.first?.code ?? .unavailable
        let isLate = code == .deadlineExceeded
        throw PoolError(
            code,
            "no worker answers\(isLate ? " in time" : ""); start one, or correct --workers"
                + (isLate ? ", or give more --deadline" : ""),
            causes: errors.flatMap(\.causes)
        )
    }
}

/// The end of a command that asked every worker and was not answered by all.
func unanswered(_ causes: [PoolError.Cause], of count: Int) -> PoolError {
    PoolError(.unavailable, "\(causes.count) of \(counted(count, "worker")) did not answer", causes: causes)
}
