import CLibrary

/// A connection of a stream socket, which never waits.
package struct StreamSocket: ~Copyable {
    /// The result of an attempt to receive or to send.
    package enum Transfer: Hashable, Sendable {
        /// A number of bytes, at least 1.
        case bytes(Int)
        /// Nothing can be transferred now.
        case later
        /// The peer has closed the connection, or it is broken.
        case ended
    }

    private let socket: FileDescriptor

    /// The connection's descriptor.
    package var descriptor: Int32 { socket.number }

    init(_ socket: consuming FileDescriptor) { self.socket = socket }

    /// Receives up to as many bytes as the buffer holds.
    package func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        // https://man7.org/linux/man-pages/man2/recv.2.html
        Self.transfer(unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0))
    }

    /// Sends as many bytes as the system takes; a peer that has gone raises no signal.
    package func send(_ bytes: UnsafeRawBufferPointer) -> Transfer {
        #if canImport(Darwin)
        let flags: Int32 = 0
        #else
        let flags = Int32(MSG_NOSIGNAL)
        #endif
        return Self.transfer(unsafe systemSend(descriptor, bytes, flags))
    }

    /// Tells the peer that nothing more is sent.
    package func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    private static func transfer(_ count: Int) -> Transfer {
        if count > 0 { return .bytes(count) }
        return count < 0 && [EAGAIN, EWOULDBLOCK, EINTR].contains(errno) ? .later : .ended
    }
}

/// `send(2)`, whose name a method of the type above hides.
private func systemSend(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ flags: Int32) -> Int {
    // https://man7.org/linux/man-pages/man2/send.2.html
    unsafe send(descriptor, bytes.baseAddress, bytes.count, flags)
}
