package import RankCore
package import RankPool
package import RankProtocol
import Testing

/// A pool of workers, and what it decided.
package struct Bench {
    /// The machine.
    package var state: PoolState
    /// The links of the workers, in order.
    package var links: [LinkID] = []
    /// The models that they hold.
    package var models: [ModelID] = []
    /// The time (µs).
    package var now: Int64 = 0
    /// The number of calls that were started.
    package var calls: UInt64 = 0
    /// The results of the calls that have ended.
    package var finished: [CallID: Result<CallOutcome, PoolError>] = [:]
    /// The requests that were taken back.
    package var cancelled: [RequestID] = []
    /// The links that were closed.
    package var closed: [LinkID] = []
    /// The links that were opened.
    package var opened: [LinkID] = []
    /// SCORE requests that are out, in the order of their sending.
    package var out: [(request: RequestID, link: LinkID)] = []
    /// Workers that do not say what they are when they are asked.
    package var mute: Set<LinkID> = []
    /// The requests for INFO that they have not answered.
    package var unsaid: [(request: RequestID, link: LinkID)] = []

    /// The changes in the use of workers that the log is told of.
    package var news: [(news: WorkerNews, link: LinkID)] = []

    /// Makes a pool of workers, which are ready by default.
    package init(
        workers: Int,
        configuration: RankPool.Configuration = .default,
        models: [ModelID] = [],
        areReady: Bool = true,
        seed: UInt64 = 1
    ) {
        state = PoolState(configuration: configuration, seed: seed)
        for index in 0..<workers {
            links.append(state.addLink(endpoint: "tcp://w\(index)", condition: .connecting))
            self.models.append(index < models.count ? models[index] : Fake.model)
        }
        if areReady { for link in links { becomeReady(link) } }
    }

    /// A pool without workers but for those that a source of endpoints has named.
    package static func listing(_ endpoints: [String]) -> (Bench, source: Int) {
        var bench = Bench(workers: 0)
        let source = bench.state.addSource("file:workers")
        bench.take(endpoints, from: source)
        return (bench, source)
    }

    /// Lets a source name workers, of which the new ones become ready.
    package mutating func take(_ endpoints: [String], from source: Int) {
        for (link, _) in state.list(endpoints, from: source, now: now) {
            while models.count <= link.index { models.append(Fake.model) }
            becomeReady(link)
        }
        collect()
    }

    /// Connects a worker.
    package mutating func becomeReady(_ link: LinkID) {
        state.handle(.connected, at: link, now: now)
        collect()
    }

    /// Takes the machine's actions; answers INFO by itself.
    package mutating func collect() {
        while !state.actions.isEmpty {
            let actions = state.actions
            state.actions = []
            for action in actions {
                switch action {
                case .send(let request, let link):
                    guard let flight = state.flights[request], let call = state.calls[flight.requester] else {
                        continue
                    }
                    guard case .control(.info, _) = call.task else {
                        out.append((request, link))
                        continue
                    }
                    guard !mute.contains(link) else {
                        unsaid.append((request, link))
                        continue
                    }
                    say(request, link)
                case .cancel(let request, _, _): cancelled.append(request)
                case .open(let link): opened.append(link)
                case .close(let link): closed.append(link)
                case .tell(let event, let link): news.append((event, link))
                case .finish(let id, let result):
                    if finished.updateValue(result, forKey: id) != nil { Issue.record("\(id) was finished twice") }
                }
            }
        }
    }

    /// Lets a worker say what it is.
    package mutating func say(_ request: RequestID, _ link: LinkID) {
        var writer = FrameWriter()
        writer.encodePairsReply(header(request, link, .info), pairs: [InfoPair("prior", "0.625")])
        deliver(writer.array, from: link)
    }

    /// The header of a worker's reply.
    package func header(_ request: RequestID, _ link: LinkID, _ kind: ReplyKind) -> ReplyHeader {
        ReplyHeader(id: request, kind: kind, model: models[link.index], profile: .fp32FMA)
    }

    /// Lets a worker refuse a request.
    package mutating func refuse(_ request: RequestID, _ link: LinkID, _ error: ErrorReply, flags: ReplyFlags = []) {
        var header = header(request, link, .error)
        header.flags = flags
        var writer = FrameWriter()
        writer.encodeErrorReply(header, error: error)
        deliver(writer.array, from: link)
    }

    /// Lets time pass up to a point, with every tick that the machine asks for.
    package mutating func advance(to time: Int64) {
        while let next = state.nextTick, next <= time {
            now = max(now, next)
            state.tick(now: now)
            collect()
        }
        wake(at: time)
    }

    /// Lets one tick come at this time, whatever was due before: the process was stopped meanwhile, or the machine
    /// suspended.
    package mutating func wake(at time: Int64) {
        now = time
        state.tick(now: now)
        collect()
    }

    /// Hands the bytes of a worker's reply to the machine.
    package mutating func deliver(_ bytes: [UInt8], from link: LinkID) {
        do throws(ProtocolError) {
            let frame = try ReplyFrame(decoding: bytes.span.bytes, maxBytes: 1 << 20)
            state.receive(frame, from: link, now: now)
        } catch {
            state.receiveMalformed(error, from: link, now: now)
        }
        collect()
    }

    /// Starts a call.
    package mutating func start(
        _ ids: [UInt64],
        parts: Int? = nil,
        topK: UInt32 = 0,
        user: UInt64 = 1,
        deadline: Int64 = 1_000,
        waitsForReady: Bool = false,
        flags: RequestFlags = []
    ) -> CallID {
        calls += 1
        let work = ScoreWork(
            queries: [.numbers(user: user, candidates: ids)],
            parameters: ScoreParameters(topK: topK),
            flags: flags,
            requestedParts: parts
        )
        state.start(
            CallID(calls),
            .score(work),
            deadline: now + deadline,
            allotted: .microseconds(deadline),
            waitsForReady: waitsForReady,
            now: now
        )
        collect()
        return CallID(calls)
    }

    /// The reply of the worker that got a request.
    package func answer(
        _ request: RequestID,
        _ link: LinkID,
        backlog: UInt32 = 0,
        timings: ScoreTimings = ScoreTimings()
    ) -> [UInt8] {
        guard let flight = state.flights[request], case .score(let work) = state.calls[flight.requester]?.task,
            let part = state.calls[flight.requester]?.score?.parts[flight.part]
        else { return [] }
        var writer = FrameWriter()
        let header = RequestHeader(id: request, kind: .score, model: part.model, profile: part.profile)
        work.encode(part.slices, header: header, into: &writer)
        var reply = FrameWriter()
        do throws(ProtocolError) {
            let frame = try RequestFrame(decoding: writer.bytes, limits: .default)
            try frame.header.checkTarget(model: models[link.index], profile: .fp32FMA)
            let request = try frame.score(limits: .default)
            Fake.answer(request, self.header(frame.header.id, link, .score), into: &reply)
            reply.setTimings(timings)
            reply.setLoad(backlogMicroseconds: backlog, flags: [])
        } catch {
            reply.encodeErrorReply(self.header(request, link, .error), error: ErrorReply(answering: error))
        }
        return reply.array
    }

    /// Lets the workers answer what is out, the earliest first, until nothing is.
    package mutating func answerAll() {
        while !out.isEmpty {
            let (request, link) = out.removeFirst()
            let bytes = answer(request, link)
            if !bytes.isEmpty { deliver(bytes, from: link) }
        }
    }

    /// The scores of a call; nil unless it has ended well.
    package func scores(_ id: CallID) -> [Float]? {
        guard case .success(.score(let outcome)) = finished[id] else { return nil }
        return outcome.queries[0].entries.map(\.score)
    }

    /// The error of a call; nil unless it has failed.
    package func error(_ id: CallID) -> PoolError? {
        guard case .failure(let error) = finished[id] else { return nil }
        return error
    }
}
