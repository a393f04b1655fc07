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
        let contents: [UInt8]?
        do throws(SystemError) {
            contents = try FileReader.readRegular(path, limit: largest)
        } catch {
            throw failure(error, at: path)
        }
        guard let contents else {
            throw PoolError(.invalidArgument, "\(path) is no regular file; name one with an endpoint a line")
        }
        return String(decoding: contents, as: UTF8.self)
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

    private static func failure(_ error: SystemError, at path: String) -> PoolError {
        guard error.errorNumber != 0 else {
            return PoolError(.invalidArgument, "\(path) has over \(largest) bytes: it is no list of endpoints")
        }
        let action = error.call == "fstat" ? "look at" : error.call
        return PoolError(.invalidArgument, "cannot \(action) \(path): \(error.reason)")
    }
}
