import RankCore
import RankSystem

/// Runs several worker processes and keeps them running; has no sockets and no thread of its own.
///
/// Each child holds the end of a pipe whose other end is here: when this process ends in any way, the children notice
/// and leave.
public struct Supervisor {
    private let arguments: [[String]]
    private let log: (String) -> Void
    private let patience: UInt64
    private var state: SupervisorState
    private var processes: [SpawnedProcess: Int] = [:]
    private var stopSignals = 0
    private var killTime: UInt64?

    /// Describes the processes without starting them.
    ///
    /// - Parameters:
    ///   - arguments: The command line of each, without the program's name; the program is this one.
    ///   - patience: How long a process may go on after it was asked to leave, in nanoseconds.
    ///   - log: Takes one line for each start and end.
    public init(arguments: [[String]], patience: UInt64, log: @escaping (String) -> Void) {
        self.arguments = arguments
        self.patience = patience
        self.log = log
        state = SupervisorState(count: arguments.count)
    }

    /// Runs the processes until SIGTERM or SIGINT, which is passed on, and all have ended; SIGHUP is passed on, too.
    ///
    /// Call it from the main thread, before anything else starts a thread.
    ///
    /// - Returns: The exit code: 0 if all left as asked.
    /// - Throws: `internalFailure` if there is no pipe.
    public mutating func run() throws(ServiceError) -> Int32 {
        let signals = SupervisorSignals()
        // Neither end lives on in the children, but for the copy of the reading end that each is given.
        let lifeline: Pipe
        do throws(SystemError) {
            lifeline = try Pipe()
        } catch {
            throw ServiceError(.internalFailure, "cannot make a pipe: \(error.reason)", cause: error)
        }
        start(lifeline: lifeline.reading)
        while !state.isFinished {
            signals.setAlarm(nanoseconds: timeToNextStep)
            guard let signal = signals.next() else { continue }
            switch signal {
            case SignalNumber.terminate, SignalNumber.interrupt: stop(signal)
            case SignalNumber.reload: send(signal)
            default: break
            }
            reap()
            if let killTime, MonotonicClock.nanoseconds() >= killTime {
                log("\(counted(processes.count, "process did", "processes did")) not leave in time: killed")
                send(SignalNumber.kill)
                self.killTime = nil
            }
            start(lifeline: lifeline.reading)
        }
        return state.exitCode
    }

    private mutating func start(lifeline: borrowing FileDescriptor) {
        for index in state.due(at: MonotonicClock.nanoseconds()) {
            do throws(ServiceError) {
                let process = try ChildProcess.spawn(arguments[index], lifeline: lifeline)
                processes[process] = index
                log("process \(index) started, pid \(process.id)")
            } catch {
                log("process \(index): \(error.message)")
                note(index, .exited(71))
            }
        }
    }

    /// Takes note of the processes that have ended.
    private mutating func reap() {
        while let (process, end) = SpawnedProcess.nextEnded() {
            if let index = processes.removeValue(forKey: process) { note(index, end) }
        }
    }

    private mutating func note(_ index: Int, _ end: SpawnedProcess.End) {
        let wasStopping = state.isStopping
        let delay = state.ended(index, end, at: MonotonicClock.nanoseconds())
        let what =
            switch end {
            case .exited(let code): "ended with \(code)"
            case .signalled(let signal): "was ended by signal \(signal)"
            }
        let next = delay.map { "; it starts again in \($0 / 1_000_000) ms" } ?? ""
        log("process \(index) \(what)\(next)")
        if state.isStopping, !wasStopping {
            log("process \(index) cannot work with these options and files: the others are stopped")
            stop(SignalNumber.terminate)
        }
    }

    private mutating func stop(_ signal: Int32) {
        state.stop()
        stopSignals += 1
        if killTime == nil { killTime = MonotonicClock.nanoseconds() &+ patience }
        send(signal)
    }

    private func send(_ signal: Int32) {
        for process in processes.keys { process.send(signal) }
    }

    /// The time until the next start or kill (ns); nil if none is due.
    private var timeToNextStep: UInt64? {
        guard let next = [state.nextDue, killTime].compactMap({ $0 }).min() else { return nil }
        let now = MonotonicClock.nanoseconds()
        return next > now ? next - now : 0
    }
}
