import ArgumentParser
import CommandSupport
import Testing

@Suite struct CommandOutcomeTests {
    @Test func successIsSilent() {
        let outcome = run(["fail", "nothing"])
        #expect(outcome.status == .success)
        #expect(outcome.output == "" && outcome.errors == "")
    }

    @Test func aFailureKeepsItsStatusAndSaysWhatToDo() {
        let outcome = run(["fail", "failure"])
        #expect(outcome.status == .cannotCreate)
        #expect(outcome.errors == "error: the disk is full; make room\n")
        #expect(outcome.output == "")
    }

    @Test func anErrorOfAModuleIsTranslated() {
        let outcome = run(["fail", "module"])
        #expect(outcome.status == .refused)
        #expect(outcome.errors == "error: translated\n")
    }

    @Test func anUnknownErrorIsADefect() {
        let outcome = run(["fail", "surprise"])
        #expect(outcome.status == .internalError)
        #expect(outcome.errors.hasPrefix("error: internal error: Surprise()"))
    }

    @Test(arguments: [
        ["fail"], ["fail", "nonsense"], ["fail", "--no-such-flag"], ["fail", "invalid"], ["fail", "missing"], ["walk"],
    ])
    func aWrongCommandLineIsUsage(_ arguments: [String]) {
        let outcome = run(arguments)
        #expect(outcome.status == .usage)
        #expect(outcome.errors.hasPrefix("error: ") && outcome.errors.contains("Usage:"))
        #expect(outcome.output == "")
    }

    @Test func whatACommandAsksForWhenItRunsIsUsageToo() {
        let usage = "Usage: tool fail <how> [--count <count>]\n"
        #expect(run(["fail", "missing"]).errors == "error: --where is missing.\n" + usage)
        // What nobody knows comes first.
        #expect(run(["fail", "missing", "--wher"]).errors.hasPrefix("error: Unknown option '--wher'"))
    }

    @Test(arguments: ["-1", "-.5", "-10,10"])
    func aNegativeNumberThatIsTakenForAnOptionIsExplained(_ value: String) {
        let outcome = run(["fail", "nothing", "--count", value])
        #expect(outcome.status == .usage)
        #expect(
            outcome.errors.hasPrefix(
                "error: Missing value for '--count <count>': write a negative number as --count=\(value)\n"
            ),
            "\(outcome.errors)"
        )
        #expect(run(["fail", "nothing", "--count=-1"]).status == .success)
        #expect(!run(["fail", "nothing", "--count"]).errors.contains("negative"))
        #expect(!run(["fail", "nothing", "--count", "--count"]).errors.contains("negative"))
    }

    @Test func helpGoesToTheOutput() {
        let outcome = run(["fail", "--help"])
        #expect(outcome.status == .success)
        #expect(outcome.output.contains("Fails on demand.") && outcome.errors == "")
        #expect(outcome.output.contains("EXIT CODES: 0 success, 64 usage, 73 output cannot be written."))
    }

    private func run(_ arguments: [String]) -> CommandOutcome {
        CommandOutcome(running: Root.self, arguments: arguments) { error in
            error is ModuleError ? CommandFailure(.refused, "translated") : nil
        }
    }
}

private struct ModuleError: Error {}
private struct Surprise: Error {}

private struct Root: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "tool", subcommands: [Fail.self])
}

private struct Fail: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fails on demand.",
        discussion: ExitStatus.help([.cannotCreate, .usage])
    )

    enum How: String, ExpressibleByArgument {
        case nothing
        case failure
        case module
        case surprise
        case invalid
        case missing
    }

    @Argument var how: How

    @Option var count = 0

    func validate() throws {
        if how == .invalid { throw ValidationError("'invalid' is not valid.") }
    }

    func run() throws {
        switch how {
        case .failure: throw CommandFailure(.cannotCreate, "the disk is full; make room")
        case .module: throw ModuleError()
        case .surprise: throw Surprise()
        case .missing: throw ValidationError("--where is missing.")
        case .nothing, .invalid: break
        }
    }
}
