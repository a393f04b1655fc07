import CZMQ
import Synchronization

/// Reports the events of one socket's connections: connected, refused, lost, not admitted.
///
/// ```swift
/// var monitor = try SocketMonitor(socket)
/// let slot = poller.add(monitor)
/// while let event = try monitor.next() { ... }
/// ```
///
/// To be attached before the first bind or connect, or early events are missed. Belongs to the thread of its socket;
/// the two may be closed in either order. Events wait without a limit, because libzmq's I/O thread would stall on one:
/// read them in every round of the loop.
public struct SocketMonitor: ~Copyable {
    /// The end of the pair that events arrive at.
    let events: Socket

    private let monitored: SocketHandle
    private var head: Message
    private var address: Message

    /// Starts to watch a socket.
    ///
    /// - Parameter socket: The socket, watched until either is closed.
    /// - Throws: `invalidOperation` for a socket that has a monitor; `resourceExhausted` at the context's number of
    ///   sockets, of which this takes two.
    public init(_ socket: borrowing Socket) throws(ZMQError) {
        self = try SocketMonitor.make(socket)
    }

    private init(events: consuming Socket, monitored: SocketHandle) {
        self.events = events
        self.monitored = monitored
        self.head = Message()
        self.address = Message()
    }

    /// Apart from the initialiser, which could not end a monitor that is only half set up.
    private static func make(_ socket: borrowing Socket) throws(ZMQError) -> SocketMonitor {
        guard !socket.handle.isMonitored else {
            throw ZMQError(code: .invalidOperation, message: "the \(socket.type) socket has a monitor already")
        }
        var settings = SocketSettings.client(maximumMessageSize: -1)
        settings.receiveHighWaterMark = 0
        let monitor = SocketMonitor(
            events: try Socket(.pair, in: socket.context, settings: settings),
            monitored: socket.handle
        )
        let number = monitorCount.add(1, ordering: .relaxed).newValue
        let endpoint = Endpoint(address: .inproc(name: "socket-monitor-\(number)"))
        // https://libzmq.readthedocs.io/en/latest/zmq_socket_monitor.html
        let result = retryingInterrupts {
            unsafe zmq_socket_monitor(socket.handle.pointer, endpoint.description, ZMQ_EVENT_ALL)
        }
        guard result == 0 else { throw .failed(to: "monitor a \(socket.type) socket") }
        socket.handle.isMonitored = true
        try monitor.events.connect(endpoint)
        return monitor
    }

    deinit { monitored.stopMonitoring() }

    /// Ends the monitor now, and drops its unread events; the end of its scope does the same.
    public consuming func close() {}

    /// The descriptor to wait on, which reports only events since the last ``next()`` that found none.
    ///
    /// - Returns: The descriptor; never read it, write it or close it.
    /// - Throws: `contextTerminated` after a shutdown.
    public func fileDescriptor() throws(ZMQError) -> Int32 { try events.fileDescriptor() }

    /// Takes the next event, without waiting.
    ///
    /// - Returns: The event, or `nil` if there is none now.
    /// - Throws: `contextTerminated` after a shutdown.
    public mutating func next() throws(ZMQError) -> SocketEvent? {
        guard try events.receive(into: &head) else { return nil }
        // The frames of one message arrive together.
        guard head.hasMore, try events.receive(into: &address), head.byteCount == 6 else {
            throw ZMQError(code: .system, message: "libzmq sent a malformed monitor event")
        }
        let event = unsafe head.bytes.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt16.self)
        let value = unsafe head.bytes.unsafeLoadUnaligned(fromByteOffset: 2, as: UInt32.self)
        let text = unsafe address.withUnsafeBytes { bytes in unsafe String(decoding: bytes, as: UTF8.self) }
        return SocketEvent(kind: SocketEvent.Kind(event: event, value: value), address: text)
    }
}

/// Gives each monitor an inproc name of its own within the process.
private let monitorCount = Atomic<UInt64>(0)
