import Synchronization
import ZMQ

/// What other threads ask of the pool's thread.
enum PoolCommand: Sendable {
    /// Start a call; its continuation is resumed once.
    case start(CallRequest, CheckedContinuation<Result<CallOutcome, PoolError>, Never>)
    /// End a call whose task was cancelled.
    case cancel(CallID)
    /// A name was resolved to these addresses.
    case resolved(LinkID, [Endpoint])
    /// A name was not resolved; another attempt follows.
    case unresolved(LinkID, reason: String)
    /// A file or a name says where the workers are.
    case endpoints([Endpoint], source: Int)
    /// A file is wrong, or a name is not resolved; what was said last stays true.
    case noEndpoints(String, source: Int)
    /// Tell the workers in the list, once every source has spoken or this time has come.
    case list(CheckedContinuation<PoolState.Listing, Never>, deadline: Int64)
    /// Tell what has been done.
    case count(CheckedContinuation<PoolCounters, Never>)
    /// End every call and the thread.
    case shutDown
}

/// A call as it is handed over.
struct CallRequest: Sendable {
    var id: CallID
    var task: CallTask
    var deadline: Int64
    var allotted: Duration
    var waitsForReady: Bool
}

/// The way into the pool's thread, from any other.
final class CommandQueue: Sendable {
    private struct State {
        var commands: [PoolCommand] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let bell: WakeUp.Bell

    init(bell: WakeUp.Bell) {
        self.bell = bell
    }

    /// Hands a command over and wakes the thread.
    ///
    /// - Returns: false where the thread has ended and nobody will read the command.
    @discardableResult
    func post(_ command: PoolCommand) -> Bool {
        let (isTaken, isFirst) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.commands.append(command)
            return (true, state.commands.count == 1)
        }
        // The others find the bell rung already: the thread takes all commands at once.
        if isFirst { bell.ring() }
        return isTaken
    }

    /// Takes every command, in order, into an empty array whose memory the queue goes on with.
    func takeAll(into commands: inout [PoolCommand]) {
        state.withLock { state in swap(&state.commands, &commands) }
    }

    /// Refuses commands from now on and returns those that nobody took.
    func close() -> [PoolCommand] {
        state.withLock { state in
            state.isClosed = true
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// Whether the thread has ended.
    var isClosed: Bool { state.withLock { $0.isClosed } }
}
