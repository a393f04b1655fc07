import CZMQ

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A POSIX thread, to be joined or detached once.
@safe
struct ThreadIdentifier: Sendable {
    #if canImport(Darwin)
    nonisolated(unsafe) private let thread: pthread_t
    #else
    private let thread: pthread_t
    #endif

    /// musl gives new threads 128 KiB, too little for Swift; untouched pages cost nothing.
    private static let stackByteCount = 8 << 20

    /// Starts a thread.
    ///
    /// - Throws: `resourceExhausted` where the system gives no more threads.
    static func spawn(name: String, _ body: @escaping @Sendable () -> Void) throws(ZMQError) -> ThreadIdentifier {
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
        guard status == 0 else {
            unsafe box.release()
            throw .failed(to: "start the thread \(name)", errorNumber: status)
        }
        #if canImport(Darwin)
        guard let thread else {
            throw ZMQError(code: .system, message: "cannot start the thread \(name): the system named none")
        }
        #endif
        return ThreadIdentifier(thread: thread)
    }

    private init(thread: pthread_t) { self.thread = thread }

    /// Waits for the thread's end, and gives its resources back.
    func join() { pthread_join(thread, nil) }

    /// Lets the thread give its resources back by itself.
    func detach() { pthread_detach(thread) }
}

private final class ThreadBody: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
        self.name = name
        self.run = run
    }
}

private func runThreadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let body = unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
    #if canImport(Darwin)
    unsafe pthread_setname_np(body.name)
    #else
    // Linux refuses a longer name altogether.
    unsafe pthread_setname_np(pthread_self(), String(decoding: body.name.utf8.prefix(15), as: UTF8.self))
    #endif
    body.run()
    return nil
}
