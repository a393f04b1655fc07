import Foundation
import SystemPackage
import Testing

/// Ratings on a scale that is none of stars.
@Suite(.timeLimit(.minutes(5))) struct ScaleTests {
    /// Writes ratings from 1 to 10 and trains on them; the paths of both files.
    private static func fitted(in directory: String) async throws -> (data: String, model: String) {
        let (data, model) = (directory + "/mine.csv", directory + "/model")
        let lines = (1...20).flatMap { user in
            (1...10).map { item in "\(user),\(item),\(1 + (user * 3 + item * 7 + user * item) % 10)\n" }
        }
        try lines.joined().write(toFile: data, atomically: true, encoding: .utf8)
        let options = ["--preset", "map-fm", "--factors", "2", "--sweeps", "2", "--no-refit", "--quiet"]
        let fit = try await run("rank-train", ["fit", "--data", data, "--output", model] + options)
        try #require(fit.exitCode == 0, "\(fit.errors)")
        return (data, model)
    }

    @Test func relevanceIsToldInTheDatasOwnUnits() async throws {
        try await withTemporaryDirectory { directory in
            let (data, model) = try await Self.fitted(in: directory.string)
            let arguments = ["evaluate", "--model", model, "--data", data]
            let evaluated = try await run("rank-train", arguments)
            #expect(evaluated.output.contains("from 7.75, as 4 stars of 1 to 5 are on 1 to 10"), "\(evaluated.output)")
            let json = try await run("rank-train", arguments + ["--relevant", "3", "--json"])
            let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
            #expect(object?["relevant_stars"] as? Double == 3 && object?["relevant_rating"] as? Double == 5.5)
        }
    }

    @Test func anotherScaleThanTheModelsIsRefused() async throws {
        try await withTemporaryDirectory { directory in
            let (data, model) = try await Self.fitted(in: directory.string)
            let other = ["--model", model, "--data", data, "--scale", "0,20"]
            for command in [
                ["evaluate"] + other, ["report", "--output", "\(directory)/page.html"] + other,
                ["distill", "--teacher", model, "--output", "\(directory)/o"] + other.dropFirst(2),
            ] {
                let refused = try await run("rank-train", command)
                #expect(refused.exitCode == 65 && refused.output == "", "\(command)")
                #expect(refused.errors.contains("from 1 to 10") && refused.errors.contains("0 to 20"))
                #expect(refused.errors.contains("--scale 1,10") && refused.errors.contains("--force"))
            }
            let insisted = try await run("rank-train", ["evaluate", "--force"] + other)
            #expect(insisted.exitCode == 0 && insisted.output.contains("of 1 to 5 are on 0 to 20"))
            let same = try await run("rank-train", ["evaluate"] + other.dropLast() + ["1,10"])
            #expect(same.exitCode == 0, "\(same.errors)")
        }
    }
}
