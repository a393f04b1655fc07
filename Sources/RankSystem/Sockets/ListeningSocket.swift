import CLibrary

/// A socket that listens for streams, and never waits.
package struct ListeningSocket: ~Copyable {
    /// The result of an attempt to accept a connection.
    package enum Acceptance: ~Copyable {
        case accepted(StreamSocket)
        /// No connection waits, or it has gone again.
        case none
        /// A connection waits, and no descriptor is left for it.
        case outOfDescriptors
    }

    private let socket: FileDescriptor

    /// The socket's descriptor: readable while a connection waits.
    package var descriptor: Int32 { socket.number }

    /// Binds and listens.
    ///
    /// - Parameters:
    ///   - host: The name or the address of a host; nil for every address of this one.
    ///   - port: The port; 0 for one that is free.
    /// - Throws: An error with the call that failed: `getaddrinfo` if the host has no address, `socket`, or `bind`.
    package init(host: String?, port: UInt16) throws(SystemError) {
        let addresses = try AddressList(of: host, service: "\(port)", isPassive: true)
        guard let address = unsafe addresses.first?.pointee else {
            throw SystemError(.system, "there is no address", call: "getaddrinfo")
        }
        // https://man7.org/linux/man-pages/man2/socket.2.html
        let number = unsafe systemSocket(address.ai_family, address.ai_socktype, address.ai_protocol)
        guard number >= 0 else { throw .failed(to: "open a socket", call: "socket") }
        let socket = FileDescriptor(owning: number)
        var on: Int32 = 1
        unsafe setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard unsafe bind(number, address.ai_addr, address.ai_addrlen) == 0, listen(number, 128) == 0 else {
            throw .failed(to: "listen", call: "bind")
        }
        self.socket = socket
    }

    /// `HOST:PORT` as bound, an address of IPv6 in brackets; nil if the system does not tell.
    package var address: String? {
        guard let address = SocketAddress(of: descriptor), let name = address.name else { return nil }
        return address.family == AF_INET6 ? "[\(name.host)]:\(name.port)" : "\(name.host):\(name.port)"
    }

    /// The next connection, if there is one.
    package func accept() -> Acceptance {
        let number = systemAccept(descriptor)
        guard number >= 0 else {
            return errno == EMFILE || errno == ENFILE ? .outOfDescriptors : .none
        }
        return .accepted(StreamSocket(FileDescriptor(owning: number)))
    }
}

#if os(Linux) || os(Android)
/// The flags of a descriptor that never waits, and that a child which another thread makes meanwhile does not inherit.
private var flags: Int32 {
    #if canImport(Glibc)
    Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    #else
    SOCK_NONBLOCK | SOCK_CLOEXEC
    #endif
}

/// `socket(2)`, whose name a property of the type above hides.
private func systemSocket(_ family: Int32, _ type: Int32, _ number: Int32) -> Int32 {
    socket(family, type | flags, number)
}

/// `accept(2)`, likewise.
private func systemAccept(_ descriptor: Int32) -> Int32 {
    // https://man7.org/linux/man-pages/man2/accept.2.html
    accept4(descriptor, nil, nil, flags)
}
#else
/// `socket(2)`, whose name a property of the type above hides.
private func systemSocket(_ family: Int32, _ type: Int32, _ number: Int32) -> Int32 {
    prepared(socket(family, type, number))
}

/// `accept(2)`, likewise.
private func systemAccept(_ descriptor: Int32) -> Int32 {
    prepared(accept(descriptor, nil, nil))
}

/// Lets a descriptor never wait, and not be inherited by children: this system has no call that does so at once.
private func prepared(_ descriptor: Int32) -> Int32 {
    guard descriptor >= 0 else { return descriptor }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
}
#endif
