import Foundation
import SystemPackage
import Testing

@Suite("rank-train distill") struct DistillCommandTests {
    @Test(
        .timeLimit(.minutes(5))
    )
    func aStudentOfAnyModelWithItsSplitAnotherSplitIsRefusedAndForcedItIsNotTested() async throws {
        try await withTemporaryDirectory { directory in
            let data = directory.appending("data").string
            try #require(try await run("rank-train", ["synthesize", "--output", data, "--seed", "7"]).exitCode == 0)
            let teacher = directory.appending("teacher").string
            let fit = ["fit", "--data", data, "--output", teacher, "--preset", "map-fm", "--sweeps", "3", "--quiet"]
            try #require(try await run("rank-train", fit + ["--no-refit"]).exitCode == 0)

            func distill(_ options: [String]) async throws -> (code: Int32, facts: [String: Any], errors: String) {
                let command = ["distill", "--teacher", teacher, "--data", data, "--steps", "20", "--json"]
                let file = directory.appending("student").string
                let outcome = try await run("rank-train", command + ["--output", file] + options)
                let facts = try? JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
                return (outcome.exitCode ?? -1, facts ?? [:], outcome.errors)
            }
            let narrow = ["--dimensions", "8", "--hidden", "16"]
            let student = try await distill(narrow)
            try #require(student.code == 0, "\(student.errors)")
            #expect(student.facts["split"] as? String == "seed:42" && student.facts["test"] is [String: Any])
            #expect(student.facts["hidden"] as? [Int] == [16] && student.facts["teacher_preset"] as? String == "map-fm")
            let again = try await distill(narrow)
            #expect(again.facts["model_id"] as? String == student.facts["model_id"] as? String)

            let (model, page) = (directory.appending("student").string, directory.appending("page.html").string)
            let report = try await run("rank-train", ["report", "--model", model, "--data", data, "--output", page])
            #expect(report.exitCode == 0 && report.output.contains("test rmse"), "\(report.errors)")
            #expect(try String(contentsOfFile: page, encoding: .utf8).contains("this model (distilled)"))

            let other = try await distill(narrow + ["--split", "seed:1"])
            #expect(other.code == 65 && other.errors.contains("--force to distil"))
            let forced = try await distill(narrow + ["--split", "seed:1", "--force"])
            #expect(forced.code == 0 && forced.facts["test"] is NSNull)
            // A teacher that has seen all ratings leaves none to test its student on.
            try #require(try await run("rank-train", fit).exitCode == 0)
            let untested = try await distill(narrow)
            #expect(untested.code == 0 && untested.facts["test"] is NSNull, "\(untested.errors)")
            #expect(untested.facts["split"] as? String == "none")
            let refused = try await distill(narrow + ["--split", "seed:42"])
            #expect(refused.code == 65 && refused.errors.contains("--no-refit"), "\(refused.errors)")
            for options in [["--hidden", "16,"], ["--steps", "0"], ["--step-users", "0"], ["--learning-rate", "0"]] {
                #expect(try await distill(options).code == 64, "\(options)")
            }
        }
    }
}
