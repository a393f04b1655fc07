import Logging
import RankCore
import RankProtocol
import RankSystem
import ZMQ

/// The pool's thread: it carries events to the machine and the machine's actions to the sockets.
struct PoolLoop: ~Copyable {
    private let context: Context
    /// The commands of other threads.
    let queue: CommandQueue
    private let wakeUp: WakeUp
    private let configuration: PoolConfiguration
    private let logger: Logger?
    private var set: DescriptorSet
    /// The descriptors that may be readable without being reported: libzmq may have consumed the edge-triggered event
    /// while it sent or connected.
    private var pending: [ReadyDescriptor] = []
    private var state: PoolState
    private var sockets: [LinkSocket?] = []
    /// The address of each worker whose name is resolved.
    private var addresses: [Endpoint?] = []
    private var waiters: [CallID: CheckedContinuation<Result<CallOutcome, PoolError>, Never>] = [:]
    private var message = Message()
    private var writer = FrameWriter(capacity: 16_384)
    private var commands: [PoolCommand] = []
    private var isEnding = false
    /// The callers that wait for the list of workers.
    private var listings: [(continuation: CheckedContinuation<PoolState.Listing, Never>, deadline: Int64)] = []
    /// The bells of the threads that follow files and names.
    private var watchers: [WakeUp.Bell] = []

    /// Makes the loop, on its thread.
    static func make(configuration: PoolConfiguration, logger: Logger?) throws(PoolError) -> PoolLoop {
        do throws(ZMQError) {
            // Three sockets for each of some thousand workers; libzmq reserves 12 bytes for each.
            let context = try Context(maximumSockets: 16_384)
            let wakeUp = try ZMQError.converting(WakeUp())
            var set = try ZMQError.converting(DescriptorSet())
            try ZMQError.converting(set.add(wakeUp.fileDescriptor, as: ReadyDescriptor.commands.name))
            return PoolLoop(context: context, wakeUp: wakeUp, set: set, configuration: configuration, logger: logger)
        } catch {
            throw PoolError(.resourceExhausted, "cannot start the pool: \(error.message)")
        }
    }

    private init(
        context: Context,
        wakeUp: consuming WakeUp,
        set: consuming DescriptorSet,
        configuration: PoolConfiguration,
        logger: Logger?
    ) {
        self.context = context
        queue = CommandQueue(bell: wakeUp.bell)
        self.configuration = configuration
        self.logger = logger
        self.set = set
        self.wakeUp = wakeUp
        state = PoolState(
            configuration: configuration,
            firstRequest: .random(in: 1...(1 << 62)),
            seed: .random(in: 0 ... .max)
        )
    }

    /// Serves until the shutdown or a failure of the transport; then every call has ended.
    mutating func run(_ list: EndpointList) {
        for endpoint in list.addresses { add(endpoint) }
        for source in list.sources { follow(source) }
        do throws(ZMQError) {
            while !isEnding { try turn() }
            state.shutDown(.shutDownDuringCall)
        } catch {
            state.shutDown(PoolError(.internal, "the pool's transport failed: \(error.message)"))
        }
        carryOutActions()
        answerListings(now: .max)
        for command in queue.close() { refuse(command) }
        for watcher in watchers { watcher.ring() }
    }

    /// Answers the callers that wait for the list of workers.
    private mutating func answerListings(now: Int64) {
        guard !listings.isEmpty else { return }
        let listing = state.listing
        listings.removeAll { waiter in
            guard !state.isListing || waiter.deadline <= now else { return false }
            waiter.continuation.resume(returning: listing)
            return true
        }
    }

    private mutating func follow(_ source: EndpointSource) {
        let number = state.addSource("\(source)")
        do throws(ThreadStartError<ZMQError>) {
            watchers.append(try EndpointWatcher.start(source, number, to: queue))
        } catch {
            state.fail("no thread to follow it on: \(error)", of: number, now: MonotonicClock.microseconds())
        }
    }

    /// One round: wait, read, decide, act.
    private mutating func turn() throws(ZMQError) {
        let now = MonotonicClock.microseconds()
        state.tick(now: now)
        carryOutActions()
        try readPending()
        answerListings(now: now)
        let next = [state.nextTick, listings.map(\.deadline).min()].compactMap { $0 }.min()
        let rest = pending.isEmpty ? next.map { max(0, $0 - MonotonicClock.microseconds()) } : 0
        let count = try ZMQError.converting(set.wait(microseconds: rest))
        for index in 0..<count { try read(ReadyDescriptor(name: set.name(at: index))) }
    }

    /// Reads the pending descriptors once; those that this adds are read in the next round.
    private mutating func readPending() throws(ZMQError) {
        guard !pending.isEmpty else { return }
        let descriptors = pending
        pending.removeAll(keepingCapacity: true)
        for descriptor in descriptors {
            if case .socket(let id) = descriptor { sockets[id.index]?.isTouched = false }
            try read(descriptor)
        }
    }

    private mutating func read(_ descriptor: ReadyDescriptor) throws(ZMQError) {
        switch descriptor {
        case .commands:
            wakeUp.reset()
            queue.takeAll(into: &commands)
            for command in commands { execute(command) }
            commands.removeAll(keepingCapacity: true)
            carryOutActions()
        case .socket(let id):
            if let link = sockets[id.index] { try receive(from: link, id) }
        case .monitor(let id):
            guard let link = sockets[id.index] else { return }
            // Replies that arrived before the end of a connection come first.
            try receive(from: link, id)
            if sockets[id.index] === link { try watch(link, id) }
        }
    }

    /// Makes sure that a worker's socket is received from before the next wait.
    private mutating func touch(_ id: LinkID) {
        guard let link = sockets[id.index], !link.isTouched else { return }
        link.isTouched = true
        pending.append(.socket(id))
    }

    private mutating func execute(_ command: PoolCommand) {
        switch command {
        case .start(let request, let continuation):
            waiters[request.id] = continuation
            state.start(
                request.id,
                request.task,
                deadline: request.deadline,
                allotted: request.allotted,
                waitsForReady: request.waitsForReady,
                now: MonotonicClock.microseconds()
            )
        case .cancel(let id): state.cancel(id)
        case .resolved(let link, let addresses):
            for (index, address) in addresses.enumerated() {
                let name = index == 0 ? link : addLink("\(address)", .resolving)
                state.handle(.resolved, at: name, now: MonotonicClock.microseconds())
                connect(address, name)
            }
        case .unresolved(let link, let reason):
            state.handle(.failed(.unavailable, reason: reason), at: link, now: MonotonicClock.microseconds())
        case .endpoints(let endpoints, let source):
            let added = state.list(endpoints.map { "\($0)" }, from: source, now: MonotonicClock.microseconds())
            logger?.info(
                "\(state.sources[source].name): \(endpoints.count) \(endpoints.count == 1 ? "worker" : "workers")",
                metadata: ["source": "\(state.sources[source].name)", "workers": "\(endpoints.count)"]
            )
            // Sockets of workers that have left are closed first: their places may be taken.
            carryOutActions()
            for (link, text) in added {
                makeRoom(for: link)
                if let endpoint = endpoints.first(where: { "\($0)" == text }) { connect(endpoint, link) }
            }
        case .noEndpoints(let reason, let source):
            state.fail(reason, of: source, now: MonotonicClock.microseconds())
            warn(reason, of: state.sources[source])
        case .list(let continuation, let deadline): listings.append((continuation, deadline))
        case .count(let continuation): continuation.resume(returning: state.counters)
        case .shutDown: isEnding = true
        }
    }

    /// Logs the failure of a source.
    private func warn(_ reason: String, of source: PoolState.Source) {
        let count = source.endpoints?.count ?? 0
        let consequence =
            count == 0
            ? "there are no workers until it is corrected"
            : count == 1 ? "the last endpoint stays in use" : "the last \(count) endpoints stay in use"
        logger?.warning(
            "\(source.name): \(reason); \(consequence)",
            metadata: ["source": "\(source.name)", "reason": "\(reason)", "workers": "\(count)"]
        )
    }

    /// Logs an event of a connection.
    private func note(_ event: LinkEvent, at id: LinkID) {
        let change: (message: Logger.Message, reason: String?)
        switch event {
        case .connected: change = ("a worker is connected", nil)
        case .lost: change = ("a worker is lost", nil)
        case .handshakeBroken: change = ("a worker cannot be reached", "the handshake broke off")
        case .failed(_, let reason), .unopened(let reason): change = ("a worker cannot be reached", reason)
        case .resolved, .reached: return
        }
        var metadata: Logger.Metadata = ["worker": "\(state.links[id.index].endpoint)"]
        if let reason = change.reason { metadata["reason"] = "\(reason)" }
        logger?.debug(change.message, metadata: metadata)
    }

    private func refuse(_ command: PoolCommand) {
        switch command {
        case .start(_, let continuation): continuation.resume(returning: .failure(.shutDown))
        case .list(let continuation, _): continuation.resume(returning: PoolState.Listing())
        case .count(let continuation): continuation.resume(returning: state.counters)
        case .cancel, .resolved, .unresolved, .endpoints, .noEndpoints, .shutDown: break
        }
    }

    private mutating func add(_ endpoint: Endpoint) {
        let condition = endpoint.isNumeric ? Link.Condition.connecting : .resolving
        let link = addLink("\(endpoint)", condition)
        if endpoint.isNumeric {
            connect(endpoint, link)
        } else {
            Resolver.start(endpoint, for: link, to: queue)
        }
    }

    private mutating func addLink(_ endpoint: String, _ condition: Link.Condition) -> LinkID {
        // Sockets of workers that have left are closed first: their places may be taken.
        carryOutActions()
        let link = state.addLink(endpoint: endpoint, condition: condition)
        makeRoom(for: link)
        return link
    }

    private mutating func makeRoom(for link: LinkID) {
        while sockets.count <= link.index {
            sockets.append(nil)
            addresses.append(nil)
        }
    }

    private mutating func close(_ link: LinkID) {
        sockets[link.index]?.leave(&set)
        sockets[link.index] = nil
    }

    /// Tries again to make a socket.
    private mutating func open(_ link: LinkID) {
        guard let address = addresses[link.index], sockets[link.index] == nil else { return }
        connect(address, link)
        if sockets[link.index] != nil { state.handle(.resolved, at: link, now: MonotonicClock.microseconds()) }
    }

    private mutating func connect(_ address: Endpoint, _ link: LinkID) {
        addresses[link.index] = address
        do {
            sockets[link.index] = try LinkSocket(
                to: address,
                in: context,
                maximumReplyBytes: configuration.maximumReplyBytes,
                link: link,
                set: &set
            )
            pending.append(.monitor(link))
        } catch {
            let event =
                error.code == .resourceExhausted
                ? LinkEvent.unopened(reason: error.message) : .failed(.unavailable, reason: error.message)
            state.handle(event, at: link, now: MonotonicClock.microseconds())
        }
    }

    /// Reads the events of the monitor.
    private mutating func watch(_ link: LinkSocket, _ id: LinkID) throws(ZMQError) {
        while let event = try link.monitor.next() {
            guard let meaning = LinkEvent(event.kind) else { continue }
            // A receive makes the socket notice its new connection, so that the first send finds it; and a reply that
            // arrived before a connection ended is an answer.
            if meaning == .connected || meaning == .lost { try receive(from: link, id) }
            // The name may have another address now.
            if meaning == .lost { for watcher in watchers { watcher.ring() } }
            guard sockets[id.index] === link else { return }
            if logger != nil { note(meaning, at: id) }
            state.handle(meaning, at: id, now: MonotonicClock.microseconds())
            carryOutActions()
        }
    }

    /// Receives replies, up to a bound that leaves the other workers their turn.
    private mutating func receive(from link: LinkSocket, _ id: LinkID) throws(ZMQError) {
        var isDrained = false
        for _ in 0..<256 {
            guard sockets[id.index] === link, try link.socket.receive(into: &message) else {
                isDrained = true
                break
            }
            // Workers answer in the shape of the request, which has no delimiter; a delimiter is skipped all the same.
            if message.isEmpty, message.hasMore { _ = try link.socket.receive(into: &message) }
            var isSingle = true
            while message.hasMore, try link.socket.receive(into: &message) { isSingle = false }
            guard isSingle else {
                let error = ProtocolError(.internal, "a reply of several frames")
                state.receiveMalformed(error, from: id, now: MonotonicClock.microseconds())
                continue
            }
            Self.deliver(
                message,
                to: &state,
                from: id,
                now: MonotonicClock.microseconds(),
                maxBytes: configuration.maximumReplyBytes
            )
        }
        if !isDrained { touch(id) }
        carryOutActions()
    }

    /// Reads a reply in place.
    private static func deliver(
        _ message: borrowing Message,
        to state: inout PoolState,
        from id: LinkID,
        now: Int64,
        maxBytes: Int
    ) {
        do throws(ProtocolError) {
            let frame = try ReplyFrame(decoding: message.bytes, maxBytes: maxBytes)
            state.receive(frame, from: id, now: now)
        } catch {
            state.receiveMalformed(error, from: id, now: now)
        }
    }

    /// Carries out the machine's actions until there are none.
    private mutating func carryOutActions() {
        while !state.actions.isEmpty {
            let actions = state.actions
            state.actions.removeAll(keepingCapacity: true)
            for action in actions { carryOut(action) }
        }
    }

    private mutating func carryOut(_ action: PoolAction) {
        switch action {
        case .send(let request, let link): send(request, link)
        case .cancel(let request, let link, let id): cancel(request, link, id)
        case .open(let link): open(link)
        case .close(let link): close(link)
        case .tell(let news, let link): logger?.note(news, of: state.links[link.index].endpoint)
        case .finish(let id, let result): waiters.removeValue(forKey: id)?.resume(returning: result)
        }
    }

    private mutating func send(_ request: RequestID, _ id: LinkID) {
        guard let flight = state.flights[request], let call = state.calls[flight.requester] else { return }
        let now = MonotonicClock.microseconds()
        let remaining = call.remainingMicroseconds(at: now)
        switch call.task {
        case .readiness: return
        case .control(let question, _):
            question.encode(request, remainingMicroseconds: remaining, into: &writer)
        case .score(let work):
            guard let part = call.score?.parts[flight.part] else { return }
            let header = RequestHeader(
                id: request,
                kind: .score,
                flags: work.flags,
                remainingMicroseconds: remaining,
                model: part.model,
                profile: part.profile
            )
            work.encode(part.slices, header: header, into: &writer)
        }
        let isSent = (try? sockets[id.index]?.socket.send(copying: writer.bytes)) == .sent
        touch(id)
        if !isSent { state.blocked(request, now: now) }
    }

    private mutating func cancel(_ request: RequestID, _ link: LinkID, _ id: RequestID) {
        writer.encodeCancel(RequestHeader(id: id, kind: .cancel), of: request)
        // Best effort: a worker that the CANCEL does not reach stops at the deadline.
        _ = try? sockets[link.index]?.socket.send(copying: writer.bytes)
        touch(link)
    }
}

extension PoolError {
    /// The end of the calls that are outstanding when a pool is shut down.
    package static let shutDownDuringCall = PoolError(.unavailable, "the pool was shut down during the call")

    /// The answer to calls on a pool that has ended.
    package static let shutDown = PoolError(.unavailable, "the pool was shut down before the call; start another one")
}

extension WorkerQuestion {
    /// Encodes the request.
    fileprivate func encode(_ id: RequestID, remainingMicroseconds: UInt32?, into writer: inout FrameWriter) {
        func header(_ kind: RequestKind) -> RequestHeader {
            RequestHeader(id: id, kind: kind, remainingMicroseconds: remainingMicroseconds)
        }
        switch self {
        case .info: writer.encodeRequest(header(.info))
        case .health: writer.encodeRequest(header(.health))
        case .stats: writer.encodeRequest(header(.stats))
        case .catalog(let question):
            var header = header(.catalog)
            header.model = question.model
            header.profile = question.profile
            writer.encodeCatalog(header, question.page)
        }
    }
}
