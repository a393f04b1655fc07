import CLibrary

/// The signals that a supervisor of processes waits for: requests to end or to reload, ends of children, and an alarm.
package struct SupervisorSignals {
    private var numbers: sigset_t

    /// Blocks the signals in the calling thread and in the threads that it starts, so that they wait for ``next()``.
    package init() {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGALRM] { unsafe sigaddset(&set, signal) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        numbers = set
    }

    /// Waits for the next signal.
    ///
    /// - Returns: Its number; nil if the wait was interrupted.
    package func next() -> Int32? {
        var (set, signal) = (numbers, Int32(0))
        // https://man7.org/linux/man-pages/man3/sigwait.3.html
        return unsafe sigwait(&set, &signal) == 0 ? signal : nil
    }

    /// Sets the alarm, which ends a wait, in place of an earlier one.
    ///
    /// - Parameter nanoseconds: The time until the alarm (ns), at least a millisecond; nil for none.
    package func setAlarm(nanoseconds: UInt64?) {
        var timer = itimerval()
        if let nanoseconds {
            let microseconds = max(nanoseconds / 1_000, 1_000)
            timer.it_value = timeval(
                tv_sec: .init(microseconds / 1_000_000),
                tv_usec: .init(microseconds % 1_000_000)
            )
        }
        // https://man7.org/linux/man-pages/man2/setitimer.2.html
        #if canImport(Glibc)
        unsafe setitimer(__itimer_which_t(0), &timer, nil)
        #else
        unsafe setitimer(ITIMER_REAL, &timer, nil)
        #endif
    }
}
