import RankSystem
import Synchronization
import Testing
import ZMQ

@Suite("Sockets of a thread", .timeLimit(.minutes(5)))
struct ThreadedSocketTests {
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
}
