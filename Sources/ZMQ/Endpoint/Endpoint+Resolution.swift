import RankSystem

extension Endpoint {
    /// Turns the host's name into addresses, all of them.
    ///
    /// libzmq would try only the first address, and would block every socket of the context while it asks. This call
    /// blocks as well, its own thread only, for as long as the system's resolver takes.
    ///
    /// - Returns: One endpoint for each address, in the resolver's order and without repetitions; the endpoint itself
    ///   if it needs no resolution.
    /// - Throws: `nameNotResolved` with the resolver's reason.
    public func resolve() throws(ZMQError) -> [Endpoint] {
        guard case .tcp(.name(let name), let port) = address else { return [self] }
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        #if canImport(Glibc)
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
        unsafe hints.ai_socktype = SOCK_STREAM
        #endif
        var first: UnsafeMutablePointer<addrinfo>?
        // https://man7.org/linux/man-pages/man3/getaddrinfo.3.html
        let status = unsafe getaddrinfo(name, nil, &hints, &first)
        guard status == 0 else {
            throw unsafe unresolved(name, reason: String(cString: gai_strerror(status)))
        }
        defer { unsafe freeaddrinfo(first) }

        var endpoints: [Endpoint] = []
        var entry = unsafe first
        while let current = unsafe entry {
            if let host = unsafe Endpoint.host(of: current.pointee) {
                let endpoint = Endpoint(address: .tcp(host: host, port: port))
                if !endpoints.contains(endpoint) { endpoints.append(endpoint) }
            }
            unsafe entry = unsafe current.pointee.ai_next
        }
        guard !endpoints.isEmpty else { throw unresolved(name, reason: "it has no IPv4 or IPv6 address") }
        return endpoints
    }

    private func unresolved(_ name: String, reason: String) -> ZMQError {
        ZMQError(
            code: .nameNotResolved,
            message: "cannot resolve \(name) of \(self): \(reason); check the name, or try again later"
        )
    }

    private static func host(of entry: addrinfo) -> Host? {
        guard unsafe entry.ai_family == AF_INET || entry.ai_family == AF_INET6 else { return nil }
        // NI_MAXHOST, which Swift does not import.
        var buffer = [CChar](repeating: 0, count: 1_025)
        // https://man7.org/linux/man-pages/man3/getnameinfo.3.html
        let status = unsafe getnameinfo(
            entry.ai_addr,
            entry.ai_addrlen,
            &buffer,
            socklen_t(buffer.count),
            nil,
            0,
            NI_NUMERICHOST
        )
        guard status == 0 else { return nil }
        let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return unsafe entry.ai_family == AF_INET ? .ipv4(text) : .ipv6(text)
    }
}
