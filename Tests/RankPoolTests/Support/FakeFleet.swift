import RankProtocol
import RankSystem
import TestSupport
import ZMQ

/// Many workers on one thread, each with a socket of its own.
final class FakeFleet: Sendable {
    let endpoints: [String]
    private let thread: OwnedThread<Started, ZMQError>

    /// The report of the thread when every socket is bound.
    struct Started: Sendable {
        var endpoints: [String]
        var bell: WakeUp.Bell
    }

    init(_ count: Int) throws {
        thread = try OwnedThread<Started, ZMQError>.start(name: "fake-fleet") { (starter) throws(ZMQError) in
            let context = try Context()
            let wakeUp = try ZMQError.converting(WakeUp())
            var poller = Poller()
            let stop = poller.add(fileDescriptor: wakeUp.fileDescriptor)
            var workers: [Worker] = []
            for _ in 0..<count { workers.append(try Worker(in: context, poller: &poller)) }
            starter.started(Started(endpoints: workers.map(\.endpoint), bell: wakeUp.bell))
            while true {
                _ = try poller.poll(timeoutMicroseconds: nil)
                if poller.readiness(at: stop).contains(.readable) { return }
                for worker in workers where poller.readiness(at: worker.slot).contains(.readable) {
                    try worker.answer()
                }
            }
        }
        endpoints = thread.info.endpoints
    }

    /// Asks the thread to end, which closes the sockets.
    func end() { thread.info.bell.ring() }

    private final class Worker {
        let endpoint: String
        let slot: Poller.Slot
        private let socket: Socket
        private let log = FakeWorker.Log(model: Fake.model)
        private var identity = Message()
        private var body = Message()

        init(in context: Context, poller: inout Poller) throws(ZMQError) {
            socket = try Socket(.router, in: context, settings: .worker(maximumMessageSize: 1 << 20))
            endpoint = "\(try socket.bind(Endpoint("tcp://127.0.0.1:*", for: .binding)))"
            slot = poller.add(socket)
        }

        func answer() throws(ZMQError) {
            while try socket.receive(into: &identity) {
                guard try socket.receive(into: &body) else { break }
                guard let reply = FakeWorker.reply(to: body.bytes, FakeWorker.Settings(), log) else { continue }
                _ = try socket.send(&identity, more: true)
                _ = try socket.send(copying: reply.span.bytes)
            }
        }
    }
}
