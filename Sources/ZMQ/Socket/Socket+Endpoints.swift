import CZMQ

extension Socket {
    /// Binds the socket.
    ///
    /// An ipc path is locked first, through a file `PATH.lock` beside it, until the socket is unbound or closed; both
    /// files are removed then. Keep tcp ports below 32768: above, a client that retries a dead loopback port can
    /// connect to itself.
    ///
    /// - Parameter endpoint: The address; names must have been resolved.
    /// - Returns: The bound endpoint, with the port that the system chose for `*`.
    /// - Throws: `addressInUse`, `addressNotAvailable`, `permissionDenied` with the endpoint; `invalidEndpoint` for a
    ///   name.
    @discardableResult
    public func bind(_ endpoint: Endpoint) throws(ZMQError) -> Endpoint {
        try prepare(for: endpoint, operation: "bind to")
        var lock: PathLock?
        if case .ipc(let path) = endpoint.address, !path.hasPrefix("@") { lock = try PathLock(path: path) }
        // https://libzmq.readthedocs.io/en/latest/zmq_bind.html
        let result = retryingInterrupts { unsafe zmq_bind(handle.pointer, endpoint.description) }
        guard result == 0 else { throw .failed(to: "bind to \(endpoint)") }
        if let lock { handle.pathLocks.append(lock) }
        guard case .tcp = endpoint.address else { return endpoint }
        return try Endpoint(try lastEndpoint(), for: .binding)
    }

    /// Starts to connect, and to connect again whenever the connection is lost; never waits for either.
    ///
    /// Success says nothing about the peer: a ``SocketMonitor`` tells when it is connected or refused.
    ///
    /// - Parameter endpoint: The address; names must have been resolved.
    /// - Throws: `invalidEndpoint` for a name or `*`; `system` with `ECONNREFUSED` for an inproc name without a bound
    ///   socket.
    public func connect(_ endpoint: Endpoint) throws(ZMQError) {
        try prepare(for: endpoint, operation: "connect to")
        if case .tcp(let host, let port) = endpoint.address, host == .any || port == nil {
            throw ZMQError(code: .invalidEndpoint, message: "cannot connect to \(endpoint): * works only for a bind")
        }
        // https://libzmq.readthedocs.io/en/latest/zmq_connect.html
        let result = retryingInterrupts { unsafe zmq_connect(handle.pointer, endpoint.description) }
        guard result == 0 else { throw .failed(to: "connect to \(endpoint)") }
    }

    /// Stops listening, which also **cuts live connections** and loses replies in flight.
    ///
    /// To leave without loss, answer "draining" while still bound, finish, and close the socket with its `linger`.
    ///
    /// - Parameter endpoint: The endpoint that ``bind(_:)`` returned.
    /// - Throws: `addressNotAvailable` if the socket is not bound there.
    public func unbind(_ endpoint: Endpoint) throws(ZMQError) {
        // https://libzmq.readthedocs.io/en/latest/zmq_unbind.html
        let result = retryingInterrupts { unsafe zmq_unbind(handle.pointer, endpoint.description) }
        guard result == 0 else { throw .failed(to: "unbind from \(endpoint)") }
        if case .ipc(let path) = endpoint.address { handle.pathLocks.removeAll { $0.path == path } }
    }

    /// Ends a connection; messages queued for it are dropped.
    ///
    /// - Parameter endpoint: The endpoint that was given to ``connect(_:)``.
    /// - Throws: `addressNotAvailable` if the socket is not connected there.
    public func disconnect(_ endpoint: Endpoint) throws(ZMQError) {
        // https://libzmq.readthedocs.io/en/latest/zmq_disconnect.html
        let result = retryingInterrupts { unsafe zmq_disconnect(handle.pointer, endpoint.description) }
        guard result == 0 else { throw .failed(to: "disconnect from \(endpoint)") }
    }

    private func prepare(for endpoint: Endpoint, operation: String) throws(ZMQError) {
        guard endpoint.isNumeric else {
            throw ZMQError(
                code: .invalidEndpoint,
                message: "cannot \(operation) \(endpoint): resolve the name first, a socket takes addresses only"
            )
        }
        // With it on, an IPv4 wildcard would listen on IPv6 too.
        if case .tcp(let host, _) = endpoint.address {
            if case .ipv6 = host { try set(.ipv6, to: true) } else { try set(.ipv6, to: false) }
        }
    }
}
