import RankSystem
import Synchronization
import TestSupport
import Testing
import ZMQ

@Suite("Interrupted calls", .timeLimit(.minutes(5)))
struct InterruptTests {
    /// A thread under a storm of signals polls and receives as if there were none.
    @Test func areRepeated() throws {
        countSignals()
        let context = try Context()
        let peer = try Socket.test(.dealer, in: context)
        let bound = try peer.bind(Endpoint("tcp://127.0.0.1:*", for: .binding))
        let thread = try OwnedThread<pthread_t, ZMQError>.start(name: "interrupted") { (starter) throws(ZMQError) in
            letSignalsThrough()
            let socket = try Socket(.dealer, in: context, settings: .client(maximumMessageSize: testLimit))
            try socket.connect(bound)
            var poller = Poller()
            _ = poller.add(socket)
            var message = Message()
            starter.started(pthread_self())
            guard try poller.poll(timeoutMicroseconds: nil) == 1 else { return }
            guard try socket.receive(into: &message) else { return }
            guard try socket.receive(into: &message, waiting: .allowed) else { return }
            _ = try socket.send(&message)
        }
        storm(thread.info)
        #expect(try peer.sendFrames(["into the poll"]) == .sent)
        storm(thread.info)
        #expect(try peer.sendFrames(["into the receive"]) == .sent)
        #expect(try peer.receiveFrames() == ["into the receive"])
        try thread.join()
        #expect(signals.load(ordering: .relaxed) > 0)
    }

    @Test func doNotStretchAPoll() throws {
        countSignals()
        let context = try Context()
        let thread = try OwnedThread<pthread_t, ZMQError>.start(name: "interrupted") { (starter) throws(ZMQError) in
            letSignalsThrough()
            let socket = try Socket(.dealer, in: context, settings: .client(maximumMessageSize: testLimit))
            var poller = Poller()
            _ = poller.add(socket)
            starter.started(pthread_self())
            // Were the whole time-out waited again after each signal, the storm would outlast the test's limit.
            while try poller.poll(timeoutMicroseconds: 20_000) != 0 {}
            hasEnded.store(true, ordering: .relaxed)
        }
        while !hasEnded.load(ordering: .relaxed) { interrupt(thread.info) }
        try thread.join()
    }

    /// Installs a handler without `SA_RESTART`.
    private func countSignals() {
        var action = sigaction()
        #if canImport(Darwin)
        action.__sigaction_u.__sa_handler = { _ in signals.add(1, ordering: .relaxed) }
        #else
        action.__sigaction_handler.sa_handler = { _ in signals.add(1, ordering: .relaxed) }
        #endif
        #expect(sigaction(SIGUSR1, &action, nil) == 0)
    }

    private func storm(_ thread: pthread_t) {
        for _ in 0..<200 { interrupt(thread) }
    }

    private func interrupt(_ thread: pthread_t) {
        pthread_kill(thread, SIGUSR1)
        usleep(500)
    }
}

/// A thread inherits the mask of its maker, and the threads that run tests block every signal.
private func letSignalsThrough() {
    var mask = sigset_t()
    sigemptyset(&mask)
    sigaddset(&mask, SIGUSR1)
    pthread_sigmask(SIG_UNBLOCK, &mask, nil)
}

private let signals = Atomic(0)
private let hasEnded = Atomic(false)
