import Synchronization

/// Sharing of numbered pieces of work among threads.
package enum WorkSharing {
    /// Calls `body` with every number of 0..<`count` on up to `threads` threads, this one included, and returns after
    /// the last call.
    ///
    /// Threads take numbers in ascending order as they become free, so the effect of a call must not depend on its
    /// thread. If the system gives fewer threads, those do the work.
    ///
    /// - Parameters:
    ///   - count: The number of calls.
    ///   - threads: The most threads to use.
    ///   - makeState: Makes the state that a thread keeps between its calls; called once on each thread.
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
        var others: [SystemThread] = []
        for _ in 1..<max(min(threads, count), 1) {
            guard let thread = try? SystemThread.spawn(work) else { break }
            others.append(thread)
        }
        work()
        for thread in others { thread.join() }
    }

    /// Calls `body` on a thread of its own and waits for it; on this thread if the system gives no other.
    package static func hop(_ body: @escaping @Sendable () -> Void) {
        guard let thread = try? SystemThread.spawn(body) else { return body() }
        thread.join()
    }

    /// The numbers that no thread has taken yet.
    private final class Queue: Sendable {
        private let taken = Atomic(0)

        func next(below count: Int) -> Int? {
            let (item, _) = taken.add(1, ordering: .relaxed)
            return item < count ? item : nil
        }
    }
}
