import Foundation
import SystemPackage
import Testing

/// The commands that the documents give for the example plugins, as they stand but for the place that the worker binds.
@Suite("Documents: plugins", .timeLimit(.minutes(5)))
struct DocumentedPluginTests {
    /// Two lines: one that builds a library, and one that serves it.
    struct Commands: Sendable, CustomTestStringConvertible {
        let document: String
        let build: String
        let serve: String

        var testDescription: String { "\(document): \(serve)" }
    }

    static let commands: [Commands] = ["docs/guide/plugins.md", "README.md"].flatMap { document -> [Commands] in
        let path = "\(Programs.repository)/\(document)"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let lines = text.replacing("\\\n", with: "").split(separator: "\n")
        return zip(lines, lines.dropFirst()).compactMap { build, serve in
            guard serve.hasPrefix("rank-worker serve --plugin"), serve.contains("Examples/") else { return nil }
            return Commands(document: document, build: String(build), serve: String(serve))
        }
    }

    @Test(arguments: commands)
    func runFromTheRootOfTheRepository(_ commands: Commands) async throws {
        try await withTemporaryDirectory { directory in
            for name in ["Sources", "Examples"] {
                try FileManager.default.createSymbolicLink(
                    atPath: directory.appending(name).string,
                    withDestinationPath: Programs.repository.appending(name).string
                )
            }
            let place = "tcp://127.0.0.1:7000"
            try #require(commands.serve.hasSuffix(" --bind \(place)"))
            let socket = directory.appending("worker.sock").string
            try "0,0,0\n0,2,0\n4,0,0\n".write(
                toFile: directory.appending("rows.csv").string,
                atomically: true,
                encoding: .utf8
            )
            let isLinear = commands.serve.contains("linear")
            let script = """
                set -e
                cd '\(directory)'
                PATH='\(Programs.directory)':$PATH
                \(commands.build)
                \(commands.serve.replacing(place, with: "ipc://\(socket)")) &
                worker=$!
                trap 'kill $worker' EXIT
                until [ -S '\(socket)' ]; do kill -0 $worker; sleep 0.05; done
                rank-client rank --workers 'ipc://\(socket)' --user 42 --items 204,141,127 --deadline 20s --format csv \
                \(isLinear ? "--features rows.csv" : "")
                """
            let outcome = try await EndToEndTests.run(FilePath("/bin/sh"), ["-c", script])
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
            let items = outcome.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",")[1] }
            #expect(items == (isLinear ? ["141", "204", "127"] : ["127", "204", "141"]), "\(outcome)")
        }
    }

    @Test
    func bothExamplesAreInTheDocuments() {
        #expect(Set(Self.commands.map { $0.serve.contains("linear") }) == [true, false])
    }
}
