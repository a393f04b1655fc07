import CLibrary

/// The addresses that the system's resolver gives for a name, for streams.
///
/// The resolver blocks the calling thread for as long as it takes.
@safe
struct AddressList: ~Copyable {
    /// The first address.
    let first: UnsafeMutablePointer<addrinfo>?

    /// Asks the resolver.
    ///
    /// - Parameters:
    ///   - name: The name or the address of a host; nil for this one.
    ///   - service: The number of a port; nil for none.
    ///   - isPassive: Whether the addresses are to be bound to.
    /// - Throws: `system` with the resolver's reason as its message.
    init(of name: String?, service: String? = nil, isPassive: Bool = false) throws(SystemError) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_flags = isPassive ? AI_PASSIVE : 0
        #if canImport(Glibc)
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
        unsafe hints.ai_socktype = SOCK_STREAM
        #endif
        var found: UnsafeMutablePointer<addrinfo>?
        // https://man7.org/linux/man-pages/man3/getaddrinfo.3.html
        let status = unsafe getaddrinfo(name, service, &hints, &found)
        guard status == 0 else {
            throw unsafe SystemError(.system, String(cString: gai_strerror(status)), call: "getaddrinfo")
        }
        unsafe first = unsafe found
    }

    deinit { unsafe freeaddrinfo(first) }
}
