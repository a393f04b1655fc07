import RankSystem
import Synchronization

/// A load made of the calls of a client library, as many callers would make them: every call runs in a task of its own,
/// however many are out, in this one process.
///
///     let load = CallLoad { number in
///         do {
///             let list = try await pool.rank(candidates, for: users[number % 64], options: options)
///             return .answered(isPartial: list.isPartial)
///         } catch { return .failed(code: "\(error.code)", message: error.description) }
///     }
///     let result = try load.run(.open(schedule), seconds: 10, deadline: .milliseconds(250))
///
/// Latencies count as ``LoadPattern`` says, to the moment at which the caller's task goes on.
public struct CallLoad: Sendable {
    /// The outcome of a call.
    public enum Outcome: Sendable {
        /// The call was answered.
        case answered(isPartial: Bool)
        /// The call ended with an error of a code; the first message of each code is kept as an example.
        case failed(code: String, message: String)
    }

    /// Makes the call of a number, counted from 1; ends when the call has.
    public typealias Call = @Sendable (_ number: Int) async -> Outcome

    /// The most calls that are out; one whose time comes beyond it is counted as not sent.
    public static let mostOutstanding = 65_536
    private let call: Call
    private let patience: UInt64

    /// A load.
    ///
    /// - Parameters:
    ///   - patience: How long after its deadline a call is given up that does not end.
    ///   - call: Makes one call.
    public init(patience: Duration = .seconds(5), _ call: @escaping Call) {
        self.call = call
        self.patience = UInt64(max(0, min(patience / .nanoseconds(1), 1e15)))
    }

    /// Makes calls, and waits until the last has ended.
    ///
    /// Blocks: it is for a thread of the caller's own, never for a task.
    ///
    /// - Parameters:
    ///   - pattern: When calls are made.
    ///   - seconds: For how long.
    ///   - deadline: What each call is given, by the caller's own doing, and what counts as in time. A call that does
    ///     not end is given up after the load, its deadline and the patience, and counted as `did not end`.
    /// - Returns: What was measured.
    public func run(_ pattern: LoadPattern, seconds: Double, deadline: Duration) -> LoadResult {
        let processor = ProcessorTime.seconds
        let start = MonotonicClock.nanoseconds()
        let end = start &+ UInt64(max(0, min(seconds, 1e6)) * 1e9)
        let ledger = CallLedger(deadline: UInt64(max(0, min(deadline / .nanoseconds(1), 1e15))))
        switch pattern {
        case .open(let schedule): follow(schedule, from: start, to: end, ledger)
        case .closed(let outstanding): repeatCalls(min(outstanding, Self.mostOutstanding), until: end, ledger)
        }
        let limit = end &+ ledger.deadline &+ patience
        var wait = PreciseWait([])
        while ledger.outstanding > 0 {
            let now = MonotonicClock.nanoseconds()
            guard now < limit else { break }
            wait.until(now &+ 500_000, now: now)
        }
        var result = ledger.close()
        result.seconds = Double(end &- start) / 1e9
        result.clientSeconds = ProcessorTime.seconds - processor
        return result
    }

    /// Makes each call when its time has come.
    private func follow(_ plan: ArrivalSchedule, from start: UInt64, to end: UInt64, _ ledger: CallLedger) {
        var schedule = plan
        var wait = PreciseWait([])
        while start &+ schedule.next < end {
            let planned = start &+ schedule.next
            schedule.advance()
            var now = MonotonicClock.nanoseconds()
            while now < planned {
                wait.until(planned, now: now)
                now = MonotonicClock.nanoseconds()
            }
            guard let number = ledger.begin(limit: Self.mostOutstanding) else { continue }
            let call = call
            Task.detached { await ledger.make(call, number, planned: planned) }
        }
    }

    /// Keeps some calls going, each followed by the next.
    private func repeatCalls(_ count: Int, until end: UInt64, _ ledger: CallLedger) {
        for _ in 0..<count {
            guard MonotonicClock.nanoseconds() < end, let first = ledger.begin(limit: Self.mostOutstanding) else {
                return
            }
            let call = call
            Task.detached {
                var number = first
                while true {
                    let isAnswered = await ledger.make(call, number, planned: nil)
                    // A call that fails at once would otherwise be followed by the next at once, without end.
                    if !isAnswered { try? await Task.sleep(for: .milliseconds(1)) }
                    guard MonotonicClock.nanoseconds() < end, let next = ledger.begin(limit: Self.mostOutstanding)
                    else {
                        return
                    }
                    number = next
                }
            }
        }
        var wait = PreciseWait([])
        while case let now = MonotonicClock.nanoseconds(), now < end { wait.until(end, now: now) }
    }
}

/// The outcomes of the calls of a load so far.
private final class CallLedger: Sendable {
    private struct State {
        var result = LoadResult()
        var outstanding = 0
        var isClosed = false
    }

    /// In nanoseconds.
    let deadline: UInt64
    private let state = Mutex(State())

    init(deadline: UInt64) {
        self.deadline = deadline
        state.withLock { $0.result.overrun = 0 }
    }

    /// The number of calls that have begun and not ended.
    var outstanding: Int { state.withLock { $0.outstanding } }

    /// Counts a call whose time has come; its number, or nil where too many are out.
    func begin(limit: Int) -> Int? {
        state.withLock { state in
            state.result.offered += 1
            guard state.outstanding < limit else {
                state.result.errors["not sent: \(limit) calls are out", default: 0] += 1
                return nil
            }
            state.outstanding += 1
            return state.result.offered
        }
    }

    /// Makes a call and counts what comes of it; whether it was answered.
    @discardableResult
    func make(_ call: CallLoad.Call, _ number: Int, planned: UInt64?) async -> Bool {
        let begun = MonotonicClock.nanoseconds()
        let outcome = await call(number)
        let ended = MonotonicClock.nanoseconds()
        return state.withLock { state in
            guard !state.isClosed else { return false }
            state.outstanding -= 1
            state.result.count(outcome, planned: planned ?? begun, begun: begun, ended: ended, deadline: deadline)
            guard case .answered = outcome else { return false }
            return true
        }
    }

    /// Counts what has not ended, and everything that ends from now on as that.
    func close() -> LoadResult {
        state.withLock { state in
            state.isClosed = true
            if state.outstanding > 0 { state.result.errors["did not end", default: 0] += state.outstanding }
            return state.result
        }
    }
}

extension LoadResult {
    /// Counts a call that has ended.
    fileprivate mutating func count(
        _ outcome: CallLoad.Outcome,
        planned: UInt64,
        begun: UInt64,
        ended: UInt64,
        deadline: UInt64
    ) {
        lateness.record(begun &- planned)
        let time = ended &- begun
        // The library's clock starts with the call: a delay before that is not its own.
        if time > deadline { overrun = max(overrun ?? 0, time &- deadline) }
        switch outcome {
        case .answered(let isPartial):
            answered += 1
            if isPartial { partial += 1 }
            latencies.record(ended &- planned)
            if ended &- planned <= deadline { inTime += 1 }
        case .failed(let code, let message):
            errors[code, default: 0] += 1
            if examples[code] == nil { examples[code] = message }
            failureTimes.record(time)
        }
    }
}
