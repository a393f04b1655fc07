import Foundation
import SystemPackage
import TestSupport
import Testing

/// What is given in a model's or an option's place, and what commands say of it: what was found, what was expected,
/// what to do.
@Suite("Messages", .timeLimit(.minutes(5)))
struct MessageTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let fragments: [String]

        init(_ description: String, _ bytes: [UInt8], _ fragments: String...) {
            testDescription = description
            self.bytes = bytes
            self.fragments = fragments
        }
    }

    static let models: [Mistake] = [
        Mistake(
            "a .inter",
            Array("user_id:token\titem_id:token\n1\t2\n".utf8),
            "text that begins with 'user_id",
            "--data"
        ),
        Mistake("a CSV", Array("user,item,rating\n".utf8), "text that begins with 'user,item,rating'", "--data"),
        Mistake("JSON", Array("{\"learner\": 1}".utf8), "text that begins with '{", "rank-convert"),
        Mistake("gzip", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3], "gzip", "gunzip"),
        Mistake(".keras", Array("PK\u{3}\u{4}metadata.json".utf8), "zip archive", "rank-convert"),
        Mistake(".h5", [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A, 0], "HDF5", "save the Keras model as .keras"),
        Mistake("a library", [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0, 0], "shared library", "--plugin"),
        Mistake("a pickle", [0x80, 4, 0x95, 0, 0, 0, 0, 0, 0], "pickle"),
        Mistake("nothing", [], "is empty"),
    ]

    @Test(arguments: models)
    func whatIsNoModelIsNamedByEveryCommandThatReadsOne(_ mistake: Mistake) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("model").string
            try Data(mistake.bytes).write(to: URL(fileURLWithPath: path))
            let commands: [(String, [String])] = [
                ("rank-train", ["inspect", "--model", path]),
                ("rank-worker", ["serve", "--model", path, "--bind", "ipc://\(directory)/s"]),
                ("rank-client", ["verify", "--model", path, "--workers", "ipc://\(directory)/s"]),
            ]
            for (program, arguments) in commands {
                let outcome = try await run(program, arguments)
                #expect(outcome.exitCode == 65, "\(program): \(outcome.errors)")
                for fragment in [path] + mistake.fragments {
                    #expect(outcome.errors.contains(fragment), "\(program): \(outcome.errors)")
                }
            }
        }
    }

    @Test
    func aDirectoryIsNoModel() async throws {
        let outcome = try await run("rank-train", ["inspect", "--model", "/tmp"])
        #expect(outcome.exitCode == 65)
        #expect(
            outcome.errors.contains("/tmp is a directory, expected a file; give the model in it"),
            "\(outcome.errors)"
        )
    }

    @Test
    func aModelIsNoData() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let outcome = try await run("rank-train", ["data", "--data", "\(model)"])
            #expect(outcome.exitCode == 65)
            #expect(outcome.errors.contains("found a safetensors file, such as a model"), "\(outcome.errors)")
        }
    }

    @Test(arguments: [
        (
            ["--queue-limit", "5"],
            "it has no unit; expected a number and its unit (us, ms, s, m or h), such as 5s or 5ms"
        ),
        (["--drain-max=30"], "such as 30s or 30ms"),
        (["--drain-grace", "5 s"], "did you mean 5s?"),
        (["--drain-grace", "5sec"], "did you mean 5s?"),
        (["--drain-grace", "2min"], "did you mean 2m?"),
        (["--drain-grace", "1d"], "the unit 'd' is unknown"),
        (["--drain-grace", "soon"], "such as 250ms or 1.5s"),
        (["--memory-budget", "64"], "64 bytes are hardly meant; write 64M, or 64K"),
        (["--memory-budget", "64MB"], "did you mean 64M?"),
        (["--memory-budget", "64 mib"], "did you mean 64M?"),
        (["--memory-budget", "1.5G"], "expected a whole number of bytes"),
        (["--max-message", "much"], "such as 64M"),
        (["--bind", "127.0.0.1:7000"], "expected tcp://HOST:PORT"),
    ]
    )
    func valuesOfOptionsThatLackAUnitOrHaveAnother(_ arguments: [String], _ text: String) async throws {
        let start = ["serve", "--ranker", "null"] + (arguments[0] == "--bind" ? [] : ["--bind", "ipc:///tmp/never"])
        let outcome = try await run("rank-worker", start + arguments)
        #expect(outcome.exitCode == 64, "\(outcome.errors)")
        #expect(outcome.errors.contains(text), "\(outcome.errors)")
    }

    @Test(arguments: [
        ("127.0.0.1:7000", "tcp://127.0.0.1:7000"), ("localhost:7000", "tcp://localhost:7000"),
        ("7000", "tcp://127.0.0.1:7000"), ("/tmp/a.sock", "ipc:///tmp/a.sock"), ("ipc:/tmp/a", "ipc:///tmp/a"),
        ("tcp:127.0.0.1:7000", "tcp://127.0.0.1:7000"), ("tcp:/[::1]:7000", "tcp://[::1]:7000"),
    ]
    )
    func anEndpointWithoutASchemeSaysWhichWasProbablyMeant(_ text: String, _ meant: String) async throws {
        let outcome = try await run("rank-worker", ["serve", "--ranker", "null", "--bind", text])
        #expect(outcome.exitCode == 64)
        #expect(outcome.errors.contains("did you mean \(meant)?"), "\(outcome.errors)")
    }

    @Test(arguments: ["7001", "http://127.0.0.1:7001"])
    func anAdminAddressWithoutAHostOrWithAScheme(_ text: String) async throws {
        let start = ["serve", "--ranker", "null", "--bind", "ipc:///tmp/never"]
        let outcome = try await run("rank-worker", start + ["--admin", text])
        #expect(outcome.exitCode == 64)
        #expect(outcome.errors.contains("\(text) is not HOST:PORT; did you mean 127.0.0.1:7001?"), "\(outcome.errors)")
    }

    @Test
    func columnsOfOneMeaningTheCaseOfTheRatingThatIsAScore() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("r.csv").string
            let lines = ["user,item,score,rating", "1,10,812,5", "1,11,3,1", "2,10,44,4", "2,12,9,2"]
            try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
            let read = try await run("rank-train", ["data", "--data", path])
            #expect(read.output.contains("1 to 5"))
            #expect(read.output.contains("rating is taken, and score is left out"))
            let model = directory.appending("m").string
            let fitted = try await run("rank-train", ["fit", "--data", path, "--output", model, "--split", "none"])
            #expect(fitted.exitCode == 0, "\(fitted.errors)")
            #expect(fitted.output.contains("rating is taken, and score is left out"))
        }
    }
}
