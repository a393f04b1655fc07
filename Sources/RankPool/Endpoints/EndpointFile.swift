import RankCore
import RankSystem
package import ZMQ

/// A file with one endpoint a line.
package enum EndpointFile {
    private static let largest = 1 << 20

    /// Reads a whole file.
    ///
    /// - Throws: INVALID_ARGUMENT with the system's reason, or for a file over 1 MiB, or for what is no regular file: a
    ///   pipe is empty when it is read again, or blocks.
    package static func read(_ path: String) throws(PoolError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw cannot("open", path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw cannot("look at", path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw PoolError(.invalidArgument, "\(path) is no regular file; name one with an endpoint a line")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let (count, failure) = buffer.withUnsafeMutableBytes { SystemCall.read(descriptor, into: $0) }
            if let failure { throw cannot("read", path, failure) }
            guard count > 0 else { break }
            bytes += buffer[..<count]
            guard bytes.count <= largest else {
                throw PoolError(.invalidArgument, "\(path) has over \(largest) bytes: it is no list of endpoints")
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads the endpoints out of a file's text.
    ///
    /// - Throws: INVALID_ARGUMENT that names the line, or for a text without an endpoint.
    package static func endpoints(in text: String) throws(PoolError) -> [Endpoint] {
        var endpoints: [Endpoint] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let entry = line.prefix { $0 != "#" }.filter { $0 != " " && $0 != "\t" }
            guard !entry.isEmpty else { continue }
            do {
                let endpoint = try EndpointList.endpoint(entry)
                if !endpoints.contains(endpoint) { endpoints.append(endpoint) }
            } catch {
                throw PoolError(.invalidArgument, "line \(index + 1): \(error.message)")
            }
        }
        guard !endpoints.isEmpty else {
            throw PoolError(.invalidArgument, "there is no endpoint in it; expected one a line, tcp://HOST:PORT")
        }
        return endpoints
    }

    private static func cannot(_ action: String, _ path: String, _ errorNumber: Int32) -> PoolError {
        PoolError(.invalidArgument, "cannot \(action) \(path): \(SystemCall.text(of: errorNumber))")
    }
}
