import RankCore
import RankEngine
import RankProtocol
import ZMQ

/// Receives requests, lets them wait in fair queues, works on them slice by slice, and answers them.
///
/// Between two slices ``receive(at:onlyFirst:clock:)`` takes in new messages, and ``work(at:clock:)`` chooses the next
/// request to work on. Belongs to the worker's thread; allocates nothing for a request.
final class Scheduler {
    /// The most messages received from one socket between two slices.
    ///
    /// Far more than arrive in a slice: messages that are not received wait unseen, and would be answered too late.
    private static let burst = 256

    /// After how many of them the time is looked up again.
    private static let stampedTogether = 16

    let inbox = Inbox(capacity: Admission.capacity)
    let sockets: [WorkerSocket]
    let state: WorkerState
    // Unchecked here and in every part that a request passes through: one thread uses them, and none of these parts
    // refers to its owner, so that no access can begin within another one. Checking was a fifth of a request's work.
    @safe @exclusivity(unchecked) var handler: RequestHandler
    @safe @exclusivity(unchecked) var queue = FairQueue(capacity: Admission.capacity)
    @safe @exclusivity(unchecked) var costs: ScoringCosts
    let jobs = JobPool()
    let admission: Admission

    /// When a request was refused last because too much waits, in nanoseconds; nil before the first time.
    var lastRefusal: UInt64?

    /// The model before, while lists that it began are in work, and how many of them there are.
    private var retiring: ServedModel?
    private var retiringJobs = 0
    private let retire: (consuming ServedModel) -> Void

    /// Prepares to work.
    ///
    /// - Parameters:
    ///   - handler: The handler that answers requests.
    ///   - sockets: The sockets that requests come from.
    ///   - state: The state that the parts of the worker share.
    ///   - admission: The limits beyond which a request is refused.
    ///   - retire: Takes back a model that is no longer used.
    init(
        handler: consuming RequestHandler,
        sockets: [WorkerSocket],
        state: WorkerState,
        admission: Admission,
        retire: @escaping (consuming ServedModel) -> Void
    ) {
        costs = ScoringCosts(hint: handler.model.info.costHint)
        self.handler = handler
        self.sockets = sockets
        self.state = state
        self.admission = admission
        self.retire = retire
    }

    /// Whether there is nothing to work on.
    var isEmpty: Bool { queue.count == 0 }

    /// The result of ``receive(at:onlyFirst:clock:)``.
    struct Receipt {
        /// The number of messages.
        var count = 0
        /// Whether every socket was left with nothing to receive.
        var isDrained = true
        /// Whether one of them was empty, as a ring is.
        var hasProbe = false
    }

    /// Waits for a message of the only socket, and answers it if it need not wait for others.
    ///
    /// Waits as long as the socket's time-out says. One request is enough after idleness: work on it begins at once,
    /// and the messages behind it are received later.
    ///
    /// - Parameter clock: The time, in nanoseconds.
    /// - Returns: The messages found.
    /// - Throws: `contextTerminated` after a shutdown.
    func receiveFirst(clock: () -> UInt64) throws(ZMQError) -> Receipt {
        var receipt = Receipt()
        guard let place = try inbox.receive(from: sockets[0].socket, source: 0, waiting: .allowed) else {
            return receipt
        }
        receipt.count = 1
        receipt.isDrained = false
        inbox[place].arrival = clock()
        if try takeIn(place) == .settled { inbox.release(place) }
        return receipt
    }

    /// Receives messages that have arrived, up to a bound, and answers those that need not wait.
    ///
    /// Never waits.
    ///
    /// - Parameters:
    ///   - start: The time now, in nanoseconds.
    ///   - onlyFirst: Whether one request is enough, as after idleness.
    ///   - clock: The time, in nanoseconds.
    /// - Returns: The messages found.
    /// - Throws: `contextTerminated` after a shutdown.
    func receive(at start: UInt64, onlyFirst: Bool, clock: () -> UInt64) throws(ZMQError) -> Receipt {
        var receipt = Receipt()
        var time = start
        for source in sockets.indices {
            var budget = Self.burst
            var hasMore = true
            while hasMore, budget > 0, inbox.hasRoom, queue.byteCount < Admission.byteLimit {
                let socket = sockets[source]
                guard let place = try inbox.receive(from: socket.socket, source: source) else {
                    hasMore = false
                    break
                }
                receipt.count += 1
                budget -= 1
                if receipt.count % Self.stampedTogether == 0 { time = clock() }
                inbox[place].arrival = time
                if inbox[place].verdict == .probe { receipt.hasProbe = true }
                switch try takeIn(place) {
                case .settled:
                    inbox.release(place)
                case .queued where onlyFirst:
                    receipt.isDrained = false
                    return receipt
                case .queued:
                    break
                }
            }
            if hasMore { receipt.isDrained = false }
        }
        return receipt
    }

    /// Lets replies tell how much waits, the request in work not counted.
    func noteLoad(besides cost: UInt64 = 0) {
        state.queueDepth = queue.count - jobs.inUse
        state.backlog = queue.backlog - min(cost, queue.backlog)
    }

    /// Sends a reply to where its message came from, or counts that it could not be sent.
    ///
    /// Never waits.
    func send(_ reply: borrowing FrameWriter, answering message: ReceivedMessage) throws(ZMQError) -> SendOutcome {
        state.counters.count(.replies)
        let outcome = try message.answer(reply.bytes, through: sockets[message.source].socket)
        if outcome != .sent { state.counters.count(.unsent) }
        return outcome
    }

    /// Takes a request out of the queue and gives its memory back.
    func remove(_ place: Int) {
        queue.remove(place)
        if let job = inbox[place].job {
            if let retiring, job.model === retiring { retiringJobs -= 1 }
            jobs.give(job)
        }
        inbox.release(place)
        if retiringJobs == 0 { finishRetiring() }
    }

    /// Scores requests that begin from now on with another model.
    ///
    /// Only after the model before the last one was given back. The model before is given back once the lists that it
    /// began are done.
    func adopt(_ model: ServedModel) {
        retiring = handler.adopt(model)
        retiringJobs = jobs.inUse
        if retiringJobs == 0 { finishRetiring() }
    }

    private func finishRetiring() {
        // Handed on and not kept: the last owner frees its memory, which must not be this thread.
        if let model = retiring.take() { retire(consume model) }
    }

    /// Drops every waiting request of a client that has gone.
    func drop(client: UInt64) {
        while let place = queue.first(of: client, where: { _ in true }) {
            remove(place)
            state.counters.count(.abandoned)
        }
    }

    /// Counts the waiting requests as left without an answer.
    func abandonAll() {
        state.counters.count(.abandoned, UInt64(queue.count))
    }
}
