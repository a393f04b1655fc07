package import RankSystem

extension EngineError: SystemErrorConvertible {
    /// A failure of the operating system, as a model's reader or writer tells it.
    package init(_ error: SystemError) {
        let number = error.errorNumber == 0 ? nil : error.errorNumber
        self.init(error.code == .unwritable ? .cannotWrite : .cannotRead, error.message, errno: number)
    }
}
