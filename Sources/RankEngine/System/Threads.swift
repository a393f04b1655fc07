internal import CRankKernels
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Work that is shared by several threads until it is done.
package enum Threads {
    /// The processors that this process may run on; at least 1.
    package static var available: Int { Int(rank_processors()) }

    /// Calls `body` with every number of 0..<`count`, on up to `threads` threads, this one among them, and returns when
    /// all calls have.
    ///
    /// Threads take numbers in ascending order as they become free, so what a call does must not depend on who makes it.
    /// Where the system gives no more threads, those that there are do the work.
    ///
    /// - Parameters:
    ///   - count: How many numbers there are.
    ///   - threads: How many threads are wanted at most.
    ///   - makeState: What one thread keeps between its calls; called once on each.
    ///   - body: Takes the thread's state and a number.
    package static func share<State>(
        _ count: Int,
        threads: Int,
        makeState: @escaping @Sendable () -> State,
        body: @escaping @Sendable (State, Int) -> Void
    ) {
        let queue = Queue()
        let work: @Sendable () -> Void = {
            guard var item = queue.next(below: count) else { return }
            let state = makeState()
            while true {
                body(state, item)
                guard let next = queue.next(below: count) else { return }
                item = next
            }
        }
        var others: [pthread_t] = []
        for _ in 1..<max(min(threads, count), 1) {
            guard let thread = start(work) else { break }
            others.append(thread)
        }
        work()
        for thread in others { pthread_join(thread, nil) }
    }

    /// Calls `body` on a thread of its own, and returns when it has; on this one where there can be no other.
    package static func hop(_ body: @escaping @Sendable () -> Void) {
        guard let thread = start(body) else { return body() }
        pthread_join(thread, nil)
    }

    /// The numbers that nobody has taken yet.
    private final class Queue: Sendable {
        private let taken = Atomic(0)

        func next(below count: Int) -> Int? {
            let (item, _) = taken.add(1, ordering: .relaxed)
            return item < count ? item : nil
        }
    }

    /// Starts a thread with the scheduling of this one; nil where there can be none.
    private static func start(_ work: @escaping @Sendable () -> Void) -> pthread_t? {
        var attributes = pthread_attr_t()
        // https://man7.org/linux/man-pages/man3/pthread_attr_init.3.html
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        // musl gives new threads 128 KiB, too little for Swift; untouched pages cost nothing.
        unsafe pthread_attr_setstacksize(&attributes, 8 << 20)
        let box = unsafe Unmanaged.passRetained(Work(run: work))
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        // https://man7.org/linux/man-pages/man3/pthread_create.3.html
        let status = unsafe pthread_create(
            &thread,
            &attributes,
            { argument in
                #if canImport(Darwin)
                unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
                #else
                if let argument = unsafe argument {
                    unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
                }
                #endif
                return nil
            },
            box.toOpaque()
        )
        guard status == 0 else {
            unsafe box.release()
            return nil
        }
        return thread
    }

    private final class Work: Sendable {
        let run: @Sendable () -> Void

        init(run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }
}
