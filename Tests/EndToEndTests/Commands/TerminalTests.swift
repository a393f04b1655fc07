import Foundation
import SystemPackage
import Testing

/// What commands show on terminals of several sizes: no line is longer than the terminal is wide.
@Suite("Terminals", .timeLimit(.minutes(5)))
struct TerminalTests {
    /// What a person sees, as Tests/Fixtures/terminal/run_on_terminal.py finds it.
    private struct Screen: Decodable {
        let status: Int32
        /// How many lines the terminal had to break.
        let wraps: Int
        let lines: [String]
        /// How many control sequences came.
        let controls: Int

        var text: String { lines.joined(separator: "\n") }
    }

    private static func screen(
        _ columns: Int,
        _ name: String,
        _ arguments: [String],
        resize: Int? = nil,
        environment: [String] = []
    ) async throws -> Screen {
        let script = Programs.repository.appending("Tests/Fixtures/terminal/run_on_terminal.py").string
        let size = ["\(columns)", "24"] + (resize.map { ["--resize", "\($0)"] } ?? [])
        let command = ["/usr/bin/env"] + environment + [Programs.path(name).string] + arguments
        let outcome = try await run(
            FilePath("/usr/bin/env"),
            ["python3", script] + size + ["--"] + command
        )
        return try JSONDecoder().decode(Screen.self, from: Data(outcome.output.utf8))
    }

    /// Ratings of 40 users whose data have a wide name.
    private static func data(in directory: FilePath) throws -> String {
        var text = "user,item,rating\n"
        for user in 1...40 {
            for item in 1...20 where (user * 7 + item * 3) % 4 != 0 {
                text += "\(user),\(item),\((user + item) % 5 + 1)\n"
            }
        }
        let path = directory.appending("七人の侍の評価データ完全版デジタルリマスター二枚組特別限定版（1954年公開）.csv").string
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// Wide titles, combining marks and emoji.
    private static func titles(in directory: FilePath) throws -> String {
        let titles = (1...20).map { "\($0),七人の侍 Cafe\u{301} 🎬 " + String(repeating: "長い題名", count: 12) }
        let path = directory.appending("titles.csv").string
        try ("item,title\n" + titles.joined(separator: "\n") + "\n").write(
            toFile: path,
            atomically: true,
            encoding: .utf8
        )
        return path
    }

    @Test(
        arguments: [80, 40, 20],
        ["map-fm", "best", "tutorial"]
    )
    func aBarAndAListingStayWithinTheTerminal(_ columns: Int, _ preset: String) async throws {
        try await withTemporaryDirectory { directory in
            let data = try Self.data(in: directory)
            let model = directory.appending("m").string
            let fit = ["fit", "--data", data, "--output", model, "--preset", preset, "--no-refit"]
            let fitted = try await Self.screen(columns, "rank-train", fit)
            #expect(fitted.status == 0 && fitted.wraps == 0 && fitted.controls > 0, "\(fitted)")
            // One line for all sweeps, and one for each epoch.
            let bars = fitted.lines.filter { $0.contains("━") }
            #expect(bars.count == (preset == "tutorial" ? 5 : 1), "\(fitted.text)")
            for arguments in [
                ["evaluate", "--model", model, "--data", data], ["inspect", "--model", model],
                ["data", "--data", data],
            ] {
                let screen = try await Self.screen(columns, "rank-train", arguments)
                #expect(screen.status == 0 && screen.wraps == 0, "\(arguments[0]): \(screen.text)")
            }
        }
    }

    @Test(arguments: [80, 40, 20])
    func theTrainingOnAllRatingsAfterTheTestStaysWithinTheTerminalToo(_ columns: Int) async throws {
        try await withTemporaryDirectory { directory in
            let data = try Self.data(in: directory)
            let fit = ["fit", "--data", data, "--output", directory.appending("m").string, "--preset", "map-fm"]
            let fitted = try await Self.screen(columns, "rank-train", fit)
            #expect(fitted.status == 0 && fitted.wraps == 0, "\(fitted.text)")
            #expect(fitted.lines.filter { $0.contains("━") }.count == 2, "\(fitted.text)")
        }
    }

    @Test
    func aTerminalThatBecomesNarrowerKeepsOneBar() async throws {
        try await withTemporaryDirectory { directory in
            let data = try Self.data(in: directory)
            let fit = ["fit", "--data", data, "--output", directory.appending("m").string, "--no-refit"]
            let screen = try await Self.screen(100, "rank-train", fit, resize: 30)
            #expect(screen.status == 0)
            #expect(screen.lines.filter { $0.contains("━") }.count == 1, "\(screen.text)")
        }
    }

    @Test
    func aTerminalThatCannotWriteOverALineGetsTheLastOneAlone() async throws {
        try await withTemporaryDirectory { directory in
            let data = try Self.data(in: directory)
            let fit = ["fit", "--data", data, "--output", directory.appending("m").string]
            let screen = try await Self.screen(80, "rank-train", fit, environment: ["TERM=dumb"])
            #expect(screen.status == 0 && screen.controls == 0 && screen.wraps == 0, "\(screen.text)")
            // One of the training that is tested, one of that on all ratings.
            #expect(screen.lines.filter { $0.contains("━") }.count == 2, "\(screen.text)")
        }
    }

    @Test
    func tablesOfTheClientStayWithinTheTerminalAndAPipeGetsThemWhole() async throws {
        try await withTemporaryDirectory { directory in
            let data = try Self.data(in: directory)
            let (model, titles) = (directory.appending("m").string, try Self.titles(in: directory))
            let fit = ["fit", "--data", data, "--output", model, "--preset", "map-fm", "--quiet"]
            #expect(try await run("rank-train", fit).exitCode == 0)
            try await withWorkers(2, options: ["--model", model], in: directory) { workers in
                let pool = ["--workers", workers.map(\.endpoint).joined(separator: ","), "--deadline", "20s"]
                let rank =
                    ["rank", "--user", "1", "--items", (1...20).map(String.init).joined(separator: ",")]
                    + ["--catalog", titles] + pool
                for columns in [80, 40, 20] {
                    for arguments in [rank, ["status"] + pool, ["info"] + pool] {
                        let screen = try await Self.screen(columns, "rank-client", arguments)
                        #expect(screen.status == 0 && screen.wraps == 0, "\(arguments[0]) \(columns): \(screen.text)")
                    }
                }
                let screen = try await Self.screen(80, "rank-client", rank)
                #expect(screen.lines[1].contains("七人の侍 Cafe\u{301} 🎬 ") && screen.lines[1].contains("…"))
                let piped = try await run("rank-client", rank)
                #expect(piped.output.contains(String(repeating: "長い題名", count: 12)))
                #expect(!piped.output.contains("…"))
            }
        }
    }
}
