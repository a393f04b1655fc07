import RankSystem

extension Endpoint {
    /// Splits an endpoint's text into its parts.
    ///
    /// - Throws: `invalidEndpoint`.
    static func parse(_ text: String, for purpose: Purpose) throws(ZMQError) -> Address {
        func invalid(_ reason: String) -> ZMQError {
            ZMQError(code: .invalidEndpoint, message: "\(quoted(text)) is no endpoint: \(reason)")
        }
        guard let schemeEnd = text.utf8.firstRange(of: Array("://".utf8)) else {
            let meant = meant(text, for: purpose).map { "; did you mean \($0)?" } ?? ""
            throw invalid("expected tcp://HOST:PORT or ipc://PATH, or inproc://NAME within one process\(meant)")
        }
        let rest = String(text[schemeEnd.upperBound...])
        guard !rest.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw invalid("it contains a control character")
        }
        switch String(text[..<schemeEnd.lowerBound]) {
        case "tcp":
            guard let (host, port) = splitPort(rest) else {
                throw invalid("the port is missing: expected tcp://HOST:PORT")
            }
            return .tcp(
                host: try parseHost(host, for: purpose, invalid: invalid),
                port: try parsePort(port, for: purpose, invalid: invalid)
            )
        case "ipc":
            return .ipc(path: try parsePath(rest, invalid: invalid))
        case "inproc":
            guard !rest.isEmpty, rest.utf8.count <= 256 else {
                throw invalid("the name after inproc:// must have 1 to 256 bytes")
            }
            return .inproc(name: rest)
        case let scheme:
            throw invalid("the transport \(quoted(scheme)) is unknown: use tcp or ipc, or inproc within one process")
        }
    }

    /// The endpoint that a text without a scheme probably stands for; nil if none is near.
    private static func meant(_ text: String, for purpose: Purpose) -> String? {
        for (wrong, scheme) in [("tcp:", "tcp://"), ("ipc:", "ipc://")] where text.hasPrefix(wrong) {
            let rest = text.dropFirst(wrong.count).drop { $0 == "/" }
            let path = scheme == "ipc://" && text.dropFirst(wrong.count).hasPrefix("/") ? "/\(rest)" : String(rest)
            return proven(scheme + path, for: purpose)
        }
        if text.hasPrefix("/") || text.hasPrefix("./") { return proven("ipc://\(text)", for: purpose) }
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return proven("tcp://127.0.0.1:\(text)", for: purpose)
        }
        return proven("tcp://\(text)", for: purpose)
    }

    /// A text that is an endpoint, or nil.
    private static func proven(_ text: String, for purpose: Purpose) -> String? {
        (try? parse(text, for: purpose)) == nil ? nil : text
    }

    /// Cuts at the last colon that is not inside brackets.
    private static func splitPort(_ text: String) -> (host: String, port: String)? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        if let bracket = text.lastIndex(of: "]"), bracket > colon { return nil }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    private static func parsePort(
        _ text: String,
        for purpose: Purpose,
        invalid: (String) -> ZMQError
    ) throws(ZMQError) -> UInt16? {
        if text == "*" {
            guard purpose == .binding else { throw invalid("* as a port works only for a bind") }
            return nil
        }
        let isDecimal = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isDecimal, let port = UInt16(text), port > 0 else {
            let hint = purpose == .binding ? ", or * for any that is free" : ""
            throw invalid("the port \(quoted(text)) is not a number from 1 to 65535\(hint)")
        }
        return port
    }

    private static func parseHost(
        _ text: String,
        for purpose: Purpose,
        invalid: (String) -> ZMQError
    ) throws(ZMQError) -> Host {
        if text.isEmpty {
            throw invalid("the host is missing\(purpose == .binding ? "; * means every interface" : "")")
        }
        if text == "*" {
            guard purpose == .binding else { throw invalid("* as a host works only for a bind") }
            return .any
        }
        if text.hasPrefix("["), text.hasSuffix("]") {
            let inner = String(text.dropFirst().dropLast())
            guard isIPv6(inner) else { throw invalid("\(quoted(inner)) is not an IPv6 address") }
            return .ipv6(inner)
        }
        if text.contains(":") {
            if text.contains(" ") { throw invalid("it holds a blank; give each endpoint by itself") }
            throw invalid("an IPv6 address stands in brackets: tcp://[::1]:7000")
        }
        let looksNumeric = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        if looksNumeric {
            guard HostAddress.isIPv4(text) else { throw invalid("\(quoted(text)) is not an IPv4 address") }
            return .ipv4(text)
        }
        guard isHostName(text) else {
            throw invalid(
                "\(quoted(text)) is not a host name: letters, digits, '-' and '_' in parts of 1 to 63 "
                    + "with stops between"
            )
        }
        return .name(text)
    }

    private static func parsePath(_ path: String, invalid: (String) -> ZMQError) throws(ZMQError) -> String {
        guard !path.isEmpty else { throw invalid("the path after ipc:// is missing") }
        guard path != "*" else { throw invalid("name a path; * is not supported for ipc") }
        guard path != "@" else { throw invalid("the abstract name after @ is missing") }
        guard !path.hasSuffix("/") else { throw invalid("the path names a directory") }
        guard path.utf8.count <= maximumPathByteCount else {
            throw invalid(
                "the path has \(path.utf8.count) bytes, and the system allows \(maximumPathByteCount): "
                    + "use a shorter one"
            )
        }
        return path
    }

    private static func isIPv6(_ text: String) -> Bool {
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 {
            let isZone = { (byte: UInt8) in isNameByte(byte) || byte == UInt8(ascii: ".") }
            guard !parts[1].isEmpty, parts[1].utf8.allSatisfy(isZone) else { return false }
        }
        return HostAddress.isIPv6(String(parts[0]))
    }

    /// RFC 1123, section 2.1, with the underscore that service names have.
    private static func isHostName(_ text: String) -> Bool {
        guard text.utf8.count <= 253 else { return false }
        let name = text.hasSuffix(".") ? text.dropLast() : text[...]
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.utf8.allSatisfy(isNameByte)
                && label.first != "-" && label.last != "-"
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// The text in quotation marks, with control characters escaped, cut to a length that suits a log.
    private static func quoted(_ text: String) -> String {
        text.count > 160 ? "\(String(text.prefix(160)).debugDescription)..." : text.debugDescription
    }
}
