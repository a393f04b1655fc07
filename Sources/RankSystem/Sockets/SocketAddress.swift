import CLibrary

/// The address that a socket is bound to.
struct SocketAddress {
    private var storage = sockaddr_storage()
    private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

    /// The address of an open descriptor; nil if it is no socket.
    init?(of descriptor: Int32) {
        let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                // https://man7.org/linux/man-pages/man2/getsockname.2.html
                unsafe getsockname(descriptor, address, &length)
            }
        }
        guard status == 0 else { return nil }
    }

    /// The family, such as `AF_INET`.
    var family: Int32 { Int32(storage.ss_family) }

    /// The bytes of the address, the family's first.
    var bytes: [UInt8] { unsafe withUnsafeBytes(of: storage) { unsafe Array($0.prefix(Int(length))) } }

    /// The host and the port in numbers; nil for an address of another kind.
    var name: (host: String, port: String)? {
        unsafe withUnsafePointer(to: storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe numericName($0, length) }
        }
    }
}
