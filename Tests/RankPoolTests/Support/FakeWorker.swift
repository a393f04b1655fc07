import RankCore
import RankProtocol
import RankSystem
import Synchronization
import TestSupport
import Testing
import ZMQ

/// A worker on a thread of its own that does what a test tells it to.
final class FakeWorker: Sendable {
    /// The treatment of a SCORE request.
    enum Behaviour: Sendable {
        case score
        case silence
        case bytes([UInt8])
        case error(ErrorReply)
        /// Closes the socket and ends, as a killed worker does.
        case die
    }

    /// The treatment of a CATALOG request.
    enum CatalogBehaviour: Sendable {
        case list
        case silence
        case error(ErrorReply)
        /// Holds another model from then on, which has no longer what was demanded.
        case reload(ModelID)
        /// Says that there are so many ids.
        case total(UInt64)
        case die
    }

    /// The settings of a worker.
    struct Settings: Sendable {
        var endpoint = "tcp://127.0.0.1:*"
        var model = Fake.model
        var limits = FrameLimits.default
        var answersInfo = true
        /// The ids that the worker lists; nil for a ranker that lists nothing.
        var catalog: [UInt64]? = [11, 12, 13, 14, 15, 16, 17]
        /// The most ids of a page.
        var pageSize = 3
        /// The treatment of the n-th CATALOG request, from 0; the model changes if a worker is told to reload.
        var catalogBehaviour: @Sendable (Int) -> CatalogBehaviour = { _ in .list }
        /// The treatment of the n-th SCORE request, from 0.
        var behaviour: @Sendable (Int) -> Behaviour = { _ in .score }
    }

    let endpoint: String
    private let thread: OwnedThread<Started, ZMQError>
    private let log: Log

    /// The report of the thread when its socket is bound.
    struct Started: Sendable {
        var endpoint: String
        var bell: WakeUp.Bell
    }

    /// The requests that came, for the test to look at.
    final class Log: Sendable {
        let model: Mutex<ModelID>
        let isDraining = Mutex(false)
        let scoreRequests = Mutex(0)
        let catalogRequests = Mutex(0)
        let cancelled = Mutex<[RequestID]>([])

        init(model: ModelID) {
            self.model = Mutex(model)
        }
    }

    init(_ settings: Settings = Settings()) throws {
        let log = Log(model: settings.model)
        self.log = log
        thread = try OwnedThread<Started, ZMQError>.start(name: "fake-worker") { (starter) throws(ZMQError) in
            let context = try Context()
            let wakeUp = try ZMQError.converting(WakeUp())
            let socket = try Socket(.router, in: context, settings: .worker(maximumMessageSize: 1 << 24))
            let bound = try socket.bind(Endpoint(settings.endpoint, for: .binding))
            starter.started(Started(endpoint: "\(bound)", bell: wakeUp.bell))
            var poller = Poller()
            _ = poller.add(socket)
            let stop = poller.add(fileDescriptor: wakeUp.fileDescriptor)
            var identity = Message()
            var body = Message()
            while true {
                _ = try poller.poll(timeoutMicroseconds: nil)
                if poller.readiness(at: stop).contains(.readable) { return }
                while try socket.receive(into: &identity) {
                    guard try socket.receive(into: &body) else { break }
                    guard let reply = Self.reply(to: body.bytes, settings, log) else { continue }
                    guard !reply.isEmpty else { return }
                    _ = try socket.send(&identity, more: true)
                    _ = try socket.send(copying: reply.span.bytes)
                }
            }
        }
        endpoint = thread.info.endpoint
    }

    /// The reply's bytes; nil for none, empty to die.
    static func reply(to bytes: RawSpan, _ settings: Settings, _ log: Log) -> [UInt8]? {
        guard let frame = try? RequestFrame(decoding: bytes, limits: settings.limits) else { return nil }
        let held = log.model.withLock { $0 }
        let isDraining = log.isDraining.withLock { $0 }
        let header = ReplyHeader(
            id: frame.header.id,
            kind: .score,
            flags: isDraining ? .draining : [],
            model: held,
            profile: .fp32FMA
        )
        var writer = FrameWriter()
        do throws(ProtocolError) {
            try frame.header.checkTarget(model: held, profile: .fp32FMA)
            switch frame.header.kind {
            case .score where isDraining:
                let error = ErrorReply(status: .unavailable, message: "the worker is draining")
                writer.encodeErrorReply(header, error: error)
            case .score:
                let number = log.scoreRequests.withLock { count in
                    defer { count += 1 }
                    return count
                }
                let request = try frame.score(limits: settings.limits)
                switch settings.behaviour(number) {
                case .silence: return nil
                case .die: return []
                case .bytes(let bytes): return bytes
                case .error(let error): writer.encodeErrorReply(header, error: error)
                case .score: Fake.answer(request, header, into: &writer)
                }
            case .info:
                guard settings.answersInfo else { return nil }
                var header = header
                header.kind = .info
                let pairs = [
                    InfoPair("candidate_ids", "1-1682"), InfoPair("user_ids", "count 3"),
                    InfoPair("max_message_bytes", "\(settings.limits.messageBytes)"),
                    InfoPair("max_candidates", "\(settings.limits.candidates)"),
                    InfoPair("max_queries", "\(settings.limits.queries)"),
                ]
                writer.encodePairsReply(header, pairs: pairs)
            case .health: writer.encodeHealthReply(header, isServing: true)
            case .cancel:
                let id = try frame.cancelledRequest()
                log.cancelled.withLock { $0.append(id) }
                writer.encodeCancelReply(header, wasWaiting: true)
            case .stats: return nil
            case .catalog: return try catalogPage(frame, settings, log, header, into: &writer)
            }
        } catch {
            writer.encodeErrorReply(header, error: ErrorReply(answering: error))
        }
        return writer.bytes.withUnsafeBytes { Array($0) }
    }

    /// The reply's bytes; nil for none, empty to die.
    private static func catalogPage(
        _ frame: borrowing RequestFrame,
        _ settings: Settings,
        _ log: Log,
        _ header: ReplyHeader,
        into writer: inout FrameWriter
    ) throws(ProtocolError) -> [UInt8]? {
        let request = try frame.catalog()
        let number = log.catalogRequests.withLock { count in
            defer { count += 1 }
            return count
        }
        var total = UInt64(settings.catalog?.count ?? 0)
        var error: ErrorReply?
        switch settings.catalogBehaviour(number) {
        case .list: break
        case .silence: return nil
        case .die: return []
        case .error(let given): error = given
        case .total(let given): total = given
        case .reload(let model):
            log.model.withLock { $0 = model }
            error = ErrorReply(status: .failedPrecondition, message: "another model")
        }
        if settings.catalog == nil { error = ErrorReply(status: .unimplemented, message: "nothing is listed") }
        if let error {
            writer.encodeErrorReply(header, error: error)
        } else {
            let ids = (settings.catalog ?? []).dropFirst(Int(request.first))
            let page = ids.prefix(min(Int(request.count), settings.pageSize))
            let payload = CatalogPage(total: total, first: request.first, ids: .numbers(Array(page)))
            writer.encodeCatalogReply(header, payload)
        }
        return writer.bytes.withUnsafeBytes { Array($0) }
    }

    /// Waits until a CANCEL has come.
    func waitForCancel() async throws {
        try await eventually("a CANCEL has come") { log.cancelled.withLock { !$0.isEmpty } }
    }

    /// Waits until so many SCORE requests have come.
    func waitForScoreRequests(_ count: Int) async throws {
        try await eventually("\(count) SCORE requests have come") {
            scoreRequests
        } until: {
            $0 >= count
        }
    }

    /// The SCORE requests so far.
    var scoreRequests: Int { log.scoreRequests.withLock { $0 } }

    /// Swaps the model, as a reload does.
    func reload(_ model: ModelID) { log.model.withLock { $0 = model } }

    /// Refuses new requests from now on, and says so in every reply.
    func drain() { log.isDraining.withLock { $0 = true } }

    /// Closes the socket and waits for the end of the thread.
    func stop() throws {
        thread.info.bell.ring()
        try thread.join()
    }

    /// Asks the thread to end, which closes the socket.
    func end() { thread.info.bell.ring() }
}
