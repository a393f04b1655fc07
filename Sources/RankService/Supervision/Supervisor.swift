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
    private var processes: [pid_t: Int] = [:]
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
        var set = Self.signals
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else {
            throw ServiceError(.internalFailure, "cannot make a pipe: \(SystemCall.text(of: errno))")
        }
        // The writing end must not live on in the children.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { for end in ends { close(end) } }
        start(lifeline: ends[0])
        while !state.isFinished {
            setAlarm()
            var signal: Int32 = 0
            guard unsafe sigwait(&set, &signal) == 0 else { continue }
            switch signal {
            case SIGTERM, SIGINT: stop(signal)
            case SIGHUP: send(SIGHUP)
            default: break
            }
            reap()
            if let killTime, MonotonicClock.nanoseconds() >= killTime {
                log("\(counted(processes.count, "process did", "processes did")) not leave in time: killed")
                send(SIGKILL)
                self.killTime = nil
            }
            start(lifeline: ends[0])
        }
        return state.exitCode
    }

    private mutating func start(lifeline: Int32) {
        for index in state.due(at: MonotonicClock.nanoseconds()) {
            do throws(ServiceError) {
                let process = try ChildProcess.spawn(arguments[index], lifeline: lifeline)
                processes[process] = index
                log("process \(index) started, pid \(process)")
            } catch {
                log("process \(index): \(error.message)")
                note(index, .exited(71))
            }
        }
    }

    /// Takes note of the processes that have ended.
    private mutating func reap() {
        while true {
            var status: Int32 = 0
            // https://man7.org/linux/man-pages/man2/waitpid.2.html
            let process = unsafe waitpid(-1, &status, WNOHANG)
            guard process > 0 else { return }
            guard let index = processes.removeValue(forKey: process) else { continue }
            let signal = status & 0x7F
            note(index, signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal))
        }
    }

    private mutating func note(_ index: Int, _ end: SupervisorState.End) {
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
            stop(SIGTERM)
        }
    }

    private mutating func stop(_ signal: Int32) {
        state.stop()
        stopSignals += 1
        if killTime == nil { killTime = MonotonicClock.nanoseconds() &+ patience }
        send(signal)
    }

    private func send(_ signal: Int32) {
        for process in processes.keys { kill(process, signal) }
    }

    /// Sets SIGALRM for the next start or kill.
    private func setAlarm() {
        let times = [state.nextDue, killTime].compactMap { $0 }
        var timer = itimerval()
        if let next = times.min() {
            let now = MonotonicClock.nanoseconds()
            let microseconds = max(next > now ? (next - now) / 1_000 : 0, 1_000)
            timer.it_value = timeval(
                tv_sec: .init(microseconds / 1_000_000),
                tv_usec: .init(microseconds % 1_000_000)
            )
        }
        #if canImport(Glibc)
        unsafe setitimer(__itimer_which_t(0), &timer, nil)
        #else
        unsafe setitimer(ITIMER_REAL, &timer, nil)
        #endif
    }

    static var signals: sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGALRM] { unsafe sigaddset(&set, signal) }
        return set
    }
}
