import CLibrary

/// A POSIX thread, to be joined or detached once.
@safe
package struct SystemThread: Sendable {
    #if canImport(Darwin)
    nonisolated(unsafe) private let thread: pthread_t
    #else
    private let thread: pthread_t
    #endif

    /// musl gives new threads 128 KiB, too little for Swift; untouched pages cost nothing.
    private static let stackByteCount = 8 << 20

    /// Starts a thread with the scheduling and the signal mask of this one.
    ///
    /// - Parameters:
    ///   - name: The name in debuggers and `ps -L`, of which Linux keeps the first 15 bytes; nil for that of the
    ///     process.
    ///   - body: The thread's work.
    /// - Returns: The thread, running.
    /// - Throws: `resourceExhausted` if the system gives no more threads.
    package static func spawn(
        name: String? = nil,
        _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) -> SystemThread {
        var attributes = pthread_attr_t()
        // https://man7.org/linux/man-pages/man3/pthread_attr_init.3.html
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setstacksize(&attributes, stackByteCount)

        let box = unsafe Unmanaged.passRetained(ThreadBody(name: name, run: body))
        #if canImport(Darwin)
        var thread: pthread_t?
        let status = unsafe pthread_create(&thread, &attributes, { runThreadBody($0) }, box.toOpaque())
        #else
        var thread = pthread_t()
        // https://man7.org/linux/man-pages/man3/pthread_create.3.html
        let status = unsafe pthread_create(&thread, &attributes, { unsafe runThreadBody($0) }, box.toOpaque())
        #endif
        let operation = name.map { "start the thread \($0)" } ?? "start a thread"
        guard status == 0 else {
            unsafe box.release()
            throw .failed(to: operation, call: "pthread_create", errorNumber: status)
        }
        #if canImport(Darwin)
        guard let thread else {
            throw SystemError(.system, "cannot \(operation): the system named none", call: "pthread_create")
        }
        #endif
        return SystemThread(thread: thread)
    }

    private init(thread: pthread_t) { self.thread = thread }

    /// Waits for the thread's end, and releases its resources.
    package func join() { pthread_join(thread, nil) }

    /// Lets the thread release its resources by itself.
    package func detach() { pthread_detach(thread) }

    /// Lets the calling thread sleep; a signal ends the sleep early.
    ///
    /// - Parameter nanoseconds: The time (ns).
    package static func sleep(nanoseconds: UInt64) {
        var rest = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        // https://man7.org/linux/man-pages/man2/nanosleep.2.html
        _ = unsafe nanosleep(&rest, nil)
    }

    /// Lets another thread run that shares the core with the calling one, if one is ready.
    package static func yield() {
        // https://man7.org/linux/man-pages/man2/sched_yield.2.html
        sched_yield()
    }
}

private final class ThreadBody: Sendable {
    let name: String?
    let run: @Sendable () -> Void

    init(name: String?, run: @escaping @Sendable () -> Void) {
        self.name = name
        self.run = run
    }
}

private func runThreadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let body = unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
    if let name = body.name {
        #if canImport(Darwin)
        unsafe pthread_setname_np(name)
        #else
        // Linux refuses longer names.
        unsafe pthread_setname_np(pthread_self(), String(decoding: name.utf8.prefix(15), as: UTF8.self))
        #endif
    }
    body.run()
    return nil
}
