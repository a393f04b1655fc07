import Synchronization
import Testing
import ZMQ

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Owned thread", .timeLimit(.minutes(5)))
struct OwnedThreadTests {
    @Test func startReportsWhatWasBound() throws {
        let context = try Context()
        let wakeUp = try WakeUp()
        let bell = wakeUp.bell
        let waiting = Mutex<WakeUp?>(consume wakeUp)
        let thread = try OwnedThread<Endpoint, ZMQError>.start(name: "worker") { (starter) throws(ZMQError) in
            guard let wakeUp = waiting.withLock({ $0.take() }) else { return }
            let socket = try Socket(.router, in: context, settings: .worker(maximumMessageSize: testLimit))
            var poller = Poller()
            let stop = poller.add(fileDescriptor: wakeUp.fileDescriptor)
            starter.started(try socket.bind(Endpoint("tcp://127.0.0.1:*", for: .binding)))
            while try poller.poll(timeoutMicroseconds: nil) > 0, poller.readiness(at: stop) != .readable {}
        }
        let client = try Socket.test(.router, in: context)
        let error = #expect(throws: ZMQError.self) { try client.bind(thread.info) }
        #expect(error?.code == .addressInUse, "the thread has bound")
        bell.ring()
        try thread.join()
        try thread.join()
    }

    @Test func startThrowsWhatWentWrong() throws {
        let context = try Context()
        let taken = try Socket.test(.router, in: context)
        let bound = try taken.bind(Endpoint("tcp://127.0.0.1:*", for: .binding))
        let error = #expect(throws: ThreadStartError<ZMQError>.self) {
            try OwnedThread<Endpoint, ZMQError>.start(name: "worker") { (starter) throws(ZMQError) in
                let socket = try Socket(.router, in: context, settings: .worker(maximumMessageSize: testLimit))
                starter.started(try socket.bind(bound))
            }
        }
        guard case .failed(let failure)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(failure.code == .addressInUse)
    }

    @Test func aBodyThatNeverStartsIsAnError() {
        let error = #expect(throws: ThreadStartError<ZMQError>.self) {
            try OwnedThread<Void, ZMQError>.start(name: "silent") { (_) throws(ZMQError) in }
        }
        guard case .noThread(let failure)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(failure.message.contains("silent ended before it had started"))
    }

    @Test func joinThrowsWhatTheBodyThrewLater() throws {
        let thread = try OwnedThread<Int, ZMQError>.start(name: "late") { (starter) throws(ZMQError) in
            starter.started(1)
            starter.started(2)
            throw ZMQError(code: .system, message: "late failure")
        }
        #expect(thread.info == 1)
        for _ in 0..<2 {
            let error = #expect(throws: ZMQError.self) { try thread.join() }
            #expect(error?.message == "late failure")
        }
    }

    #if os(Linux)
    @Test func hasAName() throws {
        let thread = try OwnedThread<String, Never>.start(name: "a-name-of-more-than-15-bytes") { starter in
            var name = [CChar](repeating: 0, count: 32)
            let descriptor = open("/proc/thread-self/comm", O_RDONLY)
            let count = read(descriptor, &name, name.count)
            close(descriptor)
            starter.started(String(decoding: name.prefix(max(0, count - 1)).map { UInt8($0) }, as: UTF8.self))
        }
        #expect(thread.info == "a-name-of-more-")
        thread.join()
    }
    #endif

    @Test func aThreadNobodyJoinsEndsByItself() throws {
        for _ in 0..<200 {
            _ = try OwnedThread<Void, Never>.start(name: "alone") { starter in starter.started(()) }
        }
    }
}
