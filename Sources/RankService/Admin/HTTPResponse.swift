package import RankCore

/// A whole HTTP response; the connection ends with it.
package struct HTTPResponse: Hashable {
    /// The status code.
    package var status: Int
    /// The type of the body.
    package var contentType = "text/plain; charset=utf-8"
    /// The body.
    package var body: String
    /// Whether only the head is sent, as an answer to HEAD.
    package var isHeadOnly = false

    /// A text of one line.
    package init(_ status: Int, _ line: String) {
        self.status = status
        body = line + "\n"
    }

    /// A JSON object.
    package init(json: JSONValue) {
        status = 200
        contentType = "application/json"
        body = json.compact + "\n"
    }

    /// The refusal of bytes that are no request for a page.
    package static func refusal(_ status: Int) -> HTTPResponse { HTTPResponse(status, reason(of: status)) }

    /// The response as it is sent.
    package var bytes: [UInt8] {
        let head =
            "HTTP/1.1 \(status) \(Self.reason(of: status))\r\nContent-Type: \(contentType)\r\n"
            + "Content-Length: \(body.utf8.count)\r\nCache-Control: no-store\r\nConnection: close\r\n"
            + (status == 405 ? "Allow: GET, HEAD\r\n" : "") + "\r\n"
        return Array(head.utf8) + (isHeadOnly ? [] : Array(body.utf8))
    }

    private static func reason(of status: Int) -> String {
        switch status {
        case 200: "OK"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 431: "Request Header Fields Too Large"
        case 503: "Service Unavailable"
        case 505: "HTTP Version Not Supported"
        default: "Bad Request"
        }
    }
}
