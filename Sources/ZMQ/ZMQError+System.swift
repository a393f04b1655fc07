package import RankSystem

extension ZMQError: SystemErrorConvertible {
    /// A failure of the operating system, as this module tells it.
    package init(_ error: SystemError) {
        let code: Code =
            switch error.code {
            case .resourceExhausted: .resourceExhausted
            case .invalidOperation: .invalidOperation
            default: .system
            }
        self.init(code: code, message: error.message, errorNumber: error.errorNumber)
    }
}
