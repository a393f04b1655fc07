package import RankSystem

extension DataError: SystemErrorConvertible {
    /// A failure of the operating system, as a reader or writer of data tells it.
    package init(_ error: SystemError) {
        let code: Code = error.code == .unwritable ? .unwritable : .unreadable
        self.init(code, error.message, cause: error.errorNumber == 0 ? nil : error)
    }
}
