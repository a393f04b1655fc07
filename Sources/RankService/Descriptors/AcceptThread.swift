import RankSystem
import ZMQ

/// The thread that admits connections, one after another, as long as there are descriptors for them.
///
/// libzmq accepts every connection, and at the limit its I/O thread tries the same connection again and again, or ends
/// the process, as at an ipc endpoint. So the gate is shut, and this thread opens it for one connection at a time, when
/// one waits and a descriptor beside the reserve is free. Otherwise the gate stays shut, and the reserve is released to
/// the process: the admin pages and loads of models go on. Without a new connection the thread sleeps.
///
/// Begun and ended by the thread that owns the sockets, while they are open.
final class AcceptThread: Sendable {
    /// The times between two looks at the descriptors, while all is well and during a pause (ms).
    private static let (interval, shortInterval): (Int32, Int32) = (500, 100)

    /// The time that libzmq's thread has for a connection before the gate is opened for the next one, in nanoseconds.
    private static let spacing: UInt64 = 100_000

    private let thread: OwnedThread<Void, Never>
    private let bell: WakeUp.Bell

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - endpoints: The worker's endpoints, as the bind returned them.
    ///   - status: Takes note of pauses.
    ///   - log: Takes one line when descriptors have run out and one when enough are free again, on this thread.
    /// - Throws: `resourceExhausted` without a descriptor or a thread for it.
    init(
        endpoints: [String],
        status: DescriptorStatus,
        log: @escaping @Sendable (String) -> Void
    ) throws(ZMQError) {
        let wakeUp = try ZMQError.converting(WakeUp())
        // One for a connection, one to find the gate with.
        if !endpoints.isEmpty { try DescriptorReserve.check(to: "let connections in", count: 2) }
        bell = wakeUp.bell
        let box = Handover(wakeUp)
        do throws(ThreadStartError<Never>) {
            thread = try OwnedThread<Void, Never>.start(name: "rank-accept") { starter in
                starter.started(())
                guard let wakeUp = box.take() else { return }
                Self.run(endpoints, wakeUp: wakeUp, status: status, log: log)
            }
        } catch {
            switch error {
            case .noThread(let error): throw ZMQError(error)
            }
        }
    }

    /// Ends the thread and waits for its end.
    func end() {
        bell.ring()
        thread.join()
    }

    private static func run(
        _ endpoints: [String],
        wakeUp: borrowing WakeUp,
        status: DescriptorStatus,
        log: (String) -> Void
    ) {
        guard let gate = gate(endpoints, wakeUp: wakeUp) else { return }
        gate.close()
        var keeper = DescriptorKeeper(status: status, canWait: gate.count > 0 || endpoints.isEmpty)
        var list = PollList(count: gate.count + 1)
        while true {
            list.watch(wakeUp.fileDescriptor, at: 0)
            for (index, descriptor) in gate.descriptors.enumerated() {
                list.watch(keeper.isPaused ? nil : descriptor, at: index + 1)
            }
            list.wait(milliseconds: keeper.isShort ? shortInterval : interval)
            if list.isReady(at: 0) { return }
            guard keeper.look(at: MonotonicClock.nanoseconds(), log: log) else {
                gate.close()
                continue
            }
            let waiting = (0..<gate.count).filter { list.isReady(at: $0 + 1) }
            guard !waiting.isEmpty else { continue }
            for index in waiting { gate.admit(at: index) }
            SystemThread.sleep(nanoseconds: spacing)
        }
    }

    /// The gate of the endpoints, for which libzmq's thread may take a moment; nil if the thread is to end before.
    private static func gate(_ endpoints: [String], wakeUp: borrowing WakeUp) -> ListenerGate? {
        var gate = ListenerGate(endpoints: endpoints)
        for _ in 0..<1_000 where gate.count < endpoints.count {
            if wakeUp.wait(milliseconds: 1) { return nil }
            gate = ListenerGate(endpoints: endpoints)
        }
        return gate
    }
}
