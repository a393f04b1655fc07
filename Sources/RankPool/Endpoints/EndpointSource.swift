public import ZMQ

/// Where a pool learns its workers' endpoints from, while it runs.
public enum EndpointSource: Hashable, Sendable, CustomStringConvertible {
    /// A file with one endpoint a line; empty lines and what follows a `#` are passed over.
    ///
    /// It is read again every second. Replace it by renaming: a file that is read while it is written may be short.
    case file(path: String)
    /// A name with a port: every address that it has, asked for again every 30 s or so and whenever a connection is lost.
    case name(Endpoint)

    /// Reads `file:PATH` or `dns://NAME:PORT`; nil for what is neither.
    init?(_ text: String) throws(PoolError) {
        if let path = text.dropping("file:") {
            guard !path.isEmpty else {
                throw PoolError(.invalidArgument, "file: names no file; expected file:PATH")
            }
            self = .file(path: path)
        } else if let rest = text.dropping("dns://") {
            let endpoint = try EndpointList.endpoint("tcp://\(rest)")
            guard !endpoint.isNumeric else {
                throw PoolError(.invalidArgument, "\(text) is an address, not a name; expected dns://NAME:PORT")
            }
            self = .name(endpoint)
        } else {
            return nil
        }
    }

    /// As it is written in a list.
    public var description: String {
        switch self {
        case .file(let path): "file:\(path)"
        case .name(let endpoint): "dns://" + ("\(endpoint)".dropping("tcp://") ?? "")
        }
    }
}

extension String {
    fileprivate func dropping(_ prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
