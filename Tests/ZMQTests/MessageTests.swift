import RankSystem
import TestSupport
import Testing
import ZMQ

@Suite("Message", .timeLimit(.minutes(5)))
struct MessageTests {
    @Test(arguments: [0, 1, 33, 34, 8_192, 1 << 20])
    func copiesBytes(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let message = try Message(copying: bytes.span.bytes)
        #expect(message.byteCount == count)
        let span = message.bytes
        #expect((0..<count).allSatisfy { span.unsafeLoad(fromUncheckedByteOffset: $0, as: UInt8.self) == bytes[$0] })
        #expect(message.withUnsafeBytes { $0.elementsEqual(bytes) })
        #expect(message.hasMore == false)
    }

    @Test func isWrittenInPlace() throws {
        var message = try Message(byteCount: 3)
        #expect(message.withUnsafeBytes { Array($0) } == [0, 0, 0])
        var bytes = message.mutableBytes
        bytes.storeBytes(of: 7, toByteOffset: 1, as: UInt8.self)
        #expect(message.withUnsafeBytes { Array($0) } == [0, 7, 0])
    }

    @Test func takesContentOver() throws {
        var first = try Message(copying: Array("a long message that does not fit inside".utf8).span.bytes)
        var second = try Message(copying: Array("old".utf8).span.bytes)
        second.take(from: &first)
        #expect(second.text == "a long message that does not fit inside")
        #expect(first.byteCount == 0)
    }

    @Test func refusesImpossibleSizes() {
        let negative = #expect(throws: ZMQError.self) { try Message(byteCount: -1).byteCount }
        #expect(negative?.code == .invalidOption)
        let huge = #expect(throws: ZMQError.self) { try Message(byteCount: 1 << 60).byteCount }
        #expect(huge?.code == .resourceExhausted)
    }

    #if os(Linux)
    /// In a process of its own, because the heap is everybody's.
    @Test func aReusedMessageKeepsTheMemoryAsItIs() async {
        await #expect(processExitsWith: .success) {
            let context = try Context()
            let receiver = try Socket.test(.pair, in: context)
            let sender = try Socket.test(.pair, in: context)
            try sender.connect(try receiver.bind(Endpoint("inproc://pair", for: .binding)))
            var message = Message()
            try pass(10_000, from: sender, to: receiver, through: &message)
            let before = try residentPages()
            try pass(100_000, from: sender, to: receiver, through: &message)
            let after = try residentPages()
            #expect(after - before < 500, "20 bytes lost per receive would show")
        }
    }
    #endif
}

#if os(Linux)
private func pass(
    _ count: Int,
    from sender: borrowing Socket,
    to receiver: borrowing Socket,
    through message: inout Message
) throws {
    let payload = [UInt8](repeating: 1, count: 2_000)
    for _ in 0..<count {
        #expect(try sender.send(copying: payload.span.bytes, waiting: .allowed) == .sent)
        #expect(try receiver.receive(into: &message, waiting: .allowed))
    }
}

/// The pages of memory that the process has.
private func residentPages() throws -> Int {
    let descriptor = open("/proc/self/statm", O_RDONLY)
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = read(descriptor, &buffer, buffer.count)
    guard count > 0 else { throw POSIXFailure(errorNumber: errno) }
    let fields = String(decoding: buffer.prefix(count), as: UTF8.self).split(separator: " ")
    return try #require(Int(fields[1]))
}
#endif
