/// Decides when the scoring thread waits, when it looks for wake-ups, and when it receives: pure, with the time as an
/// argument.
///
/// A worker with one bound socket waits in that socket's receive, which takes one system call less than a poll. A
/// worker with several, or one that is leaving, polls the wake-up and all sockets. While there is work, wake-ups are
/// looked for once in 16 turns and requests are received once in a slice.
package struct WorkerPace: Sendable {
    /// The beginning of a turn.
    package enum Wait: Hashable, Sendable {
        /// Go on at once.
        case none
        /// Wait in the receive of the only socket.
        case inReceive
        /// Wait for the wake-up and for the descriptors of all sockets.
        case forNews
    }

    /// The number of turns between two looks at the wake-up.
    package static let stretch = 16

    /// A receive that takes longer has waited, so that the message it returns came alone, in nanoseconds.
    package static let waitingReceive: UInt64 = 5_000

    /// After a longer receive a look at the wake-up adds no noticeable delay, in nanoseconds.
    package static let longReceive: UInt64 = 1_000_000

    /// The turns until the next look.
    private var untilLook = 0

    /// Nothing was left to receive, so that a wait for news ends with the next message.
    private var isDrained = false

    /// The last message came alone: waiting for the next one pays without a look for others.
    private var isAlone = false

    /// The wait with which this turn began.
    private var wait = Wait.none

    /// When this turn began, or when its wait ended, in nanoseconds.
    private var turnStart: UInt64

    /// When messages were received last, waits not counted, in nanoseconds.
    private var lastReceipt: UInt64

    /// The pace of a thread that has done nothing yet.
    ///
    /// - Parameter now: The time, in nanoseconds.
    package init(at now: UInt64) {
        turnStart = now
        lastReceipt = now
    }

    /// Begins a turn.
    ///
    /// - Parameter now: The time, in nanoseconds.
    /// - Returns: How long the thread has worked since the turn before or since its wait, in nanoseconds.
    package mutating func beginTurn(at now: UInt64) -> UInt64 {
        defer { turnStart = now }
        wait = .none
        return now &- turnStart
    }

    /// Decides how the turn begins: a wait needs an empty queue, and nothing left to receive or to look at.
    ///
    /// - Parameters:
    ///   - isEmpty: There is no request to work on.
    ///   - canReceive: The thread may wait in a receive: it has one socket, and is not leaving.
    /// - Returns: The wait.
    package mutating func chooseWait(isEmpty: Bool, canReceive: Bool) -> Wait {
        guard isEmpty, untilLook > 0, isDrained || (isAlone && canReceive) else { return .none }
        wait = canReceive ? .inReceive : .forNews
        return wait
    }

    /// The receive of ``Wait/inReceive`` has ended.
    ///
    /// - Parameters:
    ///   - now: The time, in nanoseconds.
    ///   - isEmpty: There is still no request to work on.
    /// - Returns: Whether its message is all there is. A message that was already queued has others behind it,
    ///   probably: receive them before starting work.
    package mutating func endReceive(at now: UInt64, isEmpty: Bool) -> Bool {
        let waited = endWait(at: now)
        // A wake-up yields no message, so look for one after an empty receive.
        if isEmpty || waited > Self.longReceive { untilLook = 0 }
        return isAlone
    }

    /// The poll of ``Wait/forNews`` has ended, which was a look, too.
    ///
    /// - Parameter now: The time, in nanoseconds.
    package mutating func endPoll(at now: UInt64) {
        _ = endWait(at: now)
        untilLook = Self.stretch
    }

    private mutating func endWait(at now: UInt64) -> UInt64 {
        defer { turnStart = now }
        let waited = now &- turnStart
        isAlone = waited > Self.waitingReceive
        return waited
    }

    /// Whether the wake-up is to be looked at in this turn; call it once a turn.
    package mutating func takeLook() -> Bool {
        let isDue = untilLook == 0
        untilLook = (isDue ? Self.stretch : untilLook) - 1
        return isDue
    }

    /// Whether to receive in this turn: between short requests once in a slice is enough.
    ///
    /// - Parameters:
    ///   - now: The time, in nanoseconds.
    ///   - isEmpty: There is no request to work on.
    /// - Returns: True after a wait, without work, and once in a slice.
    package func receives(at now: UInt64, isEmpty: Bool) -> Bool {
        wait != .none || isEmpty || now &- lastReceipt >= ScoringCostModel.slice
    }

    /// Whether one request is enough: after a poll it is worked on at once, and the others are received later.
    package var takesOnlyFirst: Bool { wait == .forNews }

    /// Messages were received.
    ///
    /// - Parameter now: The time, in nanoseconds.
    package mutating func received(at now: UInt64) {
        lastReceipt = now
    }

    /// Takes note of what the turn received.
    ///
    /// - Parameters:
    ///   - isDrained: Nothing is left to receive.
    ///   - hasRing: A message was the ring of a doorbell, which ends no other wait: look at the wake-up.
    package mutating func note(isDrained: Bool, hasRing: Bool) {
        self.isDrained = isDrained
        if hasRing { untilLook = 0 }
    }

    /// The turn has worked on a request, and may have sent a reply.
    package mutating func worked() {
        // zmq_send may have consumed the edge-triggered event of an incoming message.
        isDrained = false
    }
}
