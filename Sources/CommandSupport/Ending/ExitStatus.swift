/// The exit status of a command, with the numbers of sysexits.h.
public struct ExitStatus: RawRepresentable, Hashable, Sendable {
    /// The process's exit code.
    public let rawValue: Int32

    /// A status of that number.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Everything that was asked for was done.
    public static let success = ExitStatus(rawValue: 0)
    /// The command line makes no sense: correct it.
    public static let usage = ExitStatus(rawValue: 64)
    /// A model or data was refused: bring another, or repair it.
    public static let refused = ExitStatus(rawValue: 65)
    /// A service, or an answer in time, was unavailable: try again, or check the pool.
    public static let unavailable = ExitStatus(rawValue: 69)
    /// A defect of this program.
    public static let internalError = ExitStatus(rawValue: 70)
    /// An output cannot be written: another path, more space, other permissions.
    public static let cannotCreate = ExitStatus(rawValue: 73)

    /// The lines about exit codes at the end of a command's help.
    ///
    /// - Parameter statuses: Those that the command ends with, beside success.
    /// - Returns: One line.
    public static func help(_ statuses: [ExitStatus]) -> String {
        let meanings: [(ExitStatus, String)] = [
            (.success, "success"), (.usage, "usage"), (.refused, "model or data refused"),
            (.unavailable, "unavailable"), (.internalError, "internal error"),
            (.cannotCreate, "output cannot be written"),
        ]
        let listed = meanings.filter { $0.0 == .success || statuses.contains($0.0) }
        return "EXIT CODES: " + listed.map { "\($0.0.rawValue) \($0.1)" }.joined(separator: ", ") + "."
    }
}
