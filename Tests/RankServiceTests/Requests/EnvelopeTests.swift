import RankService
import Testing

@Suite("Envelope")
struct EnvelopeTests {
    /// A message as the worker sees it, and what it has to be.
    ///
    /// `i` is the identity, `e` an empty frame, `x` any other.
    struct Row: CustomTestStringConvertible {
        var frames: String
        var verdict: Envelope.Verdict
        var from: String

        var testDescription: String { "\(frames): \(from)" }

        init(_ frames: String, _ verdict: Envelope.Verdict, _ from: String) {
            self.frames = frames
            self.verdict = verdict
            self.from = from
        }
    }

    static let rows = [
        Row("ix", .request(body: 1), "DEALER"),
        Row("iex", .request(body: 2), "REQ, or DEALER with a delimiter"),
        Row("ixex", .request(body: 3), "REQ with CORRELATE"),
        Row("ixxxex", .request(body: 5), "REQ behind three hops"),
        Row("ixxxxxxxex", .request(body: 9), "an envelope of the full depth"),
        Row("iee", .request(body: 2), "REQ with an empty body: it waits for an answer"),
        Row("ixee", .request(body: 3), "REQ with CORRELATE and an empty body"),
        Row("iexx", .wrongShape(echo: 2), "multipart REQ"),
        Row("ixexx", .wrongShape(echo: 3), "multipart REQ with CORRELATE"),
        Row("iexe", .wrongShape(echo: 2), "a second empty frame is a body frame"),
        Row("ieex", .wrongShape(echo: 2), "two delimiters"),
        Row("ixe", .wrongShape(echo: 3), "a delimiter without a body"),
        Row("ixxxxxxxe", .wrongShape(echo: 9), "the full depth without a body"),
        Row("ixxxxxxxexx", .wrongShape(echo: 9), "the full depth and two bodies"),
        Row("ie", .probe, "ZMQ_PROBE_ROUTER"),
        Row("ixx", .malformed, "multipart DEALER"),
        Row("ixxxxxxxxex", .malformed, "one hop more than the depth"),
        Row("ixxxxxxxxxxxxxxxxxx", .malformed, "many frames and no delimiter"),
        Row("i", .malformed, "an identity alone"),
        Row("ex", .request(body: 1), "an empty identity is still the identity"),
        Row("e", .malformed, "an empty frame alone"),
        Row("", .malformed, "no frame"),
    ]

    @Test(arguments: rows)
    func everyShape(row: Row) {
        var envelope = Envelope()
        for frame in row.frames { envelope.append(isEmpty: frame == "e") }
        #expect(envelope.frameCount == row.frames.count)
        #expect(envelope.verdict == row.verdict)
    }

    @Test
    func whatAVerdictPointsAtIsAmongTheKeptFrames() {
        // Every message of up to 13 frames, as the bits of a number: 1 is an empty frame.
        for count in 0...13 {
            for bits in 0..<(1 << count) {
                var envelope = Envelope()
                for index in 0..<count { envelope.append(isEmpty: bits >> index & 1 == 1) }
                switch envelope.verdict {
                case .request(let body):
                    #expect(body == count - 1 && body < Envelope.keptFrames)
                case .wrongShape(let echo):
                    #expect(echo <= count && echo < Envelope.keptFrames && bits >> (echo - 1) & 1 == 1)
                case .probe, .malformed:
                    break
                }
            }
        }
    }
}
