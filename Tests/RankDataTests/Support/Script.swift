import Foundation
import TestSupport

/// A script of this repository, run to its end.
struct Script {
    let status: Int32
    /// Standard output and standard error, as they came.
    let output: String

    static let repository = URL(fileURLWithPath: Repository.root)

    /// Runs `program script arguments`, the script being a path from the root, with these variables and no others.
    init(_ program: String, _ name: String, _ arguments: [String], environment: [String: String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [Self.repository.appendingPathComponent(name).path] + arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        status = process.terminationStatus
        output = String(decoding: bytes, as: UTF8.self)
    }
}
