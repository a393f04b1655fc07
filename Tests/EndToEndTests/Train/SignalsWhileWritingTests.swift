import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `rank-train` is asked to end while it writes.
@Suite(.timeLimit(.minutes(3))) struct SignalsWhileWritingTests {
    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func nothingHalfWrittenOfADataSetIsLeft(_ signal: Int32) async throws {
        try await withTemporaryDirectory { directory in
            let synthesize = ["synthesize", "--output", "\(directory)/data/large", "--ratings", "100000000"]
            let status = try await status(of: synthesize, after: signal) {
                // Some of it is on the disk.
                let files = FileManager.default.enumerator(atPath: "\(directory)/data")?.allObjects as? [String] ?? []
                return files.contains { size(of: "\(directory)/data/\($0)") > 1 << 20 && $0.hasSuffix(".csv") }
            }
            #expect(status == .signaled(signal))
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.string).isEmpty)
        }
    }

    @Test func nothingHalfWrittenOfAModelIsLeft() async throws {
        try await withTemporaryDirectory { directory in
            let (data, model, large) = ("\(directory)/data", "\(directory)/model", "\(directory)/large")
            try #require(try await run("rank-train", ["synthesize", "--output", data]).exitCode == 0)
            let fit = [
                "fit", "--data", data, "--output", model, "--preset", "map-fm", "--factors", "32", "--sweeps", "1",
            ]
            try #require(try await run("rank-train", fit).exitCode == 0)
            try Data("older".utf8).write(to: URL(filePath: large))
            let enlarge = ["enlarge", "--model", model, "--items", "5000000", "--output", large]
            let status = try await status(of: enlarge, after: SIGINT) {
                let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.string)) ?? []
                return names.contains { $0.hasPrefix(".large.") }
            }
            #expect(status == .signaled(SIGINT))
            #expect(try String(contentsOfFile: large, encoding: .utf8) == "older")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: directory.string).sorted()
                    == ["data", "large", "model"]
            )
        }
    }

    /// How a command ends that gets a signal once something holds.
    private func status(
        of arguments: [String],
        after signal: Int32,
        once holds: @Sendable () -> Bool
    ) async throws -> TerminationStatus {
        try await Subprocess.run(
            .path(Programs.path("rank-train")),
            arguments: Arguments(arguments),
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            try await eventually("the command writes", within: .seconds(240), every: .milliseconds(1), holds)
            _ = Foundation.kill(execution.processIdentifier.value, signal)
        }.terminationStatus
    }
}

private func size(of path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
}
