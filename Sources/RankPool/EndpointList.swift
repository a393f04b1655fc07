internal import RankProtocol
public import ZMQ

/// The endpoints of a pool's workers.
public struct EndpointList: Hashable, Sendable {
    /// At least one endpoint, without repetitions, in the order given.
    public let endpoints: [Endpoint]

    /// Reads `E1,E2,…`, such as `tcp://10.0.0.1:7000,tcp://ranker.internal:7000,ipc:///run/rank.sock`.
    ///
    /// Spaces around an endpoint are ignored, repetitions dropped.
    ///
    /// - Throws: INVALID_ARGUMENT that names what is wrong with which endpoint.
    public init(_ text: String) throws(PoolError) {
        var endpoints: [Endpoint] = []
        for (index, part) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            let trimmed = String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            guard !trimmed.isEmpty else {
                throw PoolError(
                    .invalidArgument,
                    "endpoint \(index + 1) of the list is empty; expected such as tcp://127.0.0.1:7000"
                )
            }
            let endpoint: Endpoint
            do {
                endpoint = try Endpoint(trimmed, for: .connecting)
            } catch {
                throw PoolError(.invalidArgument, "endpoint \(index + 1) of the list: \(error.message)")
            }
            // The pool's context is its own: no worker is ever in it.
            if case .inproc = endpoint.address {
                throw PoolError(
                    .invalidArgument,
                    "endpoint \(index + 1) of the list: \(endpoint) is within one process, where no worker is; "
                        + "expected such as tcp://127.0.0.1:7000"
                )
            }
            if !endpoints.contains(endpoint) { endpoints.append(endpoint) }
        }
        self.endpoints = endpoints
    }
}
