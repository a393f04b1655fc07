internal import RankProtocol
public import ZMQ

/// Where a pool's workers are: endpoints, and files or names that say so while the pool runs.
public struct EndpointList: Hashable, Sendable {
    /// The endpoints that were given one by one, without repetitions, in the order given.
    public let endpoints: [Endpoint]
    /// The files and names, without repetitions, in the order given.
    public let sources: [EndpointSource]

    /// Reads `E1,E2,…`, such as `tcp://10.0.0.1:7000,tcp://ranker.internal:7000,ipc:///run/rank.sock`.
    ///
    /// `file:PATH` stands for the endpoints in a file, `dns://NAME:PORT` for all addresses of a name; both are followed.
    /// Spaces around an endpoint are ignored, repetitions dropped.
    ///
    /// - Throws: INVALID_ARGUMENT that names what is wrong with which endpoint.
    public init(_ text: String) throws(PoolError) {
        var endpoints: [Endpoint] = []
        var sources: [EndpointSource] = []
        for (index, part) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            let trimmed = String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            guard !trimmed.isEmpty else {
                throw PoolError(
                    .invalidArgument,
                    "endpoint \(index + 1) of the list is empty; expected such as tcp://127.0.0.1:7000"
                )
            }
            do throws(PoolError) {
                if let source = try EndpointSource(trimmed) {
                    if !sources.contains(source) { sources.append(source) }
                } else {
                    let endpoint = try Self.endpoint(trimmed)
                    if !endpoints.contains(endpoint) { endpoints.append(endpoint) }
                }
            } catch {
                throw PoolError(.invalidArgument, "endpoint \(index + 1) of the list: \(error.message)")
            }
        }
        self.endpoints = endpoints
        self.sources = sources
    }

    /// Reads the endpoint of one worker.
    static func endpoint(_ text: String) throws(PoolError) -> Endpoint {
        let endpoint: Endpoint
        do {
            endpoint = try Endpoint(text, for: .connecting)
        } catch {
            throw PoolError(.invalidArgument, error.message)
        }
        // The pool's context is its own: no worker is ever in it.
        if case .inproc = endpoint.address {
            throw PoolError(
                .invalidArgument,
                "\(endpoint) is within one process, where no worker is; expected such as tcp://127.0.0.1:7000"
            )
        }
        return endpoint
    }
}
