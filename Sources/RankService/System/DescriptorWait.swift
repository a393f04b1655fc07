import ZMQ

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Waits for a wake-up and for the descriptors of sockets with one system call, where `zmq_poll` makes five.
///
/// A socket's descriptor tells only of news since the last receive that found nothing: receive from every socket until
/// there is nothing, and only then wait. See <https://libzmq.readthedocs.io/en/latest/zmq_getsockopt.html> on `ZMQ_FD`.
struct DescriptorWait {
    private var entries: [pollfd]

    /// Watches a wake-up and sockets.
    ///
    /// - Parameters:
    ///   - wakeUp: The descriptor of the wake-up.
    ///   - sockets: The sockets.
    /// - Throws: `contextTerminated` after a shutdown.
    init(wakeUp: Int32, sockets: [WorkerSocket]) throws(ZMQError) {
        entries = [pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0)]
        for socket in sockets {
            entries.append(pollfd(fd: try socket.socket.fileDescriptor(), events: Int16(POLLIN), revents: 0))
        }
    }

    /// Whether the last wait found the wake-up rung; once for each wait.
    mutating func takeRing() -> Bool {
        defer { entries[0].revents = 0 }
        return entries[0].revents != 0
    }

    /// Waits until there is news or the time is over.
    ///
    /// A signal ends the wait early.
    ///
    /// - Parameter milliseconds: How long; 0 only looks, a negative number waits for ever.
    /// - Returns: Whether there is news.
    mutating func wait(milliseconds: Int32) -> Bool {
        let count = nfds_t(entries.count)
        // https://man7.org/linux/man-pages/man2/poll.2.html
        return unsafe poll(&entries, count, milliseconds) > 0
    }
}
