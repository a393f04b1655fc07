import RankProtocol
import RankSystem
import ZMQ

/// A load that is under way: the requests to send, and the counts so far.
struct ActiveLoad {
    private(set) var pattern: LoadPattern
    var requests: RequestSet
    var result = LoadResult()
    let remainingMicroseconds: UInt32
    /// The time from its sending after which a request is given up (nanoseconds).
    let patience: UInt64
    private let deadline: UInt64
    private var nextCheck: UInt64 = 0

    init(pattern: LoadPattern, requests: RequestSet, deadline: Duration) {
        self.pattern = pattern
        self.requests = requests
        let nanoseconds = max(0, min(deadline / .nanoseconds(1), 1e15))
        self.deadline = UInt64(nanoseconds)
        remainingMicroseconds = UInt32(clamping: min(self.deadline / 1_000, UInt64(UInt32.max - 1)))
        patience = self.deadline &+ 1_000_000_000
    }

    /// The planned time of the next request, or the end.
    func nextSend(start: UInt64, now: UInt64, end: UInt64) -> UInt64 {
        guard now < end, case .open(let schedule) = pattern else { return .max }
        return start &+ schedule.next
    }

    mutating func advance() {
        guard case .open(var schedule) = pattern else { return }
        schedule.advance()
        pattern = .open(schedule)
    }

    mutating func count(_ error: String, times: Int = 1) {
        result.errors[error, default: 0] += times
    }

    /// Counts the requests whose time came and that this client was too slow to send.
    mutating func countUnsent(until end: UInt64) {
        guard case .open(var schedule) = pattern else { return }
        while schedule.next < end {
            schedule.advance()
            result.offered += 1
            count("not sent: this client fell behind")
        }
    }

    /// Counts a reply.
    mutating func take(_ message: borrowing Message, _ table: inout RequestsInFlight, _ links: inout [LoadLink]) {
        let now = MonotonicClock.nanoseconds()
        do throws(ProtocolError) {
            let frame = try ReplyFrame(decoding: message.bytes, maxBytes: .max)
            guard let entry = table.remove(frame.header.id.rawValue) else { return }
            links[entry.link].outstanding -= 1
            guard frame.header.kind == .score else {
                count("\(frame.header.status)")
                return
            }
            let reply = try frame.score()
            var queries = reply.makeQueries()
            if let query = queries.next(), query.flags.contains(.partial) { result.partial += 1 }
            let latency = now &- entry.start
            result.latencies.record(latency)
            result.answered += 1
            if latency <= deadline { result.inTime += 1 }
        } catch {
            count("malformed reply: \(error.message)")
        }
    }

    /// Gives up, a few times a second, what has waited too long.
    mutating func giveUpLate(_ table: inout RequestsInFlight, _ links: inout [LoadLink], now: UInt64) {
        guard now >= nextCheck, now > patience else { return }
        nextCheck = now &+ 100_000_000
        giveUp(&table, &links, sentBefore: now &- patience)
    }

    /// Counts requests without an answer.
    mutating func giveUp(_ table: inout RequestsInFlight, _ links: inout [LoadLink], sentBefore time: UInt64) {
        guard table.count > 0 else { return }
        for (index, number) in table.giveUp(sentBefore: time, links: links.count).enumerated() where number > 0 {
            links[index].outstanding -= number
            count("no answer", times: number)
        }
    }
}
