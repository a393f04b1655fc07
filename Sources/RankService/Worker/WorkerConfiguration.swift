import RankProtocol
import ZMQ

/// Where a worker listens and what it accepts.
public struct WorkerConfiguration: Sendable {
    /// Where clients connect: `tcp://HOST:PORT` (the port may be `*`) or `ipc://PATH`.
    public var binds: [String]

    /// The back ends of unmodified `zmq_proxy` devices, at which the worker reports for work.
    ///
    /// Such a pool is at-most-once and blind in its balancing: what a proxy has handed to a worker that dies is lost.
    public var connects: [String]

    /// The largest request in bytes.
    ///
    /// One of up to four times as many is answered with an error that names the limit, one beyond that cuts its
    /// connection.
    public var maximumMessageBytes: Int

    /// Whether an address that other machines reach may be bound without encryption and authentication.
    public var isInsecureAllowed: Bool

    /// How long a stopping worker goes on serving before it refuses new requests, in milliseconds; DRAINING from the
    /// start.
    public var drainGraceMilliseconds: UInt32

    /// When a stopping worker ends at the latest, in milliseconds after it was asked to.
    public var drainMaximumMilliseconds: UInt32

    /// How long a request may wait before it is refused on arrival, in estimated microseconds of work before it.
    public var queueLimitMicroseconds: UInt32

    /// The name and version that INFO gives.
    public var software: String

    /// Describes a worker.
    ///
    /// - Parameters:
    ///   - binds: Where clients connect.
    ///   - connects: Where proxies take workers.
    ///   - maximumMessageBytes: The largest request.
    ///   - isInsecureAllowed: Whether to bind where other machines can reach it.
    ///   - drainGraceMilliseconds: How long a stopping worker goes on serving.
    ///   - drainMaximumMilliseconds: When it ends at the latest.
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

    /// Checks what can be checked without opening anything; names are not resolved.
    ///
    /// - Throws: `invalidConfiguration` with what is wrong and what to do.
    public func check() throws(ServiceError) {
        _ = try endpoints()
    }

    /// Whether other machines could reach an endpoint that is bound, or the admin pages.
    ///
    /// - Parameter admin: The address of the pages, `HOST:PORT`, where there are any.
    /// - Returns: False where every address is known to be of this machine alone.
    public func reachesOthers(admin: String?) -> Bool {
        let places = binds + (admin.map { ["tcp://\($0.hasSuffix(":0") ? $0.dropLast() + "*" : $0[...])"] } ?? [])
        // What cannot be read, and names that are not resolved yet, are not known to be within this machine.
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
        // One ROUTER, a wake-up and a DEALER for each proxy: what a poller serves without allocating.
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

    /// Refuses an address that other machines reach, unless that is allowed.
    func checkReach(of endpoint: Endpoint) throws(ServiceError) {
        guard !endpoint.isLocal, endpoint.isNumeric, !isInsecureAllowed else { return }
        throw ServiceError(
            .invalidConfiguration,
            "refused to bind to \(endpoint): other machines can reach it, and this version has neither encryption nor "
                + "authentication (CURVE comes with a later one). Bind to tcp://127.0.0.1:PORT or ipc://PATH, or allow it "
                + "with --insecure behind a firewall"
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
            // The worker's context is its own: nobody could ever connect.
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

    /// The same with addresses in the place of names.
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
                // A socket takes one address; of a name with several, IPv4 is what clients most surely reach.
                let address = addresses.first { if case .tcp(.ipv4, _) = $0.address { true } else { false } }
                resolved.append(address ?? addresses.first ?? endpoint)
            } catch {
                throw ServiceError(.endpointUnavailable, error.message, cause: error)
            }
        }
        return resolved
    }
}
