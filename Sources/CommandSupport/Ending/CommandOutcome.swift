public import ArgumentParser
import RankSystem

/// The outcome of a command: a status, and text for the two streams.
public struct CommandOutcome: Sendable, Equatable {
    /// The exit code.
    public let status: ExitStatus
    /// The text for stdout: help and version, when asked for.
    public let output: String
    /// The text for stderr: the reason, and what to do.
    public let errors: String

    /// Parses arguments and runs the command they name, in this process.
    ///
    /// A `ValidationError` that a command throws when it runs ends it like one of its `validate()`. What is missing is
    /// better asked for there: `validate()` comes before unknown options are reported, and the missing one may be
    /// the misspelt one.
    ///
    /// - Parameters:
    ///   - root: The command with its subcommands.
    ///   - arguments: Without the program's name; nil takes the process's own.
    ///   - failure: Says how an error of a module ends the command; nil for what it does not know, which then counts
    ///     as a defect.
    public init(
        running root: any ParsableCommand.Type,
        arguments: [String]? = nil,
        failure: (any Error) -> CommandFailure?
    ) {
        do {
            var command = try root.parseAsRoot(arguments)
            do {
                try command.run()
            } catch let error as ValidationError {
                self.init(of: error, in: type(of: command), of: root)
                return
            }
            self.init(status: .success, output: "", errors: "")
        } catch {
            self.init(of: error, in: root, arguments ?? Array(CommandLine.arguments.dropFirst()), failure: failure)
        }
    }

    /// A message on a value says why it is refused, where the type that read it has left word; one on a missing value,
    /// where a negative number follows, how one is given.
    private static func explaining(_ message: String, _ arguments: [String]) -> String {
        if message.hasPrefix("The value '") { return explaining(refusedValue: message, arguments) }
        let beginning = "Missing value for '"
        guard message.hasPrefix(beginning) else { return message }
        let option = message.dropFirst(beginning.count).prefix { $0 != " " && $0 != "'" }
        for (name, value) in zip(arguments, arguments.dropFirst()) where name == option && isNegative(value) {
            var lines = message.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            lines[0] += ": write a negative number as \(option)=\(value)"
            return lines.joined(separator: "\n")
        }
        return message
    }

    private static func explaining(refusedValue message: String, _ arguments: [String]) -> String {
        var lines = message.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        // Given apart, or behind an equals sign.
        let values = arguments + arguments.compactMap { $0.split(separator: "=", maxSplits: 1).last.map(String.init) }
        let value = values.first { lines[0].hasPrefix("The value '\($0)' is invalid for '") && lines[0].hasSuffix("'") }
        guard let value, let reason = ArgumentRefusal.reason(value) else { return message }
        lines[0] += ": \(reason)"
        return lines.joined(separator: "\n")
    }

    /// Whether a text begins as a negative number does, or a list of numbers of which the first is.
    private static func isNegative(_ text: String) -> Bool {
        guard text.first == "-", let second = text.dropFirst().first else { return false }
        return second == "." || ("0"..."9").contains(second)
    }

    private init(status: ExitStatus, output: String, errors: String) {
        self.status = status
        self.output = output
        self.errors = errors
    }

    private init(of error: ValidationError, in command: any ParsableCommand.Type, of root: any ParsableCommand.Type) {
        let usage = root.usageString(for: command)
        self.init(status: .usage, output: "", errors: "error: \(error.message)\nUsage: \(usage)\n")
    }

    private init(
        of error: any Error,
        in root: any ParsableCommand.Type,
        _ arguments: [String],
        failure: (any Error) -> CommandFailure?
    ) {
        if let failure = error as? CommandFailure ?? failure(error) {
            self.init(status: failure.status, output: "", errors: "error: \(failure.message)\n")
            return
        }
        let code = root.exitCode(for: error)
        let message = root.fullMessage(for: error)
        if code == .success {
            self.init(status: .success, output: message.isEmpty ? "" : message + "\n", errors: "")
        } else if code == .validationFailure {
            let prefix = "Error: "
            let text = message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message
            self.init(status: .usage, output: "", errors: "error: \(Self.explaining(text, arguments))\n")
        } else {
            self.init(
                status: .internalError,
                output: "",
                errors: "error: internal error: \(error); this is a defect, please report it\n"
            )
        }
    }
}

/// Runs the process's command and ends the process with its status.
///
/// - Parameters:
///   - root: The command with its subcommands.
///   - failure: As `CommandOutcome.init(running:arguments:failure:)`.
public func runProcess(_ root: any ParsableCommand.Type, failure: (any Error) -> CommandFailure?) -> Never {
    StandardDescriptors.occupyClosed()
    // A file that reaches the limit is then an error of the write, which tidies up after itself.
    SignalNumber.ignoreFileSizeLimit()
    let outcome = CommandOutcome(running: root, failure: failure)
    try? StandardStream.error.write(outcome.errors)
    do {
        try StandardStream.output.write(outcome.output)
    } catch {
        CurrentProcess.end(error.status.rawValue)
    }
    CurrentProcess.end(outcome.status.rawValue)
}
