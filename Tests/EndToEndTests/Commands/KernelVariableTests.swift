import Foundation
import SystemPackage
import TestSupport
import Testing

/// The environment's RANK_KERNEL reaches every command that has `--kernel`, and an option has precedence over it.
@Suite("RANK_KERNEL", .timeLimit(.minutes(5)))
struct KernelVariableTests {
    static let commands: [[String]] = [
        ["rank-train", "inspect", "--model", "MODEL"],
        ["rank-train", "predict", "--model", "MODEL", "--users", "1", "--top-k", "3"],
        ["rank-train", "evaluate", "--model", "MODEL", "--data", "DATA", "--split", "seed:1", "--force"],
        ["rank-train", "fit", "--data", "DATA", "--output", "OUTPUT", "--preset", "tutorial", "--epochs", "1"],
        ["rank-train", "distill", "--teacher", "MODEL", "--data", "DATA", "--output", "OUTPUT", "--split", "seed:1"],
    ]

    @Test(arguments: commands)
    func aKernelOfTheEnvironmentThatIsNoneIsRefused(_ command: [String]) async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            let data = directory.appending("ratings.csv").string
            let lines = (0..<200).map { "\($0 % 20 + 1),\($0 / 20 + 1),\($0 % 5 + 1)\n" }
            try ("user,item,rating\n" + lines.joined()).write(toFile: data, atomically: true, encoding: .utf8)
            let names = ["MODEL": model, "DATA": data, "OUTPUT": directory.appending("output.safetensors").string]
            let arguments = command.dropFirst().map { names[$0] ?? $0 }
            let outcome = try await run(
                FilePath("/usr/bin/env"),
                ["RANK_KERNEL=nonsense", Programs.path(command[0]).string] + arguments
            )
            #expect(outcome.exitCode == 64, "\(outcome.errors)")
            #expect(outcome.errors.contains("nonsense"), "\(outcome.errors)")
        }
    }
}
