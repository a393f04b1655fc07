import Foundation
import RankData
import RankTraining
import SystemPackage
import Testing

/// What a terminal sees of a training that goes on from a checkpoint.
@Suite(.timeLimit(.minutes(3))) struct ResumedLogTests {
    private static let tiny = ["--ratings", "2000", "--users", "40", "--items", "100"]

    /// A training, another that goes on from its checkpoint, and what the log says of that.
    struct Case: CustomTestStringConvertible {
        let command: [String]
        var resumed: [String]?
        let line: String

        var testDescription: String { (command + (resumed ?? [])).joined(separator: " ") }
    }

    @Test(arguments: [
        Case(command: ["fit", "--preset", "tutorial", "--epochs", "2"], line: "after epoch 2"),
        Case(command: ["fit", "--preset", "map-fm", "--sweeps", "3", "--no-refit"], line: "after sweep 3"),
        Case(
            command: ["fit", "--preset", "map-fm", "--sweeps", "3"],
            line: "after sweep 3 of the training on all ratings"
        ),
        Case(command: ["fit", "--preset", "best", "--no-refit"], line: "after sweep 330"),
        Case(command: ["fit", "--preset", "distilled", "--steps", "20", "--no-refit"], line: "after step 20"),
        Case(
            command: ["fit", "--preset", "best", "--no-refit"],
            resumed: ["fit", "--preset", "distilled", "--steps", "20", "--no-refit"],
            line: "after sweep 330"
        ),
        Case(command: ["distill", "--teacher", "teacher", "--steps", "20"], line: "after step 20"),
    ])
    func saysWhereItGoesOn(_ example: Case) async throws {
        try await withTemporaryDirectory { directory in
            let (data, checkpoint) = ("\(directory)/data", "\(directory)/checkpoint")
            try #require(try await run("rank-train", ["synthesize", "--output", data] + Self.tiny).exitCode == 0)
            let teacher = "\(directory)/teacher"
            let teach = ["fit", "--data", data, "--preset", "map-fm", "--sweeps", "1", "--output", teacher, "--quiet"]
            try #require(try await run("rank-train", teach).exitCode == 0)
            func arguments(_ command: [String]) -> [String] {
                command.map { $0 == "teacher" ? teacher : $0 } + ["--data", data, "--output", "\(directory)/model"]
            }
            let first = arguments(example.command) + ["--checkpoint", checkpoint, "--quiet"]
            try #require(try await run("rank-train", first).exitCode == 0)
            let resumed = arguments(example.resumed ?? example.command) + ["--resume", checkpoint]
            let log = try await runOnTerminal("rank-train", resumed)
            #expect(log.exitCode == 0 && log.output.contains("resuming \(checkpoint), \(example.line)\r\n"))
            let quiet = try await runOnTerminal("rank-train", resumed + ["--quiet"])
            #expect(quiet.exitCode == 0 && quiet.output == "")
        }
    }

    /// 4 sweeps of 1,004 take the time of 4; a sweep of these takes more than 10 µs on any machine.
    @Test func countsTheTimeOfItsOwnSweepsAlone() async throws {
        try await withTemporaryDirectory { directory in
            let (data, checkpoint) = ("\(directory)/data", "\(directory)/checkpoint")
            try #require(try await run("rank-train", ["synthesize", "--output", data] + Self.tiny).exitCode == 0)
            let set = try DataSet.load(directory: data)
            var options = FactorizationOptions.mapFM
            (options.factors, options.sweeps) = (8, 1_004)
            let plan = try CheckpointPlan(path: checkpoint, interval: 1_000)
            let training = try TrainingData(set, split: .seed(42), includesUnrated: true)
            _ = try FactorTraining(options).run(on: training, checkpoints: plan) { report in
                if report.sweep == 1_000 {
                    try? FileManager.default.copyItem(atPath: checkpoint, toPath: "\(checkpoint).1000")
                }
            }
            let fit = ["fit", "--data", data, "--preset", "map-fm", "--factors", "8", "--sweeps", "1004"]
            let resume = ["--no-refit", "--output", "\(directory)/model", "--resume", "\(checkpoint).1000"]
            let log = try await runOnTerminal("rank-train", fit + resume)
            #expect(log.exitCode == 0 && log.output.contains("after sweep 1000\r\n"), "\(log.output)")
            let bar = try Regex(#"1004/1004 ━{20} \d+s (\d{2,}us|\d+ms|\d+s)/sweep"#)
                .matchingSemantics(.unicodeScalar)
            #expect(log.output.contains(bar), "\(log.output.debugDescription)")
        }
    }
}
