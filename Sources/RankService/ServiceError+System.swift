package import RankSystem

extension ServiceError: SystemErrorConvertible {
    /// A failure of the operating system, as a worker tells it.
    package init(_ error: SystemError) {
        self.init(error.code == .resourceExhausted ? .resourceExhausted : .internalFailure, error.message, cause: error)
    }
}
