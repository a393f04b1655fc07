import CLoad
import Foundation

/// A server in a process of its own, that has said where it listens.
final class ServerProcess {
    let endpoints: [String]
    private let process: Int32

    /// Starts a program and reads its output until it is ready.
    ///
    /// - Parameters:
    ///   - arguments: The program and its arguments.
    ///   - parse: The endpoints, once a line tells that all of them are bound.
    /// - Throws: If the program cannot be started, or ends before that.
    init(_ arguments: [String], endpoints parse: ([String]) -> [String]?) throws {
        var pointers = arguments.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        var output: Int32 = -1
        process = rank_load_spawn(&pointers, &output)
        guard process > 0 else {
            throw BenchmarkError("cannot start \(arguments[0]): \(String(cString: strerror(errno)))")
        }
        let handle = FileHandle(fileDescriptor: output, closeOnDealloc: true)
        var text = ""
        var found: [String]?
        while found == nil {
            let data = handle.availableData
            guard !data.isEmpty else {
                _ = rank_load_stop(process)
                throw BenchmarkError("\(arguments[0]) ended before it was ready")
            }
            text += String(decoding: data, as: UTF8.self)
            found = parse(text.split(separator: "\n").map(String.init))
        }
        endpoints = found ?? []
    }

    deinit { _ = rank_load_stop(process) }

    /// The processor time that it has used, in nanoseconds; 0 where the system does not tell.
    var processorTime: UInt64 { rank_load_processor_time(process) }

    /// The C program: a line for each endpoint, then `ready`.
    static func echo(_ path: String, replySize: Int, endpoints: [String]) throws -> ServerProcess {
        try ServerProcess([path, "\(replySize)"] + endpoints) { lines in
            lines.last == "ready" ? Array(lines.dropLast()) : nil
        }
    }

    /// The worker: one line of JSON.
    static func worker(_ path: String, _ options: [String], endpoints: [String]) throws -> ServerProcess {
        try ServerProcess([path, "serve", "--json"] + options + ["--bind"] + endpoints) { lines in
            guard let line = lines.first else { return nil }
            let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return object?["endpoints"] as? [String]
        }
    }
}
