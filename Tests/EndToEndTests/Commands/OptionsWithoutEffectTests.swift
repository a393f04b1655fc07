import Foundation
import RankEngine
import TestSupport
import Testing

/// Options that have no effect beside the others, or with the model, are refused and never passed over.
@Suite("Options without effect", .timeLimit(.minutes(5)))
struct OptionsWithoutEffectTests {
    /// A command line, how it ends, and the texts of its message: the option, and what to do.
    struct Example: CustomTestStringConvertible, Sendable {
        var program: String
        var arguments: [String]
        var code: Int32 = 64
        var texts: [String]

        var testDescription: String { "\(program) \(arguments.joined(separator: " "))" }
    }

    private static let modelOptions: [[String]] = [
        ["--plan", "direct"], ["--kernel", "scalar"], ["--precision", "fp32"], ["--precision", "int8"],
        ["--memory-budget", "64M"], ["--copy-weights"], ["--map-weights"],
    ]

    /// What refuses a kernel is the processor where it lacks it, else the model.
    private static let skipCode: Int32 = Kernel.supported.contains { "\($0)" == "avx512-skip" } ? 65 : 64

    private static func serve(_ arguments: [String], _ texts: String..., code: Int32 = 64) -> Example {
        Example(program: "rank-worker", arguments: ["serve"] + arguments, code: code, texts: texts)
    }

    private static func client(_ arguments: [String], _ texts: String...) -> Example {
        let place = ["--workers", "ipc:///tmp/rank-nobody-is-here"]
        return Example(program: "rank-client", arguments: [arguments[0]] + place + arguments.dropFirst(), texts: texts)
    }

    private static func train(_ arguments: [String], _ texts: String...) -> Example {
        Example(program: "rank-train", arguments: arguments, texts: texts)
    }

    static let examples: [Example] =
        modelOptions.flatMap { option in
            [
                serve(
                    ["--ranker", "null", "--bind", "ipc:///tmp/x"] + option,
                    option[0],
                    "--ranker null",
                    "leave it out"
                ),
                serve(["--plugin", "l.so", "--bind", "ipc:///tmp/x"] + option, option[0], "--plugin", "leave it out"),
            ]
        } + [
            serve(["--ranker", "null", "--max-error", "1", "--bind", "ipc:///tmp/x"], "--max-error", "--precision"),
            serve(["--model", "NETWORK", "--max-error", "1", "--bind", "ipc:///tmp/x"], "--max-error", "--precision"),
            serve(
                ["--model", "NETWORK", "--cost-per-candidate", "1us", "--bind", "ipc:///tmp/x"],
                "--cost-per-candidate",
                "--ranker null"
            ),
            serve(
                ["--model", "NETWORK", "--plan", "direct", "--memory-budget", "1G", "--bind", "ipc:///tmp/x"],
                "--memory-budget",
                "--plan direct",
                "leave out one"
            ),
            serve(
                [
                    "--model", "NETWORK", "--plan", "user-once", "--top-k-plan", "plain", "--memory-budget", "1G",
                    "--bind", "ipc:///tmp/x",
                ],
                "--memory-budget",
                "--plan user-once",
                "leave out one"
            ),
            serve(
                ["--model", "NETWORK", "--copy-weights", "--map-weights", "--bind", "ipc:///tmp/x"],
                "--copy-weights",
                "--map-weights",
                "not both"
            ),
            serve(["--model", "NETWORK", "--insecure", "--bind", "ipc:///tmp/x"], "--insecure", "leave it out"),
            serve(
                ["--model", "NETWORK", "--insecure", "--bind", "tcp://127.0.0.1:*", "--admin", "127.0.0.1:0"],
                "--insecure",
                "leave it out"
            ),
            serve(
                ["--model", "NETWORK", "--insecure", "--processes", "2", "--bind", "tcp://127.0.0.1:7000-7001"],
                "--insecure",
                "leave it out"
            ),
            serve(
                ["--model", "NETWORK", "--insecure", "--connect", "tcp://10.0.0.5:7100"],
                "--insecure",
                "leave it out"
            ),
            // Here the model decides.
            serve(
                ["--model", "FACTORS", "--memory-budget", "1G", "--bind", "ipc:///tmp/x"],
                "--memory-budget",
                "no dense layers",
                "leave it out",
                code: 65
            ),
            serve(
                ["--model", "FACTORS", "--plan", "factored", "--bind", "ipc:///tmp/x"],
                "--plan factored",
                "no dense layers",
                "leave --plan out",
                code: 65
            ),
            serve(
                ["--model", "FACTORS", "--plan", "user-once", "--bind", "ipc:///tmp/x"],
                "--plan user-once",
                "no dense layers",
                code: 65
            ),
            serve(
                ["--model", "FACTORS", "--precision", "int8", "--kernel", "scalar", "--bind", "ipc:///tmp/x"],
                "int8",
                "two hidden layers",
                code: 65
            ),
            serve(
                ["--model", "FACTORS", "--kernel", "avx512-skip", "--bind", "ipc:///tmp/x"],
                "--kernel",
                "avx512-skip",
                code: skipCode
            ),
            serve(
                ["--model", "NETWORK", "--plan", "direct", "--kernel", "avx512-skip", "--bind", "ipc:///tmp/x"],
                "--kernel",
                "avx512-skip",
                code: skipCode
            ),
            client(["status", "--interval", "2s"], "--interval goes with --watch"),
            client(["status", "--count", "2"], "--count goes with --watch"),
            client(["bench", "--rate", "100", "--concurrency", "64"], "--concurrency", "--closed-loop"),
            client(["bench", "--closed-loop", "--arrivals", "poisson"], "--arrivals", "--rate"),
            client(["bench", "--rate", "100", "--attempts", "3"], "--attempts", "--through-pool"),
            client(["bench", "--rate", "100", "--balance", "p2c"], "--balance", "--through-pool"),
            client(["bench", "--rate", "100", "--window", "256"], "--window", "--through-pool"),
            client(["bench", "--rate", "100", "--through-pool", "--hedge"], "--hedge", "name more"),
            client(["rank", "--user", "1", "--items", "1", "--hedge"], "--hedge", "name more"),
            client(["rank", "--user", "1", "--items", "1", "--balance", "p2c"], "--balance", "name more"),
            client(["score", "--input", "-", "--balance", "rendezvous"], "--balance", "name more"),
            train(["predict", "--model", "NETWORK", "--input", "-", "--top-k", "3"], "--top-k goes with --users"),
            train(
                ["predict", "--model", "NETWORK", "--input", "-", "--top-k-plan", "auto"],
                "--top-k-plan goes with --users"
            ),
            train(
                ["predict", "--model", "NETWORK", "--users", "all", "--unknown", "fallback"],
                "--unknown",
                "leave it out"
            ),
            train(
                ["fold-in", "--model", "FACTORS", "--data", "d", "--penalty", "2", "--output", "OUTPUT"],
                "--penalty",
                "leave it out"
            ),
            train(["synthesize", "--users", "5", "--output", "OUTPUT"], "--ratings"),
        ]

    @Test(arguments: examples)
    func isRefusedWithTheOptionsNameAndWhatToDo(_ example: Example) async throws {
        try await withTemporaryDirectory { directory in
            let network = try TestModel.write(in: directory)
            let factors = Repository.fixture("model/dot_only.rank")
            let names = ["NETWORK": network, "FACTORS": factors, "OUTPUT": "\(directory)/output"]
            let outcome = try await run(example.program, example.arguments.map { names[$0] ?? $0 })
            #expect(outcome.exitCode == example.code, "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
            for text in example.texts { #expect(outcome.errors.contains(text), "\(outcome.errors)") }
        }
    }

    @Test(arguments: [
        ["--model", "NETWORK", "--memory-budget", "64M"],
        ["--model", "NETWORK", "--plan", "full", "--memory-budget", "1G"],
        ["--model", "FACTORS", "--plan", "full", "--memory-budget", "64M"],
        ["--model", "FACTORS", "--plan", "direct"],
        ["--model", "NETWORK", "--map-weights"], ["--model", "NETWORK", "--copy-weights", "--precision", "fp32"],
        ["--model", "NETWORK", "--kernel", "portable", "--plan", "direct"],
        ["--model", "FACTORS", "--kernel", "scalar"],
        ["--model", "NETWORK", "--kernel", "scalar", "--precision", "int8"],
    ]
    )
    func whatHasAnEffectIsNotRefused(_ arguments: [String]) async throws {
        try await withTemporaryDirectory { directory in
            let network = try TestModel.write(in: directory)
            let factors = Repository.fixture("model/dot_only.rank")
            let names = ["NETWORK": network, "FACTORS": factors]
            let options = arguments.map { names[$0] ?? $0 } + ["--bind", "ipc://\(directory)/socket"]
            let outcome = try await ServingProcess.run(options, in: directory) { _ in }
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
        }
    }
}
