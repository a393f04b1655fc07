import Foundation
import RankEngine
import RankPool

/// The same code as a plugin in C and as a `Ranker` in Swift: scored in this process, and served by workers to a bare
/// socket and to a pool, in interleaved turns.
///
/// A second worker with the ranker in Swift is the control: what it differs from the first by is noise.
struct PluginBenchmark {
    /// Where the code runs.
    enum Place: Int, CaseIterable {
        case swift
        case control
        case plugin
    }

    private static let warmUp = 300

    let options: PluginBenchmarkOptions

    init(_ options: PluginBenchmarkOptions) {
        self.options = options
    }

    func run() async throws -> PluginReport {
        let requests = BareRequests(candidates: options.candidates, users: 1...1_000, candidateIDs: 1...100_000)
        let ids = (1...UInt64(options.candidates)).map { $0 &* 97 }
        var report = PluginReport(options: options)
        for start in 0..<options.starts {
            // Each start takes the order in which workers are started one place further.
            let order = Place.allCases.indices.map { Place.allCases[($0 + start) % Place.allCases.count] }
            try await measure(order, requests, ids, into: &report)
        }
        return report
    }

    private func measure(
        _ order: [Place],
        _ requests: BareRequests,
        _ ids: [UInt64],
        into report: inout PluginReport
    ) async throws {
        let directory = "/tmp/rank-bench-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var servers: [ServerProcess] = []
        var clients: [(tcp: LoadClient, ipc: LoadClient, pool: RankPool)] = []
        var scorers: [InProcess] = []
        for place in order {
            let source = place == .plugin ? ["--plugin", options.plugin] : ["--ranker", "null"]
            let socket = "ipc://\(directory)/\(place.rawValue)"
            let server = try ServerProcess.worker(options.worker, source, endpoints: ["tcp://127.0.0.1:*", socket])
            let pool = try RankPool.start(server.endpoints[0], configuration: .init(deadline: .seconds(10)))
            let client = (try LoadClient(server.endpoints[0]), try LoadClient(server.endpoints[1]), pool)
            _ = try client.0.run(requests, rounds: Self.warmUp)
            _ = try client.1.run(requests, rounds: Self.warmUp)
            _ = try await PoolBenchmark.alone(pool, ids, calls: Self.warmUp)
            servers.append(server)
            clients.append(client)
            let ranker: any Ranker =
                place == .plugin
                ? try PluginRanker.load(PluginReference(libraryPath: options.plugin)) : LastByteRanker()
            scorers.append(InProcess(ranker, requests))
        }
        guard try Set(scorers.map { try $0.bits(of: 3) }).count == 1 else {
            throw BenchmarkError("\(options.plugin) scores other bits than the null ranker")
        }
        for round in 0..<options.rounds {
            var turn = Dictionary(uniqueKeysWithValues: PluginReport.Way.allCases.map { ($0, [Place: Double]()) })
            for offset in order.indices {
                let index = (round + offset) % order.count
                let place = order[index]
                turn[.tcp]?[place] = Samples(try clients[index].tcp.run(requests, rounds: options.requests)).p50
                turn[.ipc]?[place] = Samples(try clients[index].ipc.run(requests, rounds: options.requests)).p50
                let pooled = try await PoolBenchmark.alone(clients[index].pool, ids, calls: options.requests)
                turn[.pool]?[place] = Samples(pooled).p50
                turn[.inProcess]?[place] = Samples(try scorers[index].run(rounds: options.requests)).p50
            }
            report.turns.append(turn)
        }
        for client in clients { await client.pool.shutdown() }
    }
}
