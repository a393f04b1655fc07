import CLibrary

/// The address of a host in numbers.
package enum HostAddress: Hashable, Sendable {
    case ipv4(String)
    case ipv6(String)

    /// Turns the name of a host into addresses, all of them.
    ///
    /// Blocks its thread for as long as the system's resolver takes.
    ///
    /// - Parameter name: The name.
    /// - Returns: The addresses in the resolver's order, without repetitions.
    /// - Throws: `system` with the resolver's reason as its message.
    package static func resolve(_ name: String) throws(SystemError) -> [HostAddress] {
        let list = try AddressList(of: name)
        var addresses: [HostAddress] = []
        var entry = unsafe list.first
        while let current = unsafe entry {
            if let address = unsafe HostAddress(current.pointee), !addresses.contains(address) {
                addresses.append(address)
            }
            unsafe entry = unsafe current.pointee.ai_next
        }
        return addresses
    }

    /// Whether a text is an address of IPv4, as in `127.0.0.1`.
    package static func isIPv4(_ text: String) -> Bool {
        var address = in_addr()
        // https://man7.org/linux/man-pages/man3/inet_pton.3.html
        return unsafe inet_pton(AF_INET, text, &address) == 1
    }

    /// Whether a text is an address of IPv6 without a zone, as in `::1`.
    package static func isIPv6(_ text: String) -> Bool {
        var address = in6_addr()
        return unsafe inet_pton(AF_INET6, text, &address) == 1
    }

    private init?(_ entry: addrinfo) {
        guard unsafe entry.ai_family == AF_INET || entry.ai_family == AF_INET6,
            let text = unsafe numericName(entry.ai_addr, entry.ai_addrlen)?.host
        else { return nil }
        self = unsafe entry.ai_family == AF_INET ? .ipv4(text) : .ipv6(text)
    }
}

/// The host and the port of an address in numbers; nil for an address of another kind.
func numericName(_ address: UnsafePointer<sockaddr>?, _ length: socklen_t) -> (host: String, port: String)? {
    // NI_MAXHOST, which Swift does not import.
    var host = [CChar](repeating: 0, count: 1_025)
    var port = [CChar](repeating: 0, count: 16)
    let (hostCount, portCount) = (socklen_t(host.count), socklen_t(port.count))
    let flags = NI_NUMERICHOST | NI_NUMERICSERV
    // https://man7.org/linux/man-pages/man3/getnameinfo.3.html
    guard unsafe getnameinfo(address, length, &host, hostCount, &port, portCount, flags) == 0 else { return nil }
    func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    return (text(host), text(port))
}
