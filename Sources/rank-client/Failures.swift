import CommandSupport
import RankData
import RankEngine
import RankLoad
import RankPool

/// How an error of the modules ends a command; nil for an error of none of them.
func failure(for error: any Error) -> CommandFailure? {
    switch error {
    case let error as DataError:
        CommandFailure(error.code == .invalidArgument ? .usage : .refused, error.message)
    case let error as EngineError: CommandFailure(.refused, error.message)
    case let error as LoadError:
        CommandFailure(error.code == .unavailable ? .unavailable : .internalError, error.message)
    case let error as PoolError:
        CommandFailure(
            status(of: error.code),
            error.description
                + (error.code == .notFound ? "; correct the id, or give --unknown fallback or --unknown omit" : "")
        )
    default: nil
    }
}

/// The exit code for a code of the pool.
private func status(of code: Status) -> ExitStatus {
    switch code {
    case .invalidArgument, .notFound: .refused
    case .unavailable, .deadlineExceeded, .resourceExhausted, .failedPrecondition, .unauthenticated, .aborted,
        .cancelled:
        .unavailable
    default: .internalError
    }
}
