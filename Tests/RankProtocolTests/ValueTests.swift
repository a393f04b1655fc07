import RankProtocol
import Testing

@Suite struct FrameLimitsTests {
    @Test func replyBytesFollowTheDocument() {
        let limits = FrameLimits(messageBytes: 1, candidates: 103, queries: 1)
        // 64 + 48 + 1,339, rounded up.
        #expect(limits.replyBytes == 1_456)
        // An ERROR of 1,024 bytes of text.
        #expect(FrameLimits(messageBytes: 1, candidates: 3, queries: 1).replyBytes == 1_088)
        #expect(FrameLimits(candidates: .max).replyBytes == .max)
        #expect(FrameLimits(messageBytes: -1, candidates: -1, queries: -1).replyBytes == 1_088)
    }

    @Test func theLargestReplyFits() {
        var writer = FrameWriter()
        writer.beginScoreReply(ReplyHeader(id: RequestID(rawValue: 1), kind: .score))
        for _ in 0..<5 { _ = writer.appendReplyQuery(entryCount: 1, candidateCount: 1, flags: .indexed) }
        writer.finish()
        #expect(writer.array.count <= FrameLimits(candidates: 5, queries: 5).replyBytes)
    }
}
