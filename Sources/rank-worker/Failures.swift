import CommandSupport
import RankEngine
import RankService

/// The exit statuses and messages of the modules' errors; a failure within the worker is told with its code.
let failures = FailureMapping(
    .init(
        EngineError.self,
        code: { $0.code },
        [.cannotRead: .refused, .modelRefused: .refused, .pluginRefused: .refused, .kernelUnavailable: .usage],
        otherwise: .internalError,
        message: { error, status in status == .internalError ? error.description : error.message }
    ),
    .init(
        ServiceError.self,
        code: { $0.code },
        [
            .invalidConfiguration: .usage, .modelRefused: .refused, .endpointUnavailable: .unavailable,
            .resourceExhausted: .unavailable,
        ],
        otherwise: .internalError,
        message: { error, status in status == .internalError ? error.description : error.message }
    )
)
