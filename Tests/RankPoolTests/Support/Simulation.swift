import RankCore
import RankPool
import RankProtocol
import TestSupport

/// Workers with a clock of their own kind: each scores one request after another at its speed.
struct Simulation {
    struct Worker {
        /// The µs per candidate.
        var speed: Double
        /// Until when it is busy.
        var busyUntil: Double = 0
    }

    var bench: Bench
    var workers: [Worker]
    private var replies: [(time: Int64, bytes: [UInt8], link: LinkID)] = []
    /// The µs on the way in each direction.
    private let wire: Int64 = 20
    /// The time that each finished call took.
    var latencies: [Int64] = []
    private var starts: [CallID: Int64] = [:]

    init(_ workers: [Worker], configuration: RankPool.Configuration, seed: UInt64 = 1) {
        self.workers = workers
        bench = Bench(workers: workers.count, configuration: configuration, seed: seed)
    }

    /// Keeps so many calls going until a time has passed; returns how many were answered.
    mutating func run(clients: Int, candidates: Int, microseconds: Int64) -> Int {
        let ids = (0..<candidates).map { UInt64($0) }
        var answered = 0
        while bench.now < microseconds {
            for (id, result) in bench.finished {
                if case .success = result {
                    answered += 1
                    latencies.append(bench.now - (starts[id] ?? 0))
                }
                starts[id] = nil
            }
            bench.finished = [:]
            while starts.count < clients { starts[bench.start(ids, deadline: 1_000_000)] = bench.now }
            serve()
            guard let next = replies.indices.min(by: { replies[$0].time < replies[$1].time }) else {
                bench.advance(to: bench.now + 100)
                continue
            }
            let reply = replies.remove(at: next)
            bench.advance(to: reply.time)
            bench.deliver(reply.bytes, from: reply.link)
        }
        return answered
    }

    /// Gives the workers what was sent.
    private mutating func serve() {
        for (request, link) in bench.out {
            guard let flight = bench.state.flights[request],
                let count = bench.state.calls[flight.requester]?.score?.parts[flight.part].candidateCount
            else { continue }
            let arrival = Double(bench.now + wire)
            let start = max(arrival, workers[link.index].busyUntil)
            let compute = 10 + workers[link.index].speed * Double(count)
            workers[link.index].busyUntil = start + compute
            let timings = ScoreTimings(
                queueMicroseconds: UInt32(start - arrival),
                computeMicroseconds: UInt32(compute)
            )
            // A backlog taken when the reply is written would miss the requests in flight on this wire.
            let backlog = UInt32(max(0, workers[link.index].busyUntil - start - compute))
            let bytes = bench.answer(request, link, backlog: backlog, timings: timings)
            replies.append((Int64(start + compute) + wire, bytes, link))
        }
        bench.out = []
    }
}
