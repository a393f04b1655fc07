import CZMQ

/// A libzmq context: the I/O thread and the sockets of one process.
///
/// One context serves a whole process, and every thread may use it. Each ``Socket`` keeps its context alive, so the
/// context ends after its last socket. That end waits until the closed sockets have sent what they hold, at most as
/// long as their `linger` allows; with the presets of ``SocketSettings`` that is bounded.
///
/// Never `fork` after a context exists: the child inherits descriptors whose threads it does not have.
@safe
public final class Context: Sendable {
    /// The context in C.
    ///
    /// The pointer never changes, and libzmq's contexts are thread-safe.
    nonisolated(unsafe) let pointer: UnsafeMutableRawPointer

    /// Starts a context.
    ///
    /// - Parameters:
    ///   - ioThreads: The number of threads that move bytes. A second one never made a ranking service faster.
    ///   - maximumSockets: The most sockets that may be open at a time, monitors included.
    /// - Throws: `invalidOption` for a count below one, `resourceExhausted` if descriptors ran out.
    public init(ioThreads: Int32 = 1, maximumSockets: Int32 = 1_023) throws(ZMQError) {
        guard ioThreads > 0, maximumSockets > 0 else {
            throw ZMQError(
                code: .invalidOption,
                message: "a context needs at least one I/O thread and one socket, "
                    + "not \(ioThreads) and \(maximumSockets)"
            )
        }
        // https://libzmq.readthedocs.io/en/latest/zmq_ctx_new.html
        guard let pointer = unsafe zmq_ctx_new() else { throw .failed(to: "make a context") }
        unsafe self.pointer = pointer
        // https://libzmq.readthedocs.io/en/latest/zmq_ctx_set.html
        guard unsafe zmq_ctx_set(pointer, ZMQ_IO_THREADS, ioThreads) == 0 else {
            throw .failed(to: "set the context's I/O threads to \(ioThreads)")
        }
        guard unsafe zmq_ctx_set(pointer, ZMQ_MAX_SOCKETS, maximumSockets) == 0 else {
            throw .failed(to: "set the context's number of sockets to \(maximumSockets)")
        }
    }

    deinit {
        // https://libzmq.readthedocs.io/en/latest/zmq_ctx_term.html
        _ = retryingInterrupts { unsafe zmq_ctx_term(pointer) }
    }

    /// Ends every blocking call on the context's sockets, now and later, with `contextTerminated`.
    ///
    /// The hard stop: the sockets remain to be closed by the threads that own them. May be called on any thread, and
    /// more than once.
    public func shutdown() {
        // https://libzmq.readthedocs.io/en/latest/zmq_ctx_shutdown.html
        _ = retryingInterrupts { unsafe zmq_ctx_shutdown(pointer) }
    }
}
