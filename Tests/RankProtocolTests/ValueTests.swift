import RankProtocol
import Testing

@Suite struct ModelIDTests {
    @Test func readsAndWritesHex() throws {
        let id = try #require(ModelID(hex: "00112233445566778899AABBCCDDEEFF"))
        #expect(id.hex == "00112233445566778899aabbccddeeff")
        #expect(id.bytes == (0..<16).map { UInt8($0 * 0x11) })
        #expect(ModelID(bytes: id.bytes) == id)
        #expect(ModelID.unspecified.hex == String(repeating: "0", count: 32))
    }

    @Test(arguments: ["", "00", "zz112233445566778899aabbccddeeff", "00112233445566778899aabbccddeeff0"])
    func refusesOtherText(_ text: String) {
        #expect(ModelID(hex: text) == nil)
    }

    @Test(arguments: [0, 15, 17])
    func refusesOtherLengths(_ count: Int) {
        #expect(ModelID(bytes: [UInt8](repeating: 0, count: count)) == nil)
    }
}

@Suite struct StatusTests {
    /// Code, gRPC's name, whether another worker may answer: the table of the document.
    static let table: [(Status, Int, String, Bool)] = [
        (.ok, 0, "OK", false),
        (.cancelled, 1, "CANCELLED", false),
        (.unknown, 2, "UNKNOWN", false),
        (.invalidArgument, 3, "INVALID_ARGUMENT", false),
        (.deadlineExceeded, 4, "DEADLINE_EXCEEDED", false),
        (.notFound, 5, "NOT_FOUND", false),
        (.resourceExhausted, 8, "RESOURCE_EXHAUSTED", true),
        (.failedPrecondition, 9, "FAILED_PRECONDITION", true),
        (.aborted, 10, "ABORTED", true),
        (.unimplemented, 12, "UNIMPLEMENTED", false),
        (.internal, 13, "INTERNAL", false),
        (.unavailable, 14, "UNAVAILABLE", true),
        (.unauthenticated, 16, "UNAUTHENTICATED", false),
        (Status(rawValue: 99), 99, "STATUS_99", false),
    ]

    @Test(arguments: table.indices)
    func meansOneThing(_ index: Int) {
        let (status, code, name, isRetryable) = Self.table[index]
        #expect(Int(status.rawValue) == code)
        #expect("\(status)" == name)
        #expect(status.isRetryable == isRetryable)
    }
}

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
