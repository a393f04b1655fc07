import RankSystem
public import ZMQ

/// A client that does nothing but load workers: one thread, a socket each, no retries, no allocation per request.
///
///     var generator = try LoadGenerator([Endpoint("tcp://127.0.0.1:7000", for: .connecting)])
///     let schedule = ArrivalSchedule(rate: 5_000, spacing: .poisson, seed: 42)
///     let result = try generator.run(.open(schedule), requests, seconds: 10, deadline: .milliseconds(250))
///     print(result.latencies.value(at: 0.99))
///
/// A request goes to the worker with the fewest out. Belongs to the thread that made it.
public struct LoadGenerator: ~Copyable {
    private var links: [LoadLink]
    private var wait: PreciseWait
    private var table = RequestsInFlight(capacity: 1 << 16)
    private var message = Message()
    private var turn = 0

    /// Connects to workers.
    ///
    /// - Parameters:
    ///   - endpoints: Numeric endpoints.
    ///   - maximumReplyBytes: A larger reply cuts the connection.
    /// - Throws: ``LoadError/Code/transport``.
    public init(_ endpoints: [Endpoint], maximumReplyBytes: Int = 64 << 20) throws(LoadError) {
        do throws(ZMQError) {
            let context = try Context()
            let links = try endpoints.map { endpoint throws(ZMQError) in
                try LoadLink(to: endpoint, in: context, maximumReplyBytes: maximumReplyBytes)
            }
            let descriptors = try links.map { link throws(ZMQError) in try link.socket.fileDescriptor() }
            self.init(links, PreciseWait(descriptors))
        } catch {
            throw LoadError(.transport, error.message)
        }
    }

    private init(_ links: [LoadLink], _ wait: PreciseWait) {
        self.links = links
        self.wait = wait
    }

    /// Loads the workers and waits for the last replies.
    ///
    /// - Parameters:
    ///   - pattern: When requests leave.
    ///   - requests: What is sent, in turn.
    ///   - seconds: For how long.
    ///   - deadline: What each request allows its worker, and what counts as in time. A request without an answer for
    ///     a second beyond it is counted as unanswered.
    /// - Returns: What was measured.
    /// - Throws: ``LoadError/Code/transport``, when the transport itself fails.
    public mutating func run(
        _ pattern: LoadPattern,
        _ requests: RequestSet,
        seconds: Double,
        deadline: Duration
    ) throws(LoadError) -> LoadResult {
        var load = ActiveLoad(pattern: pattern, requests: requests, deadline: deadline)
        let processor = ProcessorTime.seconds
        let start = MonotonicClock.nanoseconds()
        let end = start &+ UInt64(max(0, min(seconds, 1e6)) * 1e9)
        do throws(ZMQError) {
            var now = start
            while true {
                if now < end { try send(&load, start: start, now: now) }
                let isIdle = try !receive(&load)
                now = MonotonicClock.nanoseconds()
                if now >= end, table.count == 0 || now > end &+ load.patience { break }
                if isIdle {
                    load.giveUpLate(&table, &links, now: now)
                    wait.until(min(load.nextSend(start: start, now: now, end: end), now &+ 10_000_000), now: now)
                    now = MonotonicClock.nanoseconds()
                }
            }
        } catch {
            throw LoadError(.transport, "the load ended early: \(error.message)")
        }
        load.giveUp(&table, &links, sentBefore: .max)
        load.countUnsent(until: end &- start)
        load.result.seconds = Double(end &- start) / 1e9
        load.result.clientSeconds = ProcessorTime.seconds - processor
        return load.result
    }

    private mutating func send(_ load: inout ActiveLoad, start: UInt64, now: UInt64) throws(ZMQError) {
        // The bound leaves replies their turn when many requests are due at once.
        for _ in 0..<32 {
            let planned: UInt64
            switch load.pattern {
            case .closed(let outstanding):
                guard table.count < outstanding else { return }
                planned = MonotonicClock.nanoseconds()
            case .open(let schedule):
                planned = start &+ schedule.next
                guard planned <= now else { return }
                load.advance()
            }
            try send(&load, planned: planned)
        }
    }

    private mutating func send(_ load: inout ActiveLoad, planned: UInt64) throws(ZMQError) {
        load.result.offered += 1
        let link = leastLoaded
        let sent = MonotonicClock.nanoseconds()
        guard let id = table.insert(start: planned, sent: sent, link: link) else {
            load.count("not sent: \(table.count) requests are out")
            return
        }
        load.result.lateness.record(sent &- planned)
        let index = load.requests.prepare(
            load.result.offered,
            id: id,
            remainingMicroseconds: load.remainingMicroseconds
        )
        let frame = load.requests.frames[index]
        let outcome = try links[link].socket.send(copying: frame.span.bytes)
        if outcome == .sent {
            links[link].outstanding += 1
        } else {
            _ = table.remove(id)
            load.count("not sent: the worker's queue is full, or it is not connected")
            // A closed loop would try again at once, without end.
            if case .closed = load.pattern { wait.until(sent &+ 1_000_000, now: sent) }
        }
    }

    private var leastLoaded: Int {
        mutating get {
            turn = turn + 1 < links.count ? turn + 1 : 0
            var best = turn
            for index in links.indices where links[index].outstanding < links[best].outstanding { best = index }
            return best
        }
    }

    /// Takes what has arrived, up to a bound; whether there was anything.
    private mutating func receive(_ load: inout ActiveLoad) throws(ZMQError) -> Bool {
        var isAny = false
        for index in links.indices {
            for _ in 0..<32 {
                guard try links[index].socket.receive(into: &message) else { break }
                isAny = true
                while message.hasMore, try links[index].socket.receive(into: &message) {}
                load.take(message, &table, &links)
            }
        }
        return isAny
    }
}
