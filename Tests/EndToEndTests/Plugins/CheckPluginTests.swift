import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `rank-worker check-plugin` as a process: what passes, and what each kind of fault fails.
@Suite("rank-worker check-plugin", .timeLimit(.minutes(5)))
struct CheckPluginTests {
    /// Every check, in order.
    private static let names = [
        "load", "goldens", "sizes", "repeats", "splits", "places", "unknown", "missing", "shapes", "instances",
        "threads", "options", "model", "leaks", "speed",
    ]

    private struct Report: Decodable {
        struct Check: Decodable {
            var name: String
            var ok: Bool
            var figure: String
        }

        var plugin: String
        var checks: [Check]
        var verdict: String
    }

    private static func report(_ reference: String) async throws -> (report: Report, outcome: Outcome) {
        let outcome = try await run("rank-worker", ["check-plugin", reference, "--json"])
        return (try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8)), outcome)
    }

    @Test
    func theExamplesPassEveryCheck() async throws {
        try await withTemporaryDirectory { directory in
            let popularity = directory.appending("libpopularity.so").string
            try CompiledPlugin.c("Examples/plugins/popularity/popularity.c", to: popularity)
            let items = directory.appending("items.csv").string
            let lines = (1...1_000).map { "\($0),\($0 % 50 + 1),\(1 + Double($0 % 9) / 2)" }
            try ("item,count,mean\n" + lines.joined(separator: "\n")).write(
                toFile: items,
                atomically: true,
                encoding: .utf8
            )
            let linear = directory.appending("liblinear.so").string
            try CompiledPlugin.swift("Examples/plugins/linear/linear.swift", module: "linear", to: linear)
            let weights = directory.appending("weights.csv").string
            try "feature,weight\nprice,-0.25\nbias,0.5\n".write(toFile: weights, atomically: true, encoding: .utf8)
            let imputed = directory.appending("libimputed.so").string
            try CompiledPlugin.c("Examples/plugins/imputed/imputed.c", to: imputed, ["-Wall", "-Wextra", "-Werror"])
            let values = directory.appending("values.csv").string
            try "feature,weight,missing\nprice,-0.25,9.5\nclicks,1.5,\n".write(
                toFile: values,
                atomically: true,
                encoding: .utf8
            )
            for reference in [
                "\(popularity):\(items)?damping=25", "\(linear):\(weights)", "\(imputed):\(values)",
            ] {
                let (report, outcome) = try await Self.report(reference)
                #expect(outcome.exitCode == 0 && report.verdict == "ok", "\(outcome.output)")
                #expect(report.plugin == reference)
                #expect(report.checks.map(\.name) == Self.names)
                #expect(report.checks.allSatisfy { $0.ok && !$0.figure.isEmpty })
                let text = try await run("rank-worker", ["check-plugin", reference])
                #expect(text.exitCode == 0 && text.errors.isEmpty)
                let lines = text.output.split(separator: "\n")
                #expect(lines.count == Self.names.count + 1)
                #expect(lines.dropLast().allSatisfy { $0.hasPrefix("ok    ") })
                #expect(lines.last == "verdict: ok, 15 checks")
            }
        }
    }

    /// What an instance does, and the checks that must fail, with a word of what they say.
    static let faults: [(does: String, failing: [String], text: String)] = [
        ("nan-always", ["load"], "candidate 32, id 32, scores nan"), ("place", ["load"], "in a list and"),
        ("place-beyond-64", ["splits", "places", "unknown"], "scores otherwise than in the whole list"),
        ("calls", ["repeats", "splits"], "asked for again, after"),
        ("write-beyond", ["sizes"], "writes beyond the buffers"),
        ("write-flag-beyond", ["sizes"], "writes beyond the buffers"),
        ("write-query", ["sizes"], "writes into the query"), ("leak", ["leaks"], "each instance leaves"),
        ("leak-score", ["leaks"], "each call of score leaves"),
        ("leak-descriptor", ["leaks"], "descriptors open"),
        ("cheap", ["speed"], "times what the hint says"), ("crash", ["sizes"], "the plugin crashed"),
        ("recurse", ["sizes"], "the plugin crashed"), ("exit", ["sizes"], "the plugin ended the process"),
        ("takes-anything", ["options", "model"], "is taken all the same"),
        ("wrong-golden&goldens=4", ["goldens"], "candidate 102 must score"),
    ]

    @Test
    func whatAPluginMustNotDoFailsACheckWith65AndAVerdict() async throws {
        try await withTemporaryDirectory { directory in
            let library = directory.appending("libbroken.so").string
            try CompiledPlugin.c("Tests/Fixtures/plugins/misbehaving.c", to: library)
            let model = directory.appending("model").string
            try "model".write(toFile: model, atomically: true, encoding: .utf8)
            #expect(try await Self.report("\(library):\(model)?goldens=3&features=2&kind=utf8").outcome.exitCode == 0)
            for (does, failing, text) in Self.faults {
                let (report, outcome) = try await Self.report("\(library):\(model)?does=\(does)")
                let failed = report.checks.filter { !$0.ok }
                #expect(outcome.exitCode == 65 && report.verdict == "FAIL", "\(does)")
                #expect(Set(failing).isSubset(of: failed.map(\.name)), "\(does): \(failed)")
                #expect(failed.contains { $0.figure.contains(text) }, "\(does): \(failed)")
            }
        }
    }

    @Test
    func aCrashAndALibraryThatIsNoneLeaveALineAndAVerdictToo() async throws {
        try await withTemporaryDirectory { directory in
            let library = directory.appending("libbroken.so").string
            try CompiledPlugin.c("Tests/Fixtures/plugins/misbehaving.c", to: library)
            let crash = try await run("rank-worker", ["check-plugin", "\(library)?does=crash"])
            #expect(crash.exitCode == 65)
            #expect(crash.output.hasSuffix("FAIL  sizes       the plugin crashed\nverdict: FAIL, 1 of 3 checks\n"))
            let none = try await run("rank-worker", ["check-plugin", "/nonexistent.so"])
            #expect(none.exitCode == 65)
            #expect(none.output.hasPrefix("FAIL  load        plugin /nonexistent.so: there is no regular file"))
            #expect(none.output.hasSuffix("verdict: FAIL, 1 of 1 checks\n"))
            #expect(try await run("rank-worker", ["check-plugin"]).exitCode == 64)
        }
    }
}
