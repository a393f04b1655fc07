import ArgumentParser
import CommandSupport
import RankCore
import RankPool

struct InfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Say what each worker is: model, limits, ids.",
        discussion: """
            Ends with 69 unless every worker has answered; what the others said is printed all the same.

            EXAMPLE:
              rank-client info --workers tcp://127.0.0.1:7000,tcp://127.0.0.1:7001

            \(ExitStatus.help([.usage, .unavailable, .internalError, .cannotCreate]))
            """
    )

    @OptionGroup var pool: PoolArguments

    @Option(help: "When every worker must have answered.")
    var deadline = DurationArgument(.seconds(1))

    @Flag(help: "Print one JSON array.")
    var json = false

    func run() throws {
        let reports = try withPool(of: pool.endpoints, deadline: deadline.duration) { await $0.info() }
        if json {
            try StandardStream.output.writeLine(JSONValue.array(reports.map(Self.json)).description)
        } else {
            let blocks = reports.map(Self.text)
            try StandardStream.output.write(blocks.joined(separator: "\n"))
        }
        let silent = reports.compactMap { report in
            if case .failure(let error) = report.result {
                PoolError.Cause(
                    endpoint: report.endpoint,
                    reason: "\(error.code): \(error.causes.first?.reason ?? error.message)"
                )
            } else {
                nil
            }
        }
        guard silent.isEmpty else { throw unanswered(silent, of: reports.count) }
    }

    private static func text(_ report: WorkerReport<WorkerInfo>) -> String {
        var lines = [("worker", report.endpoint)]
        switch report.result {
        case .success(let info): lines += info.properties.map { ($0.key, $0.value) }
        case .failure(let error): lines.append(("error", error.description))
        }
        return listing(lines, width: StandardStream.output.width)
    }

    private static func json(_ report: WorkerReport<WorkerInfo>) -> JSONValue {
        var members = [JSONValue.Member("endpoint", .string(report.endpoint))]
        switch report.result {
        case .success(let info):
            members.append(
                JSONValue.Member("info", .object(info.properties.map { JSONValue.Member($0.key, .string($0.value)) }))
            )
        case .failure(let error): members.append(JSONValue.Member("error", .string(error.description)))
        }
        return .object(members)
    }
}
