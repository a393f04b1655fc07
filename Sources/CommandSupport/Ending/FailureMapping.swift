/// The ends of a command by the errors of modules: for each type of error, an exit status by its code.
///
/// ```swift
/// let failures = FailureMapping(
///     .init(DataError.self, code: { $0.code }, [.invalidArgument: .usage], otherwise: .refused) { error, _ in
///     error.message }
/// )
/// runProcess(Self.self, failure: failures.failure(for:))
/// ```
public struct FailureMapping: Sendable {
    private let tables: [Table]

    /// The exit statuses of one type of error.
    public struct Table: Sendable {
        /// The status of an error; nil for one of another type.
        fileprivate let status: @Sendable (any Error) -> (ExitStatus, isListed: Bool)?
        /// The message of an error of this type that ends with a status.
        fileprivate let message: @Sendable (any Error, ExitStatus) -> String
        /// The error that an error of this type came from.
        fileprivate let cause: @Sendable (any Error) -> (any Error)?

        /// A table.
        ///
        /// - Parameters:
        ///   - type: The type of error.
        ///   - code: The code of an error.
        ///   - statuses: The exit statuses of codes.
        ///   - otherwise: The exit status of every other code, unless the error has a cause with a table of its own:
        ///     that table then decides.
        ///   - cause: The error that an error came from, where it matters.
        ///   - message: The message of an error that ends with a status.
        public init<Failure: Error, Code: Hashable & Sendable>(
            _ type: Failure.Type,
            code: @escaping @Sendable (Failure) -> Code,
            _ statuses: [Code: ExitStatus] = [:],
            otherwise: ExitStatus,
            cause: @escaping @Sendable (Failure) -> (any Error)? = { _ in nil },
            message: @escaping @Sendable (Failure, ExitStatus) -> String
        ) {
            status = { error in
                guard let error = error as? Failure else { return nil }
                let status = statuses[code(error)]
                return (status ?? otherwise, isListed: status != nil)
            }
            self.cause = { error in (error as? Failure).flatMap(cause) }
            self.message = { error, status in (error as? Failure).map { message($0, status) } ?? "\(error)" }
        }
    }

    /// A mapping of tables, one for each type of error.
    public init(_ tables: Table...) {
        self.tables = tables
    }

    /// The end of a command by an error; nil for an error without a table.
    public func failure(for error: any Error) -> CommandFailure? {
        for table in tables {
            guard let status = status(of: error, table) else { continue }
            return CommandFailure(status, table.message(error, status))
        }
        return nil
    }

    private func status(of error: any Error, _ table: Table) -> ExitStatus? {
        guard let (status, isListed) = table.status(error) else { return nil }
        guard !isListed, let cause = table.cause(error) else { return status }
        for other in tables { if let decided = other.status(cause) { return decided.0 } }
        return status
    }
}
