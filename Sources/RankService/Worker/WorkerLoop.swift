import RankCore
import RankEngine
import RankProtocol
import RankSystem
import Synchronization
import ZMQ

/// The work of a worker's thread from its start to its end.
struct WorkerLoop: ~Copyable {
    /// The silence after which a stopping worker expects no more messages (ms).
    private static let quietMilliseconds: Int32 = 50

    /// The time after a refusal in which more refusals are expected (ns).
    private static let floodMemory: UInt64 = 10_000_000

    /// The interval at which an idle worker shows that it is alive (ms).
    private static let tickMilliseconds: Int32 = 500

    private let state: WorkerState
    private let scheduler: Scheduler
    private let wakeUp: WakeUp
    private var news: DescriptorWait
    private let control: WorkerControl
    private var drain: Drain
    /// There is one socket, bound, so that an idle worker can wait in its receive.
    private let canWaitInReceive: Bool
    private var busyNanoseconds: UInt64 = 0

    /// Binds, serves, and ends after the wake-up was rung, with the context and its queues flushed.
    static func run(
        _ configuration: WorkerConfiguration,
        at places: WorkerEndpoints,
        model: ServedModel,
        control: WorkerControl,
        wakeUp: consuming WakeUp,
        log: @escaping @Sendable (String) -> Void,
        started: ([String]) -> Void
    ) throws(ServiceError) {
        do throws(ZMQError) {
            // The context ends with this function, after the sockets: sent replies go out first, within their linger.
            let context = try Context()
            var endpoints: [String] = []
            let sockets = try open(
                places,
                limits: configuration.limits,
                in: context,
                doorbell: control.doorbell,
                endpoints: &endpoints
            )
            defer { control.doorbell.takeDown() }
            let accepting = try AcceptThread(
                endpoints: Array(endpoints.prefix(places.binds.count)),
                status: control.descriptors,
                log: log
            )
            // The accept thread uses the sockets' descriptors, which stay open until it has ended.
            defer { withExtendedLifetime(sockets) { accepting.end() } }
            var loop = try WorkerLoop(configuration, model: model, control: control, sockets: sockets, wakeUp: wakeUp)
            log("ready: \(configuration.software), \(model.summary), at \(endpoints.joined(separator: " "))")
            started(endpoints)
            try loop.serve()
            log(loop.endLine)
        } catch {
            throw ServiceError(error)
        }
    }

    /// Opens one ROUTER for all binds, and one DEALER for each proxy: a single one would deal replies out to all
    /// proxies.
    private static func open(
        _ places: WorkerEndpoints,
        limits: FrameLimits,
        in context: Context,
        doorbell: Doorbell,
        endpoints: inout [String]
    ) throws(ZMQError) -> [WorkerSocket] {
        // A frame somewhat over the limit gets an error that names the limit; only a far larger one cuts the
        // connection.
        let settings = SocketSettings.worker(maximumMessageSize: 4 * Int64(limits.messageBytes))
        var sockets: [WorkerSocket] = []
        if !places.binds.isEmpty {
            let router = try Socket(.router, in: context, settings: settings)
            for endpoint in places.binds { endpoints.append("\(try router.bind(endpoint))") }
            try router.set(.receiveTimeout, to: tickMilliseconds)
            try doorbell.hang(at: router, in: context)
            sockets.append(WorkerSocket(router))
        }
        for endpoint in places.connects {
            let dealer = try Socket(.dealer, in: context, settings: settings)
            try dealer.connect(endpoint)
            endpoints.append("\(endpoint)")
            sockets.append(WorkerSocket(dealer, isProxied: true))
        }
        return sockets
    }

    private init(
        _ configuration: WorkerConfiguration,
        model: ServedModel,
        control: WorkerControl,
        sockets: [WorkerSocket],
        wakeUp: consuming WakeUp
    ) throws(ZMQError) {
        let state = WorkerState(
            limits: configuration.limits,
            info: model.info,
            startTime: MonotonicClock.nanoseconds(),
            counters: control.counters,
            reloads: control.reloads,
            descriptors: control.descriptors
        )
        self.state = state
        self.control = control
        scheduler = Scheduler(
            handler: RequestHandler(model: model, state: state),
            sockets: sockets,
            state: state,
            admission: Admission(queueLimit: UInt64(configuration.queueLimitMicroseconds) * 1_000),
            retire: { model in control.slot.retire(model) }
        )
        canWaitInReceive = sockets.count == 1 && !sockets[0].isProxied
        news = DescriptorWait(
            wakeUp: wakeUp.fileDescriptor,
            descriptors: try sockets.map { (socket) throws(ZMQError) in try socket.socket.fileDescriptor() }
        )
        self.wakeUp = wakeUp
        drain = Drain(
            grace: UInt64(configuration.drainGraceMilliseconds) * 1_000_000,
            maximum: UInt64(configuration.drainMaximumMilliseconds) * 1_000_000
        )
    }

    /// Serves until the worker has drained; ``WorkerPace`` says when the thread waits, looks and receives.
    private mutating func serve() throws(ZMQError) {
        var now = MonotonicClock.nanoseconds()
        var pace = WorkerPace(at: now)
        while true {
            publish(at: now, worked: pace.beginTurn(at: now))
            var receipt: Scheduler.Receipt?
            switch pace.chooseWait(isEmpty: scheduler.isEmpty, canReceive: canWaitInReceive && !state.isDraining) {
            case .none: break
            case .inReceive:
                let first = try scheduler.receiveFirst(clock: MonotonicClock.nanoseconds)
                now = MonotonicClock.nanoseconds()
                if pace.endReceive(at: now, isEmpty: scheduler.isEmpty) { receipt = first }
            case .forNews:
                let hasNews = news.wait(milliseconds: pollMilliseconds(now))
                if !hasNews, state.isRefusing { return }
                now = MonotonicClock.nanoseconds()
                pace.endPoll(at: now)
            }
            if pace.takeLook() { _ = news.wait(milliseconds: 0) }
            let phase = answerRing(at: now)
            if phase == .over { return scheduler.abandonAll() }
            if receipt == nil, phase < .closed, pace.receives(at: now, isEmpty: scheduler.isEmpty) {
                giveWayUnderFlood(at: now)
                receipt = try scheduler.receive(
                    at: now,
                    onlyFirst: pace.takesOnlyFirst,
                    clock: MonotonicClock.nanoseconds
                )
                pace.received(at: now)
            }
            pace.note(isDrained: receipt?.isDrained ?? (phase >= .closed), hasRing: receipt?.hasProbe == true)
            guard !scheduler.isEmpty else {
                now = MonotonicClock.nanoseconds()
                if phase == .closed { return }
                continue
            }
            // The receipt of other messages is no part of a request's cost.
            let start = (receipt?.count ?? 0) > 1 ? MonotonicClock.nanoseconds() : now
            now = try scheduler.work(at: start, clock: MonotonicClock.nanoseconds)
            pace.worked()
        }
    }

    /// Serves the requests of other threads, if they have rung, and advances the drain.
    private mutating func answerRing(at now: UInt64) -> Drain.Phase {
        if news.takeRing() {
            wakeUp.reset()
            adoptOfferedModel()
            if control.isStopping.load(ordering: .acquiring) { drain.begin(at: now) }
        }
        let phase = drain.phase(at: now)
        state.isDraining = phase != .serving
        state.isRefusing = phase > .grace
        return phase
    }

    /// Gives way to libzmq's thread under a flood: then messages are received, and refused, together, and interrupt the
    /// next slice less often.
    private func giveWayUnderFlood(at now: UInt64) {
        guard let refused = scheduler.lastRefusal, now &- refused < Self.floodMemory, !scheduler.isEmpty else { return }
        giveWay()
    }

    /// Lets another thread run that shares the core, if one is ready.
    private func giveWay() {
        SystemThread.yield()
    }

    /// The time for which an idle worker polls: until it shows that it is alive, begins to refuse, or takes it that
    /// nothing comes (ms).
    private func pollMilliseconds(_ now: UInt64) -> Int32 {
        if state.isRefusing { return Self.quietMilliseconds }
        guard let next = drain.refusal, next > now else { return Self.tickMilliseconds }
        return Int32(clamping: min((next - now) / 1_000_000 + 1, UInt64(Self.tickMilliseconds)))
    }

    /// Takes over another model if one waits; lists in work are finished by the model that they began with.
    private mutating func adoptOfferedModel() {
        guard let model = control.slot.takeOffered() else { return }
        control.reloads.update { reloads in
            reloads.generation = model.generation
            reloads.facts = model.info.facts
            reloads.reloads += 1
        }
        scheduler.adopt(model)
    }

    /// Updates the figures that other threads read.
    private mutating func publish(at now: UInt64, worked nanoseconds: UInt64) {
        busyNanoseconds &+= nanoseconds
        scheduler.noteLoad()
        control.note(step: nanoseconds)
        control.gauges.publish(state.snapshot(at: now, busyNanoseconds: busyNanoseconds))
    }

    private var endLine: String {
        let counters = control.counters
        func number(_ counter: WorkerCounter, _ one: String, _ many: String? = nil) -> String {
            counted(Int(clamping: counters[counter]), one, many)
        }
        return "ended: \(number(.requests, "request")), \(number(.replies, "reply", "replies")), "
            + "\(number(.errors, "error")), \(number(.candidates, "candidate")), "
            + "\(counters[.malformed]) malformed, \(counters[.unsent]) unsent"
    }
}
