#if os(Linux)
import CLibrary

/// Keeps libzmq from accepting connections, or lets it accept one at a time.
///
/// Open connections stay, and new ones wait in the system's queue.
///
/// libzmq offers no such call. At the limit of descriptors its I/O thread tries to accept the same tcp connection again
/// and again, and an ipc connection ends the process (4.3.4, `ipc_listener.cpp`). The gate instead changes when the
/// system reports new connections to that thread: of the sets of descriptors that the process waits on (epoll), those
/// that hold a listening socket are looked up in `/proc/self/fdinfo`, and the events requested for that socket are
/// changed. No memory of libzmq is touched, and the port stays bound.
///
/// May be used from any thread, but only while the listening socket is open: afterwards its descriptor may belong to
/// another file.
@safe
package struct ListenerGate: Sendable {
    private struct Listener: Sendable {
        /// The epoll instance, and the descriptor in it.
        var set: Int32
        var descriptor: Int32
        /// The data by which libzmq knows the descriptor, and the events that it requests.
        var data: UInt64
        var events: UInt32
    }

    /// The most that is read of one set: 78 bytes for each descriptor, of which the system allows 2^30 (bytes).
    private static let largestFile = 1 << 40

    private var listeners: [Listener]

    /// The number of listening sockets that were found.
    package var count: Int { listeners.count }

    /// The descriptors of the listening sockets, readable while a connection waits.
    package var descriptors: [Int32] { listeners.map(\.descriptor) }

    /// Finds the listening sockets at some endpoints.
    ///
    /// libzmq's thread may take a moment after a bind before its set holds the socket: try again if some are missing.
    /// Uses one descriptor at a time.
    ///
    /// - Parameter endpoints: The endpoints that the binds returned.
    /// - Complexity: O(*n*) in the number of the process's descriptors.
    package init(endpoints: [String]) {
        listeners = []
        let wanted = Set(endpoints)
        for set in Self.numbers(in: "/proc/self/fd") where Self.isEpoll(set) {
            for line in Self.lines(of: "/proc/self/fdinfo/\(set)") {
                guard let listener = Self.listener(line, in: set), let name = Self.name(of: listener.descriptor),
                    wanted.contains(name)
                else { continue }
                listeners.append(listener)
            }
        }
    }

    /// Accepts no more connections from now on.
    ///
    /// - Returns: Whether every listener was changed.
    @discardableResult
    package func close() -> Bool { listeners.allSatisfy { Self.want(0, of: $0) } }

    /// Accepts the next connection, and no more.
    ///
    /// Until that connection has come, another call changes nothing.
    ///
    /// - Parameter index: The index of the listening socket, from 0 on.
    /// - Returns: Whether the listener was changed.
    @discardableResult
    package func admit(at index: Int) -> Bool {
        Self.want(listeners[index].events | EPOLLONESHOT.rawValue, of: listeners[index])
    }

    /// Accepts connections again, the waiting ones first.
    ///
    /// - Returns: Whether every listener was changed.
    @discardableResult
    package func open() -> Bool { listeners.allSatisfy { Self.want($0.events, of: $0) } }

    private static func want(_ events: UInt32, of listener: Listener) -> Bool {
        var event = unsafe epoll_event(events: events, data: epoll_data_t(u64: listener.data))
        // https://man7.org/linux/man-pages/man2/epoll_ctl.2.html
        return unsafe epoll_ctl(listener.set, EPOLL_CTL_MOD, listener.descriptor, &event) == 0
    }

    /// Reads a line such as `tfd:       12 events:       19 data:     7f3a2c000b70  pos:0 ino:999f sdev:9`.
    ///
    /// See <https://man7.org/linux/man-pages/man5/proc_pid_fdinfo.5.html>.
    private static func listener(_ line: Substring, in set: Int32) -> Listener? {
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count >= 6, words[0] == "tfd:", words[2] == "events:", words[4] == "data:",
            let descriptor = Int32(words[1]), let events = UInt32(words[3], radix: 16),
            let data = UInt64(words[5], radix: 16), isListening(descriptor)
        else { return nil }
        return Listener(set: set, descriptor: descriptor, data: data, events: events)
    }

    private static func isListening(_ descriptor: Int32) -> Bool {
        var isListening: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        // https://man7.org/linux/man-pages/man7/socket.7.html
        return unsafe getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &length) == 0 && isListening == 1
    }

    /// The endpoint that a socket is bound to, as libzmq writes it.
    private static func name(of descriptor: Int32) -> String? {
        guard let address = SocketAddress(of: descriptor) else { return nil }
        let bytes = address.bytes
        func number(_ place: Int) -> Int { Int(bytes[place]) << 8 | Int(bytes[place + 1]) }
        switch address.family {
        case AF_INET where bytes.count >= 8:
            return "tcp://\(bytes[4...7].map(String.init).joined(separator: ".")):\(number(2))"
        case AF_INET6:
            return address.name.map { "tcp://[\($0.host)]:\($0.port)" }
        case AF_UNIX where bytes.count > 2:
            let path = bytes.dropFirst(2)
            // An abstract name begins with a zero and ends with the address.
            let isAbstract = path.first == 0
            let text = isAbstract ? path.dropFirst() : path.prefix { $0 != 0 }
            return "ipc://\(isAbstract ? "@" : "")\(String(decoding: text, as: UTF8.self))"
        default: return nil
        }
    }

    private static func isEpoll(_ descriptor: Int32) -> Bool {
        linkTarget("/proc/self/fd/\(descriptor)") == "anon_inode:[eventpoll]"
    }

    /// The names in a directory that are numbers, in their order.
    private static func numbers(in path: String) -> [Int32] {
        let names = (try? DirectoryListing.names(in: path)) ?? []
        return names.compactMap { Int32($0) }.sorted()
    }

    private static func lines(of path: String) -> [Substring] {
        let bytes = (try? FileReader.read(path, limit: largestFile)) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }
}
#else
/// The gate of a system without epoll(7), which cannot keep a listener from accepting connections.
package struct ListenerGate: Sendable {
    /// The number of listening sockets that were found: 0.
    package var count: Int { 0 }

    /// The descriptors of the listening sockets: none.
    package var descriptors: [Int32] { [] }

    /// Finds nothing.
    package init(endpoints: [String]) {}

    /// Does nothing.
    ///
    /// - Returns: True.
    @discardableResult
    package func close() -> Bool { true }

    /// Does nothing.
    ///
    /// - Parameter index: The index of a listening socket, of which there are none.
    /// - Returns: True.
    @discardableResult
    package func admit(at index: Int) -> Bool { true }

    /// Does nothing.
    ///
    /// - Returns: True.
    @discardableResult
    package func open() -> Bool { true }
}
#endif
