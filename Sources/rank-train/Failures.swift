import CommandSupport
import RankData
import RankEngine
import RankTraining

/// How an error of the modules ends a command; nil for an error of none of them.
func failure(for error: any Error) -> CommandFailure? {
    switch error {
    case let error as DataError: CommandFailure(status(of: error), error.message)
    case let error as EngineError: CommandFailure(status(of: error), error.message)
    case let error as TrainingError: CommandFailure(status(of: error), error.message)
    default: nil
    }
}

private func status(of error: DataError) -> ExitStatus {
    switch error.code {
    case .invalidArgument: .usage
    case .unwritable: .cannotCreate
    default: .refused
    }
}

private func status(of error: EngineError) -> ExitStatus {
    switch error.code {
    case .kernelUnavailable: .usage
    case .cannotWrite: .cannotCreate
    default: .refused
    }
}

private func status(of error: TrainingError) -> ExitStatus {
    if error.code == .invalidOption { return .usage }
    if let cause = error.cause as? EngineError { return status(of: cause) }
    return .refused
}
