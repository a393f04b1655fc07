import CommandSupport
import RankCore
import RankData
import RankEngine
import RankLoad
import RankPool

/// The exit statuses and messages of the modules' errors.
let failures = FailureMapping(
    .init(
        DataError.self,
        code: { $0.code },
        [.invalidArgument: .usage],
        otherwise: .refused,
        message: { error, _ in error.message }
    ),
    .init(EngineError.self, code: { $0.code }, otherwise: .refused, message: { error, _ in error.message }),
    .init(
        LoadError.self,
        code: { $0.code },
        [.unavailable: .unavailable],
        otherwise: .internalError,
        message: { error, _ in error.message }
    ),
    .init(
        PoolError.self,
        code: { $0.code },
        [
            .invalidArgument: .refused, .notFound: .refused, .unavailable: .unavailable,
            .deadlineExceeded: .unavailable,
            .resourceExhausted: .unavailable, .failedPrecondition: .unavailable, .unauthenticated: .unavailable,
            .aborted: .unavailable, .cancelled: .unavailable,
        ],
        otherwise: .internalError,
        message: { error, _ in
            let advice = error.code == .notFound ? "; correct the id, or give --unknown fallback or --unknown omit" : ""
            return error.description + advice
        }
    )
)
