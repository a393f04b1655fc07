import RankSystem
import Synchronization
import ZMQ

/// A command to the pool's thread from another one.
enum PoolCommand: Sendable {
    /// Start a call; its continuation is resumed once.
    case start(CallRequest, CheckedContinuation<Result<CallOutcome, PoolError>, Never>)
    /// End a call whose task was cancelled.
    case cancel(CallID)
    /// A name was resolved to these addresses.
    case resolved(LinkID, [Endpoint])
    /// A name was not resolved; another attempt follows.
    case unresolved(LinkID, reason: String)
    /// A file or a name has given a list of workers.
    case endpoints([Endpoint], source: Int)
    /// A file is wrong, or a name is not resolved; the last good list stays in use.
    case noEndpoints(String, source: Int)
    /// Return the workers in the list, once every source has given one or this time has come.
    case list(CheckedContinuation<PoolState.Listing, Never>, deadline: Int64)
    /// Return the counters.
    case count(CheckedContinuation<PoolCounters, Never>)
    /// End every call and the thread.
    case shutDown
}

/// A call on its way to the pool's thread.
struct CallRequest: Sendable {
    var id: CallID
    var task: CallTask
    var deadline: Int64
    var allotted: Duration
    var waitsForReady: Bool
}

/// The queue of commands to the pool's thread; any thread may post.
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
    /// - Returns: false if the thread has ended, so that the command will not be read.
    @discardableResult
    func post(_ command: PoolCommand) -> Bool {
        let (isTaken, isFirst) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.commands.append(command)
            return (true, state.commands.count == 1)
        }
        // Only the first command rings the bell: the thread takes all commands at once.
        if isFirst { bell.ring() }
        return isTaken
    }

    /// Takes every command, in order, in exchange for an empty array whose memory the queue reuses.
    func takeAll(into commands: inout [PoolCommand]) {
        state.withLock { state in swap(&state.commands, &commands) }
    }

    /// Refuses commands from now on and returns those that were not taken.
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
