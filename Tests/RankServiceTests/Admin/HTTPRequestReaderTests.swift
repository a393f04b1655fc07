import RankService
import Testing

@Suite("HTTPRequestReader")
struct HTTPRequestReaderTests {
    typealias Outcome = HTTPRequestReader.Outcome

    static let heads: [(String, Outcome)] = [
        ("GET /live HTTP/1.1\r\nHost: x\r\n\r\n", .request(method: "GET", target: "/live")),
        ("GET /live HTTP/1.0\r\n\r\n", .request(method: "GET", target: "/live")),
        ("\r\n\r\nHEAD /ready?x=1&y HTTP/1.1\r\n\r\n", .request(method: "HEAD", target: "/ready")),
        ("POST /%2e%2e/é HTTP/1.1\n\n", .refused(400)),
        ("POST /../etc HTTP/1.1\n\n", .request(method: "POST", target: "/../etc")),
        ("GET / HTTP/2.0\r\n\r\n", .refused(505)),
        ("GET / SPDY\r\n\r\n", .refused(400)),
        ("GET http://x/ HTTP/1.1\r\n\r\n", .refused(400)),
        ("GET  /live HTTP/1.1\r\n\r\n", .refused(400)),
        ("get /live HTTP/1.1\r\n\r\n", .refused(400)),
        ("GET /live\r\n\r\n", .refused(400)),
        ("VERYLONGMETHODNAME /live HTTP/1.1\r\n\r\n", .refused(400)),
        ("GET /li\u{1}ve HTTP/1.1\r\n\r\n", .refused(400)),
        ("GET /live HTTP/1.1\r\nHost: x\r\n", .incomplete),
        ("", .incomplete),
    ]

    @Test(arguments: heads.indices)
    func whatAHeadIsWholeAndByteByByte(index: Int) {
        let (text, expected) = Self.heads[index]
        var whole = HTTPRequestReader()
        #expect(whole.append(text.utf8) == expected)
        var slow = HTTPRequestReader()
        var last = Outcome.incomplete
        for byte in text.utf8 {
            #expect(last == .incomplete)
            last = slow.append([byte])
        }
        #expect(last == expected)
    }

    @Test
    func aHeadWithoutAnEndIsRefusedAtTheLimitWhateverItIsMadeOf() {
        for text in ["A", "GET /live HTTP/1.1\r\nx: y\r\n", "a\n"] {
            var reader = HTTPRequestReader()
            var outcome = Outcome.incomplete
            var count = 0
            while outcome == .incomplete {
                outcome = reader.append(text.utf8)
                count += text.utf8.count
            }
            #expect(outcome == .refused(431))
            #expect(count <= 2 * HTTPRequestReader.limit)
        }
    }

    @Test
    func aResponseSaysItsLengthAndOneToHEADHasNoBody() {
        var response = HTTPResponse(200, "ready")
        let text = String(decoding: response.bytes, as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(text.contains("Content-Length: 6\r\n") && text.hasSuffix("\r\n\r\nready\n"))
        response.isHeadOnly = true
        #expect(String(decoding: response.bytes, as: UTF8.self) == String(text.dropLast(6)))
        #expect(String(decoding: HTTPResponse(405, "no").bytes, as: UTF8.self).contains("\r\nAllow: GET, HEAD\r\n"))
    }
}
