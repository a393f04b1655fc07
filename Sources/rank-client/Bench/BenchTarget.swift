import CommandSupport
import RankData
import RankLoad
import RankPool
import ZMQ

/// The requests of a benchmark, as given on the command line.
struct BenchWorkload {
    /// The candidates of each request.
    var candidates: Int
    /// The entries wanted of each request; 0 for every score.
    var topK: Int
    /// The seed of users and candidates.
    var seed: UInt64
    /// Whether calls go through a pool, which has to cope with missing workers.
    var throughPool: Bool
}

/// Workers, and the requests for them.
struct BenchTarget {
    let list: EndpointList
    let endpoints: [Endpoint]
    let requests: RequestSet
    /// Whether the requests are for users that the model does not know, for want of others.
    let madeUpUsers: Bool
    /// Whether every worker was there at the start.
    private let isComplete: Bool

    /// Asks the workers for INFO.
    init(_ list: EndpointList, _ workload: BenchWorkload, users: IDList?) throws {
        let reports = try withPool(of: list, deadline: .seconds(2)) { await $0.info() }
        let answers = reports.compactMap { try? $0.result.get() }
        isComplete = answers.count == reports.count
        // A pool has to cope with missing workers, and the measurement shows how it does.
        let infos = workload.throughPool ? answers : try reports.map { try $0.result.get() }
        if let limit = infos.map(\.limits.candidates).min(), limit < workload.candidates {
            throw CommandFailure(.usage, "--candidates is \(workload.candidates), a worker takes at most \(limit)")
        }
        self.list = list
        do throws(ZMQError) {
            // The workers that were asked: those in a file or behind a name among them.
            endpoints =
                try workload.throughPool
                ? []
                : reports.map { report throws(ZMQError) in
                    let endpoint = try Endpoint(report.endpoint, for: .connecting)
                    return try endpoint.resolve().first ?? endpoint
                }
        } catch {
            throw CommandFailure(.unavailable, error.message)
        }
        let ids = try BenchIDs(infos, users: users, of: list)
        madeUpUsers = ids.hasMadeUpUsers
        requests = RequestSet(candidates: workload.candidates, topK: workload.topK, ids: ids.ids, seed: workload.seed)
    }

    /// Processor seconds and candidates scored of each worker since its start, where all of them tell.
    func usage() throws -> WorkerUsage? {
        guard isComplete else { return nil }
        let reports = try withPool(of: list, deadline: .seconds(5)) { await $0.stats() }
        var usage = WorkerUsage()
        for report in reports {
            guard let counts = try? report.result.get(), let processor = counts["cpu_us"],
                let candidates = counts["candidates"]
            else { return nil }
            usage.seconds += Double(processor) / 1e6
            usage.candidates += Double(candidates)
        }
        return usage
    }
}

/// The processor time and the counts of workers.
struct WorkerUsage: Sendable {
    var seconds = 0.0
    var candidates = 0.0
}
