import RankCore
import RankProtocol
import Testing

@Suite struct FrameSplitterTests {
    static let frames = Vector.select("request", valid: true).map(\.bytes)

    @Test(arguments: [1, 2, 3, 5, 47, 48, 49, 64, 1_000, 1_000_000])
    func cutsAStreamOfAnyPieces(_ piece: Int) throws {
        let stream = Array(Self.frames.joined())
        var splitter = FrameSplitter(maxBytes: 1 << 20)
        var found: [[UInt8]] = []
        for start in stride(from: 0, to: stream.count, by: piece) {
            splitter.append(stream[start..<min(start + piece, stream.count)])
            while let frame = try splitter.next() { found.append(frame) }
        }
        #expect(found == Self.frames)
        #expect(splitter.pendingByteCount == 0)
    }

    @Test func aCutOffFrameStaysPending() throws {
        let frame = Self.frames[0]
        var splitter = FrameSplitter(maxBytes: 1 << 20)
        splitter.append(frame.dropLast())
        #expect(try splitter.next() == nil)
        #expect(splitter.pendingByteCount == frame.count - 1)
    }

    @Test(arguments: [UInt32(0), 43, 1_021, 0xffff_ffff])
    func refusesALengthBeforeTheBody(_ length: UInt32) {
        var splitter = FrameSplitter(maxBytes: 1_024)
        splitter.append((0..<4).map { UInt8(truncatingIfNeeded: length >> UInt32(8 * $0)) })
        let error = #expect(throws: ProtocolError.self) { try splitter.next() }
        #expect(error?.status == .invalidArgument)
        splitter.append(Self.frames[0])
        let again = #expect(throws: ProtocolError.self) { try splitter.next() }
        #expect(again == error)
    }

    @Test func refusesAForeignStreamAtItsEighthByte() {
        var splitter = FrameSplitter(maxBytes: 1 << 20)
        splitter.append([64, 0, 0, 0, 0x47, 0x45, 0x54, 0x20])
        #expect(throws: ProtocolError.self) { try splitter.next() }
    }
}
