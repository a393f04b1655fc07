import ArgumentParser
import CommandSupport
import RankCore
import RankEngine
import RankPluginCheck
import RankSystem

struct CheckPluginCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-plugin",
        abstract: "Try a plugin out, and say what it does wrong.",
        discussion: """
            A line for each check, ok or FAIL with what was found, and a verdict at the end: golden scores, lists of \
            many lengths, the same bits however lists are split, permuted and repeated, extreme ids and features, \
            other threads and instances, wrong options, a missing model, memory and descriptors left behind, and speed \
            beside the plugin's own hint. docs/guide/plugins.md has more. A plugin that crashes, ends the process, or \
            takes more than a minute for a check fails it.

            EXAMPLE:
              rank-worker check-plugin './libpopularity.so:items.csv?damping=25'

            \(ExitStatus.help([.usage, .refused, .internalError, .cannotCreate]))
            """
    )

    @Argument(
        help: ArgumentHelp(
            "The library, its model file and its options, as serve --plugin takes them.",
            valueName: "lib:path?option=value&..."
        ),
        transform: PluginReference.read
    )
    var plugin: PluginReference

    @Flag(help: "Print one line of JSON instead.")
    var json = false

    func run() throws {
        var report = CheckReport(plugin: "\(plugin)", isJSON: json)
        var check = PluginCheck(plugin)
        var failure: (any Error)?
        let isGood = check.run { name in
            FatalSignals.arm(
                crash: report.text(of: .crash, in: name),
                exit: report.text(of: .exit, in: name),
                timeout: report.text(of: .timeout, in: name),
                status: ExitStatus.refused.rawValue
            )
        } end: { finding in
            FatalSignals.disarm()
            do {
                try report.add(finding)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        try StandardStream.output.write(report.ending)
        if !isGood { throw CommandFailure(.refused, "plugin \(plugin.libraryPath) does not do what it must") }
    }
}

/// The findings of the checks so far, as a table or as JSON.
struct CheckReport {
    /// The end of a check that does not end by itself.
    enum Ending: String {
        case crash = "the plugin crashed"
        case exit = "the plugin ended the process"
        case timeout = "no end after a minute"
    }

    let plugin: String
    let isJSON: Bool
    private var findings: [(name: String, isGood: Bool, figure: String)] = []

    init(plugin: String, isJSON: Bool) {
        self.plugin = plugin
        self.isJSON = isJSON
    }

    /// Adds a finding, and prints its line.
    mutating func add(_ finding: PluginCheck.Finding) throws(CommandFailure) {
        findings.append((finding.name, finding.isGood, finding.figure))
        if !isJSON { try StandardStream.output.write(line(findings[findings.count - 1])) }
    }

    /// The text to print when a check ends the process.
    func text(of ending: Ending, in name: String) -> String {
        var report = self
        report.findings.append((name, false, ending.rawValue))
        return (isJSON ? "" : line(report.findings[report.findings.count - 1])) + report.ending
    }

    /// The verdict, and with JSON all findings.
    var ending: String {
        let failures = findings.filter { !$0.isGood }.count
        let verdict = failures == 0 ? "ok" : "FAIL"
        guard isJSON else {
            return failures == 0
                ? "verdict: ok, \(findings.count) checks\n"
                : "verdict: FAIL, \(failures) of \(findings.count) checks\n"
        }
        let checks = findings.map { finding in
            JSONValue.object([
                .init("name", .string(finding.name)), .init("ok", .boolean(finding.isGood)),
                .init("figure", .string(finding.figure)),
            ])
        }
        let report = JSONValue.object([
            .init("plugin", .string(plugin)), .init("checks", .array(checks)), .init("verdict", .string(verdict)),
        ])
        return "\(report)\n"
    }

    private func line(_ finding: (name: String, isGood: Bool, figure: String)) -> String {
        let name = finding.name + String(repeating: " ", count: max(0, 10 - finding.name.count))
        return "\(finding.isGood ? "ok  " : "FAIL")  \(name)  \(finding.figure)\n"
    }
}
