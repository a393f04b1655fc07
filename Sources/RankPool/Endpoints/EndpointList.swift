internal import RankCore
internal import RankProtocol
package import ZMQ

/// The workers of a pool: endpoints, and files or names that are followed while the pool runs.
public struct EndpointList: Hashable, Sendable {
    /// The endpoints that were given one by one, without repetitions, in the order given.
    public var endpoints: [String] { addresses.map(\.description) }
    /// The same, as the transport takes them.
    package let addresses: [Endpoint]
    /// The files and names, without repetitions, in the order given.
    public let sources: [EndpointSource]

    /// Whether there is one worker and can never be another.
    ///
    /// A name may have several addresses, a file several endpoints.
    public var isOneWorker: Bool { sources.isEmpty && addresses.count == 1 && addresses[0].isNumeric }

    /// Reads `E1,E2,…`, such as `tcp://10.0.0.1:7000,tcp://ranker.internal:7000,ipc:///run/rank.sock`.
    ///
    /// `file:PATH` stands for the endpoints in a file, `dns://NAME:PORT` for all addresses of a name; both are
    /// followed. Spaces around an endpoint are ignored, repetitions dropped; spaces do not separate endpoints.
    ///
    /// - Throws: INVALID_ARGUMENT that names what is wrong with which endpoint.
    public init(_ text: String) throws(PoolError) {
        var addresses: [Endpoint] = []
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
                try Self.checkSeparators(of: trimmed)
                if let source = try EndpointSource(trimmed) {
                    if !sources.contains(source) { sources.append(source) }
                } else {
                    let endpoint = try Self.endpoint(trimmed)
                    if !addresses.contains(endpoint) { addresses.append(endpoint) }
                }
            } catch {
                throw PoolError(.invalidArgument, "endpoint \(index + 1) of the list: \(error.message)")
            }
        }
        self.addresses = addresses
        self.sources = sources
    }

    private static let beginnings = ["tcp://", "ipc://", "dns://", "inproc://", "file:"]

    /// Refuses several endpoints without a comma between them; paths may hold blanks.
    private static func checkSeparators(of text: String) throws(PoolError) {
        let parts = text.split { [" ", "\t", "\n", "\r", "\r\n", ";"].contains($0) }
        guard parts.count > 1, parts.dropFirst().contains(where: { part in beginnings.contains { part.hasPrefix($0) } })
        else { return }
        throw PoolError(
            .invalidArgument,
            "\"\(text)\" is several endpoints; separate them by commas: \(parts.joined(separator: ","))"
        )
    }

    /// The probable meaning of an endpoint without a transport, if there is one.
    private static func meaning(of text: String) -> String? {
        let hasBeginning = text.contains("://") || beginnings.contains { text.hasPrefix($0) }
        guard !text.isEmpty, !hasBeginning else { return nil }
        if text.hasPrefix("/") { return "ipc://\(text)" }
        guard let colon = text.lastIndex(of: ":") else {
            return UInt16(text).map { "tcp://127.0.0.1:\($0)" }
        }
        guard let port = UInt16(text[text.index(after: colon)...]) else { return nil }
        return colon == text.startIndex ? "tcp://127.0.0.1:\(port)" : "tcp://\(text)"
    }

    /// Reads the endpoint of one worker.
    static func endpoint(_ text: String) throws(PoolError) -> Endpoint {
        let endpoint: Endpoint
        do {
            endpoint = try Endpoint(text, for: .connecting)
        } catch {
            let advice = meaning(of: text).map { "; it has no transport: write \($0)" } ?? ""
            throw PoolError(.invalidArgument, error.message + advice)
        }
        // The pool has a context of its own, without any worker.
        if case .inproc = endpoint.address {
            throw PoolError(
                .invalidArgument,
                "\(endpoint) is within one process, where no worker is; expected such as tcp://127.0.0.1:7000"
            )
        }
        return endpoint
    }
}
