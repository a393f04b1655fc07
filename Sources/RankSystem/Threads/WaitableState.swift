import CLibrary

/// A value that threads change under a lock and wait for.
///
/// Unlike the standard library's `Mutex`, a state can be waited for.
@safe
package final class WaitableState<Value: Sendable>: Sendable {
    // Every access to these happens between a lock and its unlock.
    nonisolated(unsafe) private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    nonisolated(unsafe) private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    nonisolated(unsafe) private var value: Value

    /// Holds a value.
    package init(_ value: Value) {
        unsafe self.value = value
        // https://man7.org/linux/man-pages/man3/pthread_cond_init.3.html
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Changes the value, and lets waiting threads examine it.
    package func update<Result>(_ body: (inout Value) -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        let result = unsafe body(&value)
        unsafe pthread_cond_broadcast(condition)
        unsafe pthread_mutex_unlock(mutex)
        return result
    }

    /// Blocks until `extract` returns a result.
    package func wait<Result>(for extract: (Value) -> Result?) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let result = unsafe extract(value) { return result }
            unsafe pthread_cond_wait(condition, mutex)
        }
    }
}
