/// Reads the head of one HTTP/1 request, however it is cut: pure and bounded; only the request line is interpreted.
///
/// See RFC 9112, section 3.
package struct HTTPRequestReader {
    /// The most bytes of a head.
    package static let limit = 4_096

    /// The meaning of the bytes so far.
    package enum Outcome: Hashable {
        /// The beginning of a head.
        case incomplete
        /// A whole head; `target` is without its query.
        case request(method: String, target: String)
        /// No request for a page; the status of the refusal.
        case refused(Int)
    }

    private var bytes: [UInt8] = []

    package init() {
        bytes.reserveCapacity(Self.limit)
    }

    /// Takes the next bytes.
    ///
    /// - Returns: The meaning of all bytes so far; after any other than `incomplete`, append no more.
    package mutating func append(_ more: some Sequence<UInt8>) -> Outcome {
        for byte in more {
            // A head ends with an empty line; lone line feeds are line ends, too (RFC 9112, section 2.2).
            if byte == UInt8(ascii: "\r") { continue }
            if byte == UInt8(ascii: "\n"), bytes.last == UInt8(ascii: "\n") { return request }
            // Empty lines before the request line are skipped.
            if byte == UInt8(ascii: "\n"), bytes.isEmpty { continue }
            bytes.append(byte)
            if bytes.count >= Self.limit { return .refused(431) }
        }
        return .incomplete
    }

    private var request: Outcome {
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        let capitals = UInt8(ascii: "A")...UInt8(ascii: "Z")
        guard parts.count == 3, (1...16).contains(parts[0].count), parts[0].allSatisfy(capitals.contains),
            parts[1].first == UInt8(ascii: "/"), parts[1].allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return .refused(400) }
        guard parts[2].elementsEqual("HTTP/1.1".utf8) || parts[2].elementsEqual("HTTP/1.0".utf8) else {
            return .refused(parts[2].starts(with: "HTTP/".utf8) ? 505 : 400)
        }
        let target = parts[1].prefix { $0 != UInt8(ascii: "?") }
        return .request(
            method: String(decoding: parts[0], as: UTF8.self),
            target: String(decoding: target, as: UTF8.self)
        )
    }
}
