/// The address that a socket binds or connects to, checked by this module because libzmq silently accepts nonsense.
///
/// ```swift
/// let endpoint = try Endpoint("tcp://ranker.internal:7000", for: .connecting)
/// for address in try endpoint.resolve() { try socket.connect(address) }
/// ```
///
/// The text is `tcp://HOST:PORT` (an IPv6 address in brackets), `ipc://PATH` or `inproc://NAME`. See
/// <https://libzmq.readthedocs.io/en/latest/zmq_tcp.html>.
public struct Endpoint: Hashable, Sendable {
    /// The use of an endpoint; `*` has a meaning only for a bind.
    public enum Purpose: Hashable, Sendable {
        /// For ``Socket/bind(_:)``: the host may be `*` (every interface), and the port `*` (any that is free).
        case binding

        /// For ``Socket/connect(_:)``: the host and the port are given.
        case connecting
    }

    /// The host of a tcp endpoint.
    public enum Host: Hashable, Sendable {
        /// `*`: every interface of this machine.
        case any

        /// An IPv4 address in dotted form.
        case ipv4(String)

        /// An IPv6 address without its brackets, perhaps with a zone: `fe80::1%eth0`.
        case ipv6(String)

        /// A name, to be turned into addresses by ``Endpoint/resolve()``.
        case name(String)
    }

    /// The transport, and the address within it.
    public enum Address: Hashable, Sendable {
        /// TCP; no port means any that is free.
        case tcp(host: Host, port: UInt16?)

        /// A Unix domain socket; a path that starts with `@` is a name in Linux's abstract namespace.
        case ipc(path: String)

        /// Between threads that share a ``Context``.
        case inproc(name: String)
    }

    /// The longest path of an ipc endpoint in bytes: `sockaddr_un` has room for 108 with the final zero.
    public static let maximumPathByteCount = 107

    /// The parts of the endpoint.
    public let address: Address

    /// Reads and checks an endpoint.
    ///
    /// - Parameters:
    ///   - text: A text such as `tcp://127.0.0.1:7000`.
    ///   - purpose: The use of the endpoint.
    /// - Throws: `invalidEndpoint` with the text and its fault.
    public init(_ text: String, for purpose: Purpose) throws(ZMQError) {
        self.address = try Endpoint.parse(text, for: purpose)
    }

    /// Makes an endpoint from checked parts.
    init(address: Address) {
        self.address = address
    }

    /// Whether a socket can use the endpoint as it is, without ``resolve()``.
    public var isNumeric: Bool {
        if case .tcp(.name, _) = address { return false }
        return true
    }

    /// Whether only this machine can reach a socket bound here: ipc, inproc, and the loopback addresses of tcp.
    public var isLocal: Bool {
        switch address {
        case .ipc, .inproc: true
        case .tcp(.ipv4(let host), _): host.hasPrefix("127.")
        case .tcp(.ipv6(let host), _): host == "::1"
        case .tcp(.name(let host), _): host == "localhost"
        case .tcp(.any, _): false
        }
    }
}

extension Endpoint: CustomStringConvertible {
    /// The text, as libzmq takes it.
    public var description: String {
        switch address {
        case .tcp(let host, let port): "tcp://\(host):\(port.map { String($0) } ?? "*")"
        case .ipc(let path): "ipc://\(path)"
        case .inproc(let name): "inproc://\(name)"
        }
    }
}

extension Endpoint.Host: CustomStringConvertible {
    /// The host, in brackets if it is an IPv6 address.
    public var description: String {
        switch self {
        case .any: "*"
        case .ipv4(let address), .name(let address): address
        case .ipv6(let address): "[\(address)]"
        }
    }
}
