import CommandSupport
import RankData
import RankEngine
import RankTraining

/// The exit statuses and messages of the modules' errors.
let failures = FailureMapping(
    .init(
        DataError.self,
        code: { $0.code },
        [.invalidArgument: .usage, .unwritable: .cannotCreate],
        otherwise: .refused,
        message: { error, _ in error.message }
    ),
    .init(
        EngineError.self,
        code: { $0.code },
        [.kernelUnavailable: .usage, .cannotWrite: .cannotCreate],
        otherwise: .refused,
        message: { error, _ in error.message }
    ),
    .init(
        TrainingError.self,
        code: { $0.code },
        [.invalidOption: .usage],
        otherwise: .refused,
        cause: { $0.cause as? EngineError },
        message: { error, _ in error.message }
    )
)
