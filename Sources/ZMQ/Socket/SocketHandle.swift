import CZMQ

/// The libzmq socket behind a ``Socket``, which a ``Poller`` or a ``SocketMonitor`` may outlive.
///
/// Not `Sendable`: a handle stays on the thread of its socket.
@safe
final class SocketHandle {
    /// The socket in C; valid while `isOpen`.
    let pointer: UnsafeMutableRawPointer

    /// Whether the socket has not been closed.
    private(set) var isOpen = true

    /// Whether libzmq sends this socket's events to a monitor.
    var isMonitored = false

    /// The locks of the ipc paths that the socket is bound to.
    var pathLocks: [PathLock] = []

    /// Takes over a socket that was just made.
    init(_ pointer: UnsafeMutableRawPointer) {
        unsafe self.pointer = pointer
    }

    deinit { close() }

    /// Closes the socket; queued messages are sent for as long as `linger` allows.
    ///
    /// May be called more than once.
    func close() {
        guard isOpen else { return }
        isOpen = false
        stopMonitoring()
        // https://libzmq.readthedocs.io/en/latest/zmq_close.html
        unsafe zmq_close(pointer)
        pathLocks.removeAll()
    }

    /// Ends the events to the monitor.
    ///
    /// A monitor closed before this stalls libzmq's I/O thread.
    func stopMonitoring() {
        guard isMonitored else { return }
        isMonitored = false
        // https://libzmq.readthedocs.io/en/latest/zmq_socket_monitor.html
        _ = retryingInterrupts { unsafe zmq_socket_monitor(pointer, nil, 0) }
    }
}
