import Foundation
import RankEngine

/// One client, one request outstanding: a C echo, our worker with a null ranker, our worker with a model, and scoring
/// alone, in interleaved rounds.
struct RPCBenchmark {
    private static let warmUp = 300

    /// How many times as many requests as round trips are timed with several outstanding.
    ///
    /// A turn has to last longer than the scheduler takes to settle on cores.
    private static let flood = 40

    /// Rounds of them.
    private static let floodRounds = 9

    let options: RPCOptions

    init(_ options: RPCOptions) {
        self.options = options
    }

    func run() throws -> RPCReport {
        let model = try RankModel.load(path: options.model)
        let ranker = try model.makeRanker()
        let info = ranker.info
        let requests = BareRequests(
            candidates: options.candidates,
            users: try ids(model.users),
            candidateIDs: try ids(model.candidates)
        )
        let inProcess = InProcess(ranker, requests)

        let directory = "/tmp/rank-bench-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        func endpoints(_ name: String) -> [String] { ["tcp://127.0.0.1:*", "ipc://\(directory)/\(name)"] }
        let servers = [
            try ServerProcess.echo(options.echo, replySize: requests.replySize, endpoints: endpoints("echo")),
            try ServerProcess.worker(options.worker, ["--ranker", "null"], endpoints: endpoints("null")),
            try ServerProcess.worker(options.worker, ["--model", options.model], endpoints: endpoints("model")),
        ]
        var report = RPCReport(options: options, requests: requests, info: info)
        for (index, transport) in ["tcp", "ipc"].enumerated() {
            let clients = try servers.map { try LoadClient($0.endpoints[index]) }
            for client in clients { _ = try client.run(requests, rounds: Self.warmUp) }
            try check(clients[2], inProcess, requests)
            var rounds: [RPCReport.Round] = []
            for round in 0..<options.rounds {
                // The order turns, so that no server always follows the same one.
                var turns: [Int: Samples] = [:]
                for offset in 0..<servers.count {
                    let server = (round + offset) % servers.count
                    turns[server] = Samples(try clients[server].run(requests, rounds: options.requests))
                }
                let scoring = Samples(try inProcess.run(rounds: options.requests))
                guard let echo = turns[0], let null = turns[1], let model = turns[2] else { continue }
                rounds.append(RPCReport.Round(echo: echo, null: null, model: model, scoring: scoring))
            }
            // Afterwards, since a flood makes the system move threads to other cores.
            var floods: [RPCReport.Flood] = []
            for round in 0..<min(options.rounds, Self.floodRounds) {
                var turns: [Int: Throughput] = [:]
                for server in round % 2 == 0 ? [0, 1] : [1, 0] {
                    let count = Self.flood * options.requests
                    turns[server] = try Throughput(servers[server], requests: count) {
                        try clients[server].flood(requests, rounds: count, outstanding: RPCOptions.outstanding)
                    }
                }
                guard let echo = turns[0], let null = turns[1] else { continue }
                floods.append(RPCReport.Flood(echo: echo, null: null))
            }
            report.transports.append(RPCReport.Transport(name: transport, rounds: rounds, floods: floods))
        }
        return report
    }

    /// Throws unless the worker's scores are the bits that this process computes.
    private func check(_ client: LoadClient, _ inProcess: InProcess, _ requests: BareRequests) throws {
        _ = try client.run(requests, rounds: 1)
        let reply = client.reply
        let bits = reply.withUnsafeBytes { bytes in
            (0..<requests.candidateCount).map { index in
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 80 + 4 * index, as: UInt32.self))
            }
        }
        guard try bits == inProcess.bits(of: 0) else {
            throw BenchmarkError("the worker's scores are not those of this process")
        }
    }

    private func ids(_ vocabulary: Vocabulary) throws -> ClosedRange<UInt64> {
        guard vocabulary.kind == .identity, vocabulary.rowCount > 1 else {
            throw BenchmarkError("\(options.model): the benchmark wants a model whose ids are numbers from 1 on")
        }
        return 1...UInt64(vocabulary.rowCount - 1)
    }
}
