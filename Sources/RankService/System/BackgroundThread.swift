#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How a thread gets out of the way of those that serve.
enum BackgroundThread {
    #if os(Linux)
    /// `SCHED_IDLE` of `<sched.h>`, which is a macro that Swift does not see.
    private static let idlePolicy: Int32 = 5
    #endif

    /// Lets the calling thread run where no other one wants to: it goes on more slowly on a busy machine, and whoever
    /// serves is not held up by it.
    ///
    /// On Linux a thread of this policy gives way at once and keeps a share of 0.3 % of a core that is never idle.
    /// Where the system refuses, as musl always does, the thread stays as it is.
    static func begin() {
        #if os(Linux)
        var parameters = sched_param()
        // https://man7.org/linux/man-pages/man7/sched.7.html; 0 is the calling thread.
        _ = unsafe sched_setscheduler(0, idlePolicy, &parameters)
        #elseif canImport(Darwin)
        // https://developer.apple.com/library/archive/documentation/Performance/Conceptual/power_efficiency_guidelines_osx/
        _ = pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0)
        #endif
    }
}
