import Foundation
import Subprocess
import SystemPackage
import TestSupport

/// The commands under test, as built beside this test.
enum Programs {
    /// The folder of the built products: that of the test bundle, which is the running executable on Linux.
    static let directory: FilePath = {
        if let folder = ProcessInfo.processInfo.environment["RANK_BIN"] { return FilePath(folder) }
        let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return FilePath(executable.deletingLastPathComponent().path)
    }()

    /// The root of the repository.
    static let repository = FilePath(Repository.root)

    static func path(_ name: String) -> FilePath { directory.appending(name) }

    /// The Python that has `rank_client`, where `scripts/setup --python` has made it.
    static var python: FilePath? {
        let path = repository.appending(".venv/bin/python")
        return FileManager.default.isExecutableFile(atPath: path.string) ? path : nil
    }
}

/// What a command did.
struct Outcome {
    /// The exit code; nil when a signal ended it.
    var exitCode: Int32?
    var output: String
    var errors: String
}

/// Runs a command to its end.
///
/// Standard streams are no terminal. Output over 16 MiB is an error.
func run(_ executable: FilePath, _ arguments: [String], input: String = "") async throws -> Outcome {
    let result = try await Subprocess.run(
        .path(executable),
        arguments: Arguments(arguments),
        input: .string(input),
        output: .string(limit: 16 << 20),
        error: .string(limit: 1 << 20)
    )
    var exitCode: Int32?
    if case .exited(let code) = result.terminationStatus { exitCode = code }
    return Outcome(
        exitCode: exitCode,
        output: result.standardOutput,
        errors: result.standardError
    )
}

/// Runs one of the package's commands.
func run(_ name: String, _ arguments: [String], input: String = "") async throws -> Outcome {
    try await run(Programs.path(name), arguments, input: input)
}

/// Runs one of the package's commands on a terminal of 200 columns, for which Python's pty module stands: output and
/// errors are one text, whose lines end in `\r\n`.
func runOnTerminal(_ name: String, _ arguments: [String]) async throws -> Outcome {
    let pty = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)"
    // The module's terminal does not tell its size.
    return try await run(
        FilePath("/usr/bin/env"),
        ["COLUMNS=200", "python3", "-c", pty, Programs.path(name).string] + arguments
    )
}

/// A fresh folder, removed at the end of `body`.
func withTemporaryDirectory<Result>(_ body: (FilePath) async throws -> Result) async throws -> Result {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    return try await body(FilePath(directory.path))
}

/// Makes a folder and gives its path.
func made(_ path: FilePath) throws -> FilePath {
    try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
    return path
}
