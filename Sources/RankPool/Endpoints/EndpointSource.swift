import RankCore
import ZMQ

/// A file or a name that names a pool's workers, and is followed while the pool runs.
public enum EndpointSource: Hashable, Sendable, CustomStringConvertible {
    /// A file with one endpoint a line; empty lines and comments after a `#` are skipped.
    ///
    /// The file is read again every second. Replace it by renaming: a file that is read while it is written may be
    /// short.
    case file(path: String)
    /// A name with a port: every address of the name, resolved again every 30 s or so and whenever a connection is
    /// lost.
    case name(host: String, port: UInt16)

    /// Reads `file:PATH` or `dns://NAME:PORT`; nil for any other text.
    init?(_ text: String) throws(PoolError) {
        if let path = text.dropping("file:") {
            guard !path.isEmpty else {
                throw PoolError(.invalidArgument, "file: names no file; expected file:PATH")
            }
            self = .file(path: path)
        } else if let rest = text.dropping("dns://") {
            let endpoint = try EndpointList.endpoint("tcp://\(rest)")
            guard case .tcp(.name(let host), let port?) = endpoint.address else {
                throw PoolError(.invalidArgument, "\(text) is an address, not a name; expected dns://NAME:PORT")
            }
            self = .name(host: host, port: port)
        } else {
            return nil
        }
    }

    /// The text of the source in a list.
    public var description: String {
        switch self {
        case .file(let path): "file:\(path)"
        case .name(let host, let port): "dns://\(host):\(port)"
        }
    }
}

extension String {
    fileprivate func dropping(_ prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
