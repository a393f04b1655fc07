import RankCore
import RankProtocol
import Testing

/// No input traps: a damaged frame is read or refused.
@Suite struct RobustnessTests {
    static let requests = Vector.select("request", valid: true)
    static let replies = Vector.select("reply", valid: true)
    static let small = (requests + replies).filter { $0.hex.count < 2_000 }

    /// Whether the frame is read without an error.
    static func isRead(_ bytes: RawSpan, as direction: String) -> Bool {
        do {
            if direction == "request" {
                let frame = try RequestFrame(decoding: bytes, limits: .default)
                _ = try rewritePayload(of: frame, bytes, limits: .default)
            } else {
                _ = try rewrite(reply: bytes)
            }
            return true
        } catch {
            #expect(!error.message.isEmpty)
            #expect(error.status != .ok)
            return false
        }
    }

    @Test(arguments: small)
    func truncationAtEveryOffsetIsRefused(_ vector: Vector) {
        let bytes = vector.bytes
        for count in 0..<bytes.count {
            var part = Array(bytes[..<count])
            let isRead = Self.isRead(part.span.bytes, as: vector.direction)
            #expect(!isRead, "\(count) bytes")
            guard count >= 4 else { continue }
            // The same with a length that agrees, so that the payload's checks are reached.
            part.setUInt32(UInt32(count - 4), at: 0)
            let isReadMended = Self.isRead(part.span.bytes, as: vector.direction)
            #expect(!isReadMended, "\(count) bytes, length mended")
        }
    }

    @Test(arguments: small)
    func everyBitFlipIsReadOrRefused(_ vector: Vector) {
        var bytes = vector.bytes
        var refused = 0
        for bit in 0..<(8 * bytes.count) {
            bytes[bit / 8] ^= 1 << (bit % 8)
            if !Self.isRead(bytes.span.bytes, as: vector.direction) { refused += 1 }
            bytes[bit / 8] ^= 1 << (bit % 8)
        }
        // The magic, the length and the version at the least.
        #expect(refused >= 72)
    }

    @Test(arguments: small)
    func everyFieldAtItsEndsIsReadOrRefused(_ vector: Vector) {
        let bytes = vector.bytes
        for offset in stride(from: 0, through: bytes.count - 4, by: 4) {
            let limits: [UInt32] = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_ffff, 131_072, 131_073, 4_097]
            for value in limits {
                var changed = bytes
                changed.setUInt32(value, at: offset)
                let isSame = changed == bytes
                let isRead = Self.isRead(changed.span.bytes, as: vector.direction)
                #expect(isRead || !isSame)
                // Length and extension bytes must be what the frame holds.
                if offset == 0 || offset == 44 { #expect(isRead == isSame) }
            }
        }
    }

    @Test(arguments: small, 1...7)
    func alignmentDoesNotMatter(_ vector: Vector, _ shift: Int) throws {
        let bytes = vector.bytes
        let memory = [UInt8](repeating: 0xee, count: shift) + bytes + [0xee]
        let frame = memory.span.bytes.extracting(shift..<(shift + bytes.count))
        guard vector.frame?.extensions.allSatisfy({ $0.type == 3 && vector.direction == "request" }) == true else {
            let isRead = Self.isRead(frame, as: vector.direction)
            #expect(isRead)
            return
        }
        let written =
            vector.direction == "request"
            ? try rewritePayload(of: RequestFrame(decoding: frame, limits: .default), frame, limits: .default)
            : try rewrite(reply: frame)
        #expect(written == bytes)
    }

    @Test func limitsAreNamed() throws {
        var writer = FrameWriter()
        let ids: [UInt64] = [1, 2, 3]
        writer.beginScore(RequestHeader(id: RequestID(rawValue: 5), kind: .score), parameters: ScoreParameters())
        writer.appendQuery(user: 1, candidates: ids.span)
        writer.appendQuery(user: 2, candidates: ids.span)
        writer.finish()
        let bytes = writer.array
        func error(_ limits: FrameLimits) -> ProtocolError? {
            #expect(throws: ProtocolError.self) { try withBytes(bytes) { try rewrite(request: $0, limits: limits) } }
        }
        #expect(error(FrameLimits(messageBytes: bytes.count - 1))?.message.contains("max_message_bytes") == true)
        #expect(error(FrameLimits(queries: 1))?.message.contains("max_queries") == true)
        let candidates = error(FrameLimits(candidates: 5))
        #expect(candidates?.message.contains("max_candidates") == true)
        #expect(candidates?.queryIndex == 1)
        let exact = FrameLimits(messageBytes: bytes.count, candidates: 6, queries: 2)
        #expect(try withBytes(bytes) { try rewrite(request: $0, limits: exact) } == bytes)
    }

    @Test func targetAndDeadlineAreCheckedApart() throws {
        let held = try #require(ModelID(hex: "00112233445566778899aabbccddeeff"))
        let other = try #require(ModelID(hex: "ff112233445566778899aabbccddeeff"))
        var header = RequestHeader(id: RequestID(rawValue: 5), kind: .info, remainingMicroseconds: 0)
        let late = #expect(throws: ProtocolError.self) { try header.checkDeadline() }
        #expect(late?.status == .deadlineExceeded)
        try header.checkTarget(model: held, profile: .fp32FMA)
        header.model = held
        header.profile = .fp32FMA
        try header.checkTarget(model: held, profile: .fp32FMA)
        let wrongModel = #expect(throws: ProtocolError.self) {
            try header.checkTarget(model: other, profile: .fp32FMA)
        }
        #expect(wrongModel?.status == .failedPrecondition)
        let wrongProfile = #expect(throws: ProtocolError.self) {
            try header.checkTarget(model: held, profile: NumericProfile(rawValue: 9))
        }
        #expect(wrongProfile?.status == .failedPrecondition)
        #expect(wrongProfile?.requestID == header.id)
    }
}

extension [UInt8] {
    mutating func setUInt32(_ value: UInt32, at offset: Int) {
        for index in 0..<4 { self[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
    }
}
