import RankSystem
import ZMQ

/// The listening socket of the admin server.
struct AdminListener: ~Copyable {
    let descriptor: Int32

    /// Reads `HOST:PORT`.
    ///
    /// - Throws: `invalidConfiguration` for any other text, or for an address that other machines reach, unless
    ///   allowed; `endpointUnavailable` if the name has no address.
    static func endpoint(_ place: String, isInsecureAllowed: Bool) throws(ServiceError) -> Endpoint {
        let text = place.hasSuffix(":0") ? place.dropLast() + "*" : place
        // Endpoint would report a scheme or a missing part in terms that the user has not written.
        let isNumber = !place.isEmpty && place.utf8.allSatisfy { (0x30...0x39).contains($0) }
        let hint =
            place.firstRange(of: "://").map { String(place[$0.upperBound...]) }
            ?? (isNumber ? "127.0.0.1:\(place)" : nil)
        if let hint {
            throw ServiceError(
                .invalidConfiguration,
                "the admin address \(place) is not HOST:PORT; did you mean \(hint)?"
            )
        }
        let endpoint: Endpoint
        do throws(ZMQError) {
            endpoint = try Endpoint("tcp://\(text)", for: .binding)
        } catch {
            throw ServiceError(.invalidConfiguration, "the admin address: \(error.message)", cause: error)
        }
        guard endpoint.isLocal || isInsecureAllowed else {
            throw ServiceError(
                .invalidConfiguration,
                "refused to serve the admin pages at \(place): other machines can reach it. Use 127.0.0.1:PORT, or "
                    + "allow it with --insecure behind a firewall"
            )
        }
        return endpoint
    }

    /// Binds and listens.
    ///
    /// - Throws: `endpointUnavailable`.
    init(_ endpoint: Endpoint) throws(ServiceError) {
        descriptor = try Self.listen(at: endpoint)
    }

    private static func listen(at endpoint: Endpoint) throws(ServiceError) -> Int32 {
        guard case .tcp(let host, let port) = endpoint.address else {
            throw ServiceError(.invalidConfiguration, "\(endpoint) is not a tcp endpoint")
        }
        func failure(_ verb: String) -> ServiceError {
            let reason = SystemCall.text(of: errno)
            return ServiceError(.endpointUnavailable, "cannot \(verb) \(endpoint) for the admin pages: \(reason)")
        }
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_PASSIVE
        #if canImport(Glibc)
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
        unsafe hints.ai_socktype = SOCK_STREAM
        #endif
        let name: String? =
            switch host {
            case .any: nil
            case .ipv4(let text), .ipv6(let text), .name(let text): text
            }
        var found: UnsafeMutablePointer<addrinfo>?
        // https://man7.org/linux/man-pages/man3/getaddrinfo.3.html
        let status = unsafe getaddrinfo(name, "\(port ?? 0)", &hints, &found)
        guard status == 0, let address = unsafe found?.pointee else {
            throw ServiceError(.endpointUnavailable, "\(endpoint) has no address for the admin pages")
        }
        defer { unsafe freeaddrinfo(found) }
        let descriptor = unsafe socket(address.ai_family, address.ai_socktype, address.ai_protocol)
        guard descriptor >= 0 else { throw failure("open a socket for") }
        Self.prepare(descriptor)
        var on: Int32 = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard unsafe bind(descriptor, address.ai_addr, address.ai_addrlen) == 0, systemListen(descriptor, 128) == 0
        else {
            let error = failure("listen at")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    deinit {
        close(descriptor)
    }

    /// `HOST:PORT` as bound.
    var address: String {
        get throws(ServiceError) {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            var host = [CChar](repeating: 0, count: 64)
            var port = [CChar](repeating: 0, count: 16)
            let descriptor = descriptor
            let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Int32 in
                    guard unsafe getsockname(descriptor, address, &length) == 0 else { return -1 }
                    let flags = NI_NUMERICHOST | NI_NUMERICSERV
                    return unsafe getnameinfo(
                        address,
                        length,
                        &host,
                        socklen_t(host.count),
                        &port,
                        socklen_t(port.count),
                        flags
                    )
                }
            }
            guard status == 0 else { throw ServiceError(.internalFailure, "the admin pages' socket has no address") }
            func text(_ characters: [CChar]) -> String {
                String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
            let isIPv6 = storage.ss_family == sa_family_t(AF_INET6)
            return isIPv6 ? "[\(text(host))]:\(text(port))" : "\(text(host)):\(text(port))"
        }
    }

    /// The result of an attempt to accept a connection.
    enum Acceptance {
        /// The descriptor of a connection, which never waits.
        case accepted(Int32)
        /// No connection waits, or it has gone again.
        case none
        /// A connection waits, and no descriptor is left for it.
        case outOfDescriptors
    }

    /// The next connection, if there is one.
    func accept() -> Acceptance {
        let accepted = systemAccept(descriptor)
        guard accepted >= 0 else {
            return errno == EMFILE || errno == ENFILE ? .outOfDescriptors : .none
        }
        Self.prepare(accepted)
        return .accepted(accepted)
    }

    /// Lets a descriptor never wait, and not be inherited by children.
    private static func prepare(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
}

/// `listen(2)`, whose name a method of the type above hides.
private func systemListen(_ descriptor: Int32, _ backlog: Int32) -> Int32 {
    listen(descriptor, backlog)
}

/// `accept(2)`, likewise.
private func systemAccept(_ descriptor: Int32) -> Int32 {
    accept(descriptor, nil, nil)
}
