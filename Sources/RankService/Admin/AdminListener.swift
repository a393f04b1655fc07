import RankSystem
import ZMQ

/// The listening socket of the admin server.
struct AdminListener: ~Copyable {
    private let socket: ListeningSocket

    /// The descriptor, readable while a connection waits.
    var descriptor: Int32 { socket.descriptor }

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
        socket = try Self.listen(at: endpoint)
    }

    private static func listen(at endpoint: Endpoint) throws(ServiceError) -> ListeningSocket {
        guard case .tcp(let host, let port) = endpoint.address else {
            throw ServiceError(.invalidConfiguration, "\(endpoint) is not a tcp endpoint")
        }
        let name: String? =
            switch host {
            case .any: nil
            case .ipv4(let text), .ipv6(let text), .name(let text): text
            }
        do throws(SystemError) {
            return try ListeningSocket(host: name, port: port ?? 0)
        } catch {
            if error.call == "getaddrinfo" {
                throw ServiceError(.endpointUnavailable, "\(endpoint) has no address for the admin pages", cause: error)
            }
            let verb = error.call == "socket" ? "open a socket for" : "listen at"
            let message = "cannot \(verb) \(endpoint) for the admin pages: \(error.reason)"
            throw ServiceError(.endpointUnavailable, message, cause: error)
        }
    }

    /// `HOST:PORT` as bound.
    var address: String {
        get throws(ServiceError) {
            guard let address = socket.address else {
                throw ServiceError(.internalFailure, "the admin pages' socket has no address")
            }
            return address
        }
    }

    /// The next connection, if there is one.
    func accept() -> ListeningSocket.Acceptance { socket.accept() }
}
