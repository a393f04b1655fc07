import RankSystem
import Testing
import ZMQ

@Suite("Poller", .timeLimit(.minutes(5)))
struct PollerTests {
    @Test func saysWhichEntryIsReady() throws {
        let context = try Context()
        let left = try Socket.test(.pair, in: context)
        let right = try Socket.test(.pair, in: context)
        try right.connect(try left.bind(Endpoint("inproc://pair", for: .binding)))
        let wakeUp = try WakeUp()
        var poller = Poller()
        let socket = poller.add(left)
        let bell = poller.add(fileDescriptor: wakeUp.fileDescriptor)
        #expect(try poller.poll(timeoutMicroseconds: 0) == 0)

        #expect(try right.sendFrames(["x"]) == .sent)
        #expect(try poller.poll(timeoutMicroseconds: nil) == 1)
        #expect(poller.readiness(at: socket) == .readable)
        #expect(poller.readiness(at: bell) == [])

        wakeUp.bell.ring()
        wakeUp.bell.ring()
        #expect(try poller.poll(timeoutMicroseconds: 10_000_000) == 2)
        #expect(poller.readiness(at: bell) == .readable)
        wakeUp.reset()
        #expect(try left.receiveFrames() == ["x"])
        #expect(try poller.poll(timeoutMicroseconds: 1) == 0)

        poller.wait(for: [.readable, .writable], at: socket)
        #expect(try poller.poll(timeoutMicroseconds: nil) == 1)
        #expect(poller.readiness(at: socket) == .writable)
        poller.wait(for: [], at: socket)
        #expect(try poller.poll(timeoutMicroseconds: 0) == 0)
    }

    @Test func passesOverClosedSockets() throws {
        let context = try Context()
        let socket = try Socket.test(.router, in: context)
        try socket.bind(Endpoint("inproc://closed", for: .binding))
        var poller = Poller()
        let slot = poller.add(socket, for: [.readable, .writable])
        let wakeUp = try WakeUp()
        _ = poller.add(fileDescriptor: wakeUp.fileDescriptor)
        socket.close()
        wakeUp.bell.ring()
        #expect(try poller.poll(timeoutMicroseconds: nil) == 1)
        #expect(poller.readiness(at: slot) == [])
    }

    @Test func reusesSlots() throws {
        let wakeUp = try WakeUp()
        var poller = Poller()
        let first = poller.add(fileDescriptor: wakeUp.fileDescriptor)
        wakeUp.bell.ring()
        poller.remove(first)
        #expect(try poller.poll(timeoutMicroseconds: 0) == 0)
        #expect(poller.add(fileDescriptor: wakeUp.fileDescriptor) == first)
        #expect(try poller.poll(timeoutMicroseconds: 0) == 1)
    }

    @Test func reportsAShutdown() throws {
        let context = try Context()
        let socket = try Socket.test(.router, in: context)
        var poller = Poller()
        _ = poller.add(socket)
        context.shutdown()
        let error = #expect(throws: ZMQError.self) { while try poller.poll(timeoutMicroseconds: 1_000_000) == 0 {} }
        #expect(error?.code == .contextTerminated)
    }
}
