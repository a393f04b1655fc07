import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A worker process that is ready.
struct WorkerProcess: Sendable {
    /// Where it listens, or nil for one behind a proxy.
    var endpoint: String
    private let deliver: @Sendable (Signal) -> Void

    fileprivate init(endpoint: String, deliver: @escaping @Sendable (Signal) -> Void) {
        self.endpoint = endpoint
        self.deliver = deliver
    }

    /// Ends the process without a warning.
    func kill() { deliver(.kill) }

    /// Freezes the process, and returns when it is: it stays connected and answers nothing.
    func freeze() { deliver(.suspend) }

    /// Lets a frozen process go on.
    func thaw() { deliver(.resume) }
}

/// A worker that did not start.
struct WorkerStartError: Error, CustomStringConvertible {
    var description: String
}

/// Runs `count` workers with these options, each on an ipc endpoint in `directory`, for the time of `body`.
///
/// Each is bound and has proved its model when `body` starts. Afterwards each that was not killed must end with 0 on
/// SIGTERM.
func withWorkers<Value: Sendable>(
    _ count: Int,
    options: [String],
    in directory: FilePath,
    _ body: ([WorkerProcess]) async throws -> Value
) async throws -> Value {
    try await withWorkers(remaining: count, started: [], options: options, in: directory, body)
}

private func withWorkers<Value: Sendable>(
    remaining: Int,
    started: [WorkerProcess],
    options: [String],
    in directory: FilePath,
    _ body: ([WorkerProcess]) async throws -> Value
) async throws -> Value {
    guard remaining > 0 else { return try await body(started) }
    let socket = directory.appending("worker-\(remaining).sock")
    let endpoint = "ipc://\(socket.string)"
    return try await withWorker(arguments: ["serve"] + options + ["--bind", endpoint]) { deliver in
        try await wait(for: socket)
        let worker = WorkerProcess(endpoint: endpoint, deliver: deliver)
        return try await withWorkers(
            remaining: remaining - 1,
            started: started + [worker],
            options: options,
            in: directory,
            body
        )
    }
}

/// Runs one worker with these arguments for the time of `body`, which gets the means to send it signals.
func withWorker<Value: Sendable>(
    arguments: [String],
    _ body: (@escaping @Sendable (Signal) -> Void) async throws -> Value
) async throws -> Value {
    let result = try await Subprocess.run(
        .path(Programs.path("rank-worker")),
        arguments: Arguments(arguments),
        input: .none,
        output: .discarded,
        error: .string(limit: 1 << 20)
    ) { execution in
        let process = execution.processIdentifier
        let deliver: @Sendable (Signal) -> Void = { signal in
            _ = Foundation.kill(process.value, signal.rawValue)
            if signal.rawValue == Signal.suspend.rawValue { waitUntilStopped(Int(process.value)) }
        }
        let value: Result<Value, any Error>
        do {
            value = .success(try await body(deliver))
        } catch {
            value = .failure(error)
        }
        deliver(.resume)
        deliver(.terminate)
        return value
    }
    switch result.terminationStatus {
    case .exited(0), .signaled(Signal.kill.rawValue): return try result.closureResult.get()
    default:
        let errors = result.standardError
        throw WorkerStartError(description: "rank-worker ended with \(result.terminationStatus): \(errors)")
    }
}

/// Waits until no thread of a process runs.
///
/// A signal that stops a process reaches one thread after the other. Elsewhere than on Linux it returns at once.
private func waitUntilStopped(_ process: Int) {
    let tasks = "/proc/\(process)/task"
    do {
        try eventuallyBlocking("process \(process) is stopped") {
            // "ID (NAME) STATE …"; the name may have spaces.
            (try? FileManager.default.contentsOfDirectory(atPath: tasks))?.allSatisfy { task in
                guard let text = try? String(contentsOfFile: "\(tasks)/\(task)/stat", encoding: .utf8),
                    let end = text.lastIndex(of: ")")
                else { return true }
                return text[text.index(after: end)...].drop { $0 == " " }.first == "T"
            } ?? true
        }
    } catch {
        Issue.record("\(error)")
    }
}

/// Waits until a worker listens at its ipc path: it does so only when it is ready.
///
/// The path is there a moment before anybody listens, and whoever connects in between is refused.
private func wait(for socket: FilePath) async throws {
    try await eventually("a worker listens at \(socket)") { listens(at: socket.string) }
}

/// Whether somebody accepts connections at the path of a socket.
private func listens(at path: String) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    let hasRoom = withUnsafeMutableBytes(of: &address.sun_path) { room in
        guard bytes.count < room.count else { return false }
        room.copyBytes(from: bytes)
        return true
    }
    let descriptor = hasRoom ? socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) : -1
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
        }
    }
}
