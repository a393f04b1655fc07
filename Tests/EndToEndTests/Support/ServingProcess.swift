import Foundation
import Subprocess
import SystemPackage
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
import TestSupport
#endif

/// A `rank-worker serve --json` that is ready: its process, its endpoint, its admin pages.
struct ServingProcess: Sendable {
    /// The process.
    let process: Int32
    /// Where it listens first of all.
    let endpoint: String
    /// Where its pages are, nil without `--admin`.
    let admin: String?

    /// Runs a worker until `body` returns, then sends it SIGTERM if it still runs, and tells how it ended.
    ///
    /// - Parameters:
    ///   - arguments: What follows `serve`.
    ///   - limit: The most descriptors it may have; nil for what this process may.
    ///   - directory: Where its standard output is kept.
    ///   - body: Called once it is ready.
    /// - Returns: How it ended, and what it wrote.
    /// - Throws: What `body` throws.
    static func run(
        _ arguments: [String],
        descriptors limit: Int? = nil,
        in directory: FilePath,
        body: (ServingProcess) async throws -> Void
    ) async throws -> Outcome {
        let output = "\(directory)/output-\(UUID().uuidString.prefix(8))"
        let command = limit.map { "ulimit -n \($0) && " } ?? ""
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            // `exec`, so that signals reach the worker.
            arguments: Arguments(
                [
                    "-c", command + "exec \"$0\" \"$@\" > \(output)", Programs.path("rank-worker").string, "serve",
                    "--json",
                ]
                    + arguments
            ),
            input: .none,
            output: .discarded,
            error: .string(limit: 1 << 20)
        ) { execution -> Result<Void, any Error> in
            let process = execution.processIdentifier.value
            defer { _ = Foundation.kill(process, SIGTERM) }
            do {
                guard let worker = try await ready(process, output: output) else { return .success(()) }
                return .success(try await body(worker))
            } catch {
                return .failure(error)
            }
        }
        try result.closureResult.get()
        var exitCode: Int32?
        if case .exited(let code) = result.terminationStatus { exitCode = code }
        let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        return Outcome(exitCode: exitCode, output: text, errors: result.standardError)
    }

    /// Waits for the line of a worker that is ready; nil if it has ended before.
    private static func ready(_ process: Int32, output: String) async throws -> ServingProcess? {
        // Whether it has ended is asked first: a line that is not there then does not come any more.
        let (_, text) = try await eventually("the worker is ready or has ended") {
            (hasEnded(process), (try? String(contentsOfFile: output, encoding: .utf8)) ?? "")
        } until: { hasEnded, text in
            hasEnded || text.hasSuffix("\n")
        }
        guard text.hasSuffix("\n") else { return nil }
        let line = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let endpoints = try #require(line["endpoints"] as? [String])
        return ServingProcess(
            process: process,
            endpoint: try #require(endpoints.first),
            admin: line["admin"] as? String
        )
    }

    /// Whether a process has ended, also while nobody has asked how.
    private static func hasEnded(_ process: Int32) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return true }
        return text.split(separator: ")").last?.hasPrefix(" Z") == true
    }

    /// Whether it has ended.
    var hasEnded: Bool { Self.hasEnded(process) }

    /// The processor time that it has used, in hundredths of a second.
    var processorTicks: Int {
        let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        let words = text.split(separator: ")").last?.split(separator: " ") ?? []
        return words.count > 12 ? (Int(words[11]) ?? 0) + (Int(words[12]) ?? 0) : 0
    }

    /// Sends it a signal.
    func send(_ signal: Int32) { _ = Foundation.kill(process, signal) }

    /// Gets a page; nil where nobody answers any more.
    func page(_ path: String) async throws -> (status: Int, body: String)? {
        let url = try #require(URL(string: "\(admin ?? "")\(path)"))
        var request = URLRequest(url: url, timeoutInterval: 20)
        request.cachePolicy = .reloadIgnoringLocalCacheData
        guard let (data, response) = try? await URLSession.shared.data(for: request),
            let status = (response as? HTTPURLResponse)?.statusCode
        else { return nil }
        return (status, String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines))
    }

    /// Asks for a page until it has a status.
    func wait(for status: Int, at path: String) async throws -> String {
        try await eventually("\(path) has the status \(status)") {
            try #require(try await page(path), "nobody answers at \(path) any more")
        } until: {
            $0.status == status
        }.body
    }
}
