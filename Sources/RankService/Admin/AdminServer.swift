import RankSystem
import Synchronization

/// `/live`, `/ready` and `/info` over HTTP, for probes and operators.
///
/// ```swift
/// let admin = try AdminServer.start(at: "127.0.0.1:9000")      // before the model is loaded: /ready says "starting"
/// admin.attach(worker)
/// ```
///
/// One thread, a handful of connections with two seconds each, requests of at most 4 KiB, one answer for each
/// connection. Where more connections come, the oldest that is not being answered makes room, so that idle ones keep no
/// probe out. The server takes no time from the scoring thread. May be used from any thread.
public final class AdminServer: Sendable {
    /// The connections served at a time.
    private static let capacity = 8

    /// The connections accepted between two looks at those that are being served.
    private static let acceptedAtATime = 64

    /// The time for which no connection is accepted when descriptors have run out (ns).
    private static let pause: UInt64 = 100_000_000

    /// The longest life of a connection (ns).
    private static let patience: UInt64 = 2_000_000_000

    /// The server's address, such as `http://127.0.0.1:9000`, with the port that the system chose.
    public var address: String { thread.info }

    private let thread: OwnedThread<String, ServiceError>
    private let bell: WakeUp.Bell
    private let shared: Shared

    private final class Shared: Sendable {
        let software: String
        let worker = Mutex<Worker?>(nil)
        let isStopping = Atomic(false)

        init(software: String) {
            self.software = software
        }

        func respond(_ outcome: HTTPRequestReader.Outcome) -> HTTPResponse {
            switch outcome {
            case .incomplete: .refusal(400)
            case .refused(let status): .refusal(status)
            case .request(let method, let target):
                AdminPages.respond(
                    method: method,
                    target: target,
                    status: worker.withLock { $0 }?.status,
                    software: software
                )
            }
        }
    }

    private init(thread: OwnedThread<String, ServiceError>, bell: WakeUp.Bell, shared: Shared) {
        self.thread = thread
        self.bell = bell
        self.shared = shared
    }

    deinit {
        stop()
    }

    /// Binds and listens.
    ///
    /// - Parameters:
    ///   - place: `HOST:PORT`; port 0 or `*` takes any that is free.
    ///   - isInsecureAllowed: Whether to bind where other machines can reach it; the pages have no authentication.
    ///   - software: The name and version that `/info` gives.
    /// - Returns: The server, answering.
    /// - Throws: `invalidConfiguration` or `endpointUnavailable`.
    public static func start(
        at place: String,
        isInsecureAllowed: Bool = false,
        software: String = "swift-rank"
    ) throws(ServiceError) -> AdminServer {
        let endpoint = try AdminListener.endpoint(place, isInsecureAllowed: isInsecureAllowed)
        let shared = Shared(software: software)
        do {
            let wakeUp = try WakeUp()
            let bell = wakeUp.bell
            let box = Handover(wakeUp)
            let thread = try OwnedThread<String, ServiceError>.start(name: "rank-admin") {
                (starter) throws(ServiceError) in
                guard let wakeUp = box.take() else { return }
                let listener = try AdminListener(endpoint)
                starter.started("http://\(try listener.address)")
                serve(listener, wakeUp: wakeUp, shared: shared)
            }
            return AdminServer(thread: thread, bell: bell, shared: shared)
        } catch let error as SystemError {
            throw ServiceError(error)
        } catch let error as ThreadStartError<ServiceError> {
            switch error {
            case .failed(let error): throw error
            case .noThread(let error): throw ServiceError(error)
            }
        } catch {
            throw ServiceError(.internalFailure, "\(error)", cause: error)
        }
    }

    /// Shows a worker from now on, and retains it.
    public func attach(_ worker: Worker) {
        shared.worker.withLock { $0 = worker }
    }

    /// Ends the server; connections are closed.
    ///
    /// Returns at once.
    public func stop() {
        shared.isStopping.store(true, ordering: .releasing)
        bell.ring()
    }

    /// Waits until the server has ended.
    public func join() throws(ServiceError) {
        try thread.join()
    }

    private static func serve(_ listener: borrowing AdminListener, wakeUp: borrowing WakeUp, shared: Shared) {
        var connections = (0..<capacity).map { _ in ConnectionPlace() }
        var list = PollList(count: capacity + 2)
        var acceptsFrom: UInt64 = 0
        while !shared.isStopping.load(ordering: .acquiring) {
            list.watch(wakeUp.fileDescriptor, at: 0)
            let accepts = acceptsFrom <= MonotonicClock.nanoseconds()
            list.watch(accepts ? listener.descriptor : nil, at: 1)
            for (index, place) in connections.enumerated() {
                list.watch(place.descriptor, for: place.event, at: index + 2)
            }
            let isIdle = accepts && connections.allSatisfy { $0.isFree }
            list.wait(milliseconds: isIdle ? -1 : 100)
            let now = MonotonicClock.nanoseconds()
            for (index, place) in connections.enumerated() {
                place.advance(isReady: list.isReady(at: index + 2), at: now, respond: shared.respond)
            }
            if list.isReady(at: 1), !accept(from: listener, into: connections, at: now, respond: shared.respond) {
                acceptsFrom = now &+ pause
            }
        }
        connections = []
    }

    /// Accepts the connections that wait; false when descriptors have run out.
    private static func accept(
        from listener: borrowing AdminListener,
        into places: [ConnectionPlace],
        at now: UInt64,
        respond: (HTTPRequestReader.Outcome) -> HTTPResponse
    ) -> Bool {
        for number in 0..<acceptedAtATime {
            guard let place = places.min(by: { $0.precedence < $1.precedence }) else { return true }
            switch listener.accept() {
            case .accepted(let socket):
                // Of two accepted together the later one is younger.
                place.take(socket, until: now &+ patience &+ UInt64(number))
                // The request has mostly arrived, and is answered before another connection takes the place.
                place.advance(isReady: true, at: now, respond: respond)
            case .none: return true
            case .outOfDescriptors:
                guard let oldest = places.filter({ !$0.isFree }).min(by: { $0.precedence < $1.precedence }) else {
                    return false
                }
                oldest.free()
            }
        }
        return true
    }
}

/// Room for one connection.
private final class ConnectionPlace {
    private var connection: AdminConnection?

    var isFree: Bool { connection == nil }

    /// The place with the least number is given to the next connection: a free place; else the one with the oldest
    /// connection, those that are being answered last.
    var precedence: UInt64 {
        guard let deadline = connection?.deadline else { return 0 }
        return connection?.isAnswering == true ? deadline | 1 << 63 : deadline
    }

    /// Closes the place's connection.
    func free() { connection = nil }

    /// The descriptor to wait for; nil while the place is free.
    var descriptor: Int32? { connection?.descriptor }

    /// The event to wait for.
    var event: PollList.Event { connection?.event ?? .readable }

    func take(_ socket: consuming StreamSocket, until deadline: UInt64) {
        connection = AdminConnection(socket, deadline: deadline)
    }

    func advance(isReady: Bool, at now: UInt64, respond: (HTTPRequestReader.Outcome) -> HTTPResponse) {
        guard let deadline = connection?.deadline else { return }
        if now >= deadline || isReady && connection?.advance(respond) == false { connection = nil }
    }
}
