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
        let addresses: [HostAddress]
        do throws(SystemError) {
            addresses = try HostAddress.resolve(name)
        } catch {
            throw unresolved(name, reason: error.message)
        }
        guard !addresses.isEmpty else { throw unresolved(name, reason: "it has no IPv4 or IPv6 address") }
        return addresses.map { address in
            let host: Host =
                switch address {
                case .ipv4(let text): .ipv4(text)
                case .ipv6(let text): .ipv6(text)
                }
            return Endpoint(address: .tcp(host: host, port: port))
        }
    }

    private func unresolved(_ name: String, reason: String) -> ZMQError {
        ZMQError(
            code: .nameNotResolved,
            message: "cannot resolve \(name) of \(self): \(reason); check the name, or try again later"
        )
    }
}
