import RankProtocol
import ZMQ

/// The endpoints and the limits of a worker.
public struct WorkerConfiguration: Sendable {
    /// The endpoints to which clients connect: `tcp://HOST:PORT` (the port may be `*`) or `ipc://PATH`.
    public var binds: [String]

    /// The back ends of unmodified `zmq_proxy` devices that deal requests to the worker.
    ///
    /// Such a pool is at-most-once and balances without knowledge of load: a request that a proxy has handed to a
    /// worker that dies is lost.
    public var connects: [String]

    /// The largest request in bytes.
    ///
    /// A request of up to four times as many bytes is answered with an error that names the limit; a larger one cuts
    /// its connection.
    public var maximumMessageBytes: Int

    /// Whether an address that other machines reach may be bound without encryption and authentication.
    public var isInsecureAllowed: Bool

    /// The time for which a stopping worker goes on serving before it refuses new requests, with DRAINING in each reply
    /// (ms).
    public var drainGraceMilliseconds: UInt32

    /// When a stopping worker ends at the latest, after it was asked to, in milliseconds.
    public var drainMaximumMilliseconds: UInt32

    /// The estimated work before a request beyond which it is refused on arrival, in microseconds.
    public var queueLimitMicroseconds: UInt32

    /// The name and version that INFO gives.
    public var software: String

    /// Describes a worker.
    ///
    /// - Parameters:
    ///   - binds: The endpoints for clients.
    ///   - connects: The back ends of proxies.
    ///   - maximumMessageBytes: The largest request.
    ///   - isInsecureAllowed: Whether to bind where other machines can reach it.
    ///   - drainGraceMilliseconds: How long a stopping worker goes on serving.
    ///   - drainMaximumMilliseconds: When a stopping worker ends at the latest.
    ///   - queueLimitMicroseconds: How long a request may wait before it is refused on arrival.
    ///   - software: The name and version that INFO gives.
    public init(
        binds: [String] = [],
        connects: [String] = [],
        maximumMessageBytes: Int = 1 << 20,
        isInsecureAllowed: Bool = false,
        drainGraceMilliseconds: UInt32 = 0,
        drainMaximumMilliseconds: UInt32 = 25_000,
        queueLimitMicroseconds: UInt32 = 100_000,
        software: String = "swift-rank"
    ) {
        self.binds = binds
        self.connects = connects
        self.maximumMessageBytes = maximumMessageBytes
        self.isInsecureAllowed = isInsecureAllowed
        self.drainGraceMilliseconds = drainGraceMilliseconds
        self.drainMaximumMilliseconds = drainMaximumMilliseconds
        self.queueLimitMicroseconds = queueLimitMicroseconds
        self.software = software
    }

    /// Checks everything that needs no socket; names are not resolved.
    ///
    /// - Throws: `invalidConfiguration` with the fault and the remedy.
    public func check() throws(ServiceError) {
        _ = try endpoints()
    }

    /// Whether other machines could reach an endpoint that is bound, or the admin pages.
    ///
    /// - Parameter admin: The address of the pages, `HOST:PORT`, where there are any.
    /// - Returns: False where every address is known to be of this machine alone.
    public func reachesOthers(admin: String?) -> Bool {
        let places = binds + (admin.map { ["tcp://\($0.hasSuffix(":0") ? $0.dropLast() + "*" : $0[...])"] } ?? [])
        // Texts that cannot be read, and names that are not resolved yet, are not known to be within this machine.
        return places.contains { place in
            guard let endpoint = try? Endpoint(place, for: .binding) else { return true }
            return !endpoint.isLocal
        }
    }

    /// The limits of a request: as many candidates as fit.
    var limits: FrameLimits {
        FrameLimits(messageBytes: maximumMessageBytes, candidates: maximumMessageBytes / 8)
    }

    /// The endpoints, read and checked.
    func endpoints() throws(ServiceError) -> WorkerEndpoints {
        guard !binds.isEmpty || !connects.isEmpty else {
            throw ServiceError(.invalidConfiguration, "a worker needs an endpoint to bind or to connect to")
        }
        // One ROUTER, a wake-up and a DEALER for each proxy: as many as a poller serves without allocating.
        guard connects.count <= 8 else {
            throw ServiceError(.invalidConfiguration, "\(connects.count) proxies, a worker connects to at most 8")
        }
        guard (1_024...(1 << 30)).contains(maximumMessageBytes) else {
            throw ServiceError(
                .invalidConfiguration,
                "a message limit of \(maximumMessageBytes) bytes, expected 1024 to \(1 << 30)"
            )
        }
        let endpoints = WorkerEndpoints(
            binds: try Self.read(binds, for: .binding),
            connects: try Self.read(connects, for: .connecting)
        )
        for endpoint in endpoints.binds { try checkReach(of: endpoint) }
        return endpoints
    }

    /// Refuses an address that other machines reach, unless allowed.
    func checkReach(of endpoint: Endpoint) throws(ServiceError) {
        guard !endpoint.isLocal, endpoint.isNumeric, !isInsecureAllowed else { return }
        throw ServiceError(
            .invalidConfiguration,
            "refused to bind to \(endpoint): other machines can reach it, and this version has neither encryption nor "
                + "authentication (CURVE comes with a later one). Bind to tcp://127.0.0.1:PORT or ipc://PATH, or allow "
                + "it with --insecure behind a firewall"
        )
    }

    private static func read(_ texts: [String], for purpose: Endpoint.Purpose) throws(ServiceError) -> [Endpoint] {
        var endpoints: [Endpoint] = []
        for text in texts {
            let endpoint: Endpoint
            do throws(ZMQError) {
                endpoint = try Endpoint(text, for: purpose)
            } catch {
                throw ServiceError(.invalidConfiguration, error.message, cause: error)
            }
            // The worker has a context of its own: no client could ever connect.
            if case .inproc = endpoint.address {
                throw ServiceError(
                    .invalidConfiguration,
                    "\(endpoint) is within one process, where no client is; give tcp://HOST:PORT or ipc://PATH"
                )
            }
            endpoints.append(endpoint)
        }
        return endpoints
    }
}

/// The endpoints of a worker.
struct WorkerEndpoints {
    var binds: [Endpoint]
    var connects: [Endpoint]

    /// The endpoints with addresses in the place of names.
    ///
    /// Blocks while the system's resolver works.
    func resolved() throws(ServiceError) -> WorkerEndpoints {
        WorkerEndpoints(binds: try Self.resolve(binds), connects: try Self.resolve(connects))
    }

    private static func resolve(_ endpoints: [Endpoint]) throws(ServiceError) -> [Endpoint] {
        var resolved: [Endpoint] = []
        for endpoint in endpoints {
            do throws(ZMQError) {
                let addresses = try endpoint.resolve()
                // A socket takes one address; of a name with several, clients most surely reach the IPv4 one.
                let address = addresses.first { if case .tcp(.ipv4, _) = $0.address { true } else { false } }
                resolved.append(address ?? addresses.first ?? endpoint)
            } catch {
                throw ServiceError(.endpointUnavailable, error.message, cause: error)
            }
        }
        return resolved
    }
}
