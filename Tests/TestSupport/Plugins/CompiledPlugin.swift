import Foundation

/// Plugins that tests build with the machine's C compiler or with this Swift's compiler.
package enum CompiledPlugin {
    /// The folder of `rank_plugin.h`.
    package static var headers: String { Repository.file("Sources/CRankPlugin/include") }

    /// The machine's C compiler, or the one that comes with Swift.
    private static let compiler: String = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return ["cc", "clang"].first { name in
            folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
        } ?? "cc"
    }()

    /// What a compiler said when it failed.
    package struct Failure: Error, CustomStringConvertible {
        /// The command and its output.
        package let description: String
    }

    /// Builds a library of C as docs/guide/plugins.md tells to.
    ///
    /// - Parameters:
    ///   - source: The path, from the root or below the repository.
    ///   - path: Where the library goes.
    ///   - options: What else the compiler gets.
    /// - Throws: ``Failure``, or what keeps the compiler from starting.
    package static func c(_ source: String, to path: String, _ options: [String] = []) throws {
        try run(
            [
                compiler, "-O2", "-ffp-contract=off", "-shared", "-fPIC", "-fvisibility=hidden", "-I", headers, "-o",
                path,
            ]
                + options
                + [source.hasPrefix("/") ? source : Repository.file(source)]
        )
    }

    /// Builds a library of Swift as docs/guide/plugins.md tells to.
    ///
    /// - Parameters:
    ///   - source: The path, from the root or below the repository.
    ///   - module: The module's name.
    ///   - path: Where the library goes.
    /// - Throws: ``Failure``, or what keeps the compiler from starting.
    package static func swift(_ source: String, module: String, to path: String) throws {
        try run([
            "swiftc", "-O", "-emit-library", "-module-name", module, "-I", headers, "-o", path,
            Repository.file(source),
        ])
    }

    private static func run(_ command: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(command.joined(separator: " ")): \(String(decoding: output, as: UTF8.self))")
        }
    }
}
