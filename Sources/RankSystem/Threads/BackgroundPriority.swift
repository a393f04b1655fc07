import CLibrary

/// The priority of threads that work in the background of a server.
package enum BackgroundPriority {
    #if os(Linux)
    /// `SCHED_IDLE` of `<sched.h>`, which is a macro that Swift does not see.
    private static let idlePolicy: Int32 = 5
    #endif

    /// Lets the calling thread run only when no other thread wants to.
    ///
    /// On a busy machine the thread runs more slowly, and does not delay threads that serve. On Linux a thread of this
    /// policy is preempted at once and keeps a share of 0.3 % of a core that is never idle. If the system refuses, as
    /// musl always does, the priority stays.
    package static func enter() {
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
