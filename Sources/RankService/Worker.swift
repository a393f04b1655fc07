public import RankEngine
import RankProtocol
import ZMQ

/// A worker: one OS thread that owns its sockets, scores requests and answers them.
///
/// ```swift
/// let worker = try Worker.start(configuration, ranker: try model.makeRanker()) { log($0) }
/// print(worker.endpoints)
/// worker.stop()
/// try worker.join()
/// ```
///
/// ``start(_:ranker:log:)`` returns when every endpoint is bound, with the model loaded before: whoever can connect is
/// answered. May be used from any thread.
public final class Worker: Sendable {
    /// Where the worker is bound, with the ports that the system chose, and then where it is connected.
    public var endpoints: [String] { thread.info }

    /// How loaded the worker is, what it has counted, and when its thread last showed that it lives.
    public let gauges: WorkerGauges

    private let thread: OwnedThread<[String], ServiceError>
    private let bell: WakeUp.Bell

    private init(thread: OwnedThread<[String], ServiceError>, bell: WakeUp.Bell, gauges: WorkerGauges) {
        self.thread = thread
        self.bell = bell
        self.gauges = gauges
    }

    deinit {
        // Nobody can stop it any more.
        bell.ring()
    }

    /// Starts a worker.
    ///
    /// - Parameters:
    ///   - configuration: Where it listens and what it accepts.
    ///   - ranker: What scores; it belongs to the worker's thread from now on.
    ///   - log: Takes one line when the worker has started and one when it has ended, on the worker's thread.
    /// - Returns: The worker, bound and answering.
    /// - Throws: `invalidConfiguration` or `endpointUnavailable`, and nothing is left bound.
    public static func start(
        _ configuration: WorkerConfiguration,
        ranker: sending any Ranker,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(ServiceError) -> Worker {
        let endpoints = try configuration.endpoints().resolved()
        for endpoint in endpoints.binds { try configuration.checkReach(of: endpoint) }
        raiseDescriptorLimit()
        // The ranker is used by the thread alone: this box hands it over once.
        let handover = Handover(ranker)
        let gauges = WorkerGauges()
        do {
            let wakeUp = try WakeUp()
            let bell = wakeUp.bell
            let wakeUpBox = Handover(wakeUp)
            let thread = try OwnedThread<[String], ServiceError>.start(name: "rank-worker") {
                (starter) throws(ServiceError) in
                guard let ranker = handover.take(), let wakeUp = wakeUpBox.take() else { return }
                try WorkerLoop.run(
                    configuration,
                    at: endpoints,
                    ranker: ranker,
                    wakeUp: wakeUp,
                    gauges: gauges,
                    log: log,
                    started: starter.started
                )
            }
            return Worker(thread: thread, bell: bell, gauges: gauges)
        } catch let error as ZMQError {
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

    /// Asks the worker to end: it says DRAINING in each reply, answers what it has received and what still arrives for
    /// as long as the configuration allows, until nothing has come for 50 ms, and closes its sockets.
    ///
    /// Returns at once; repeatable.
    public func stop() {
        bell.ring()
    }

    /// Waits until the worker has ended and its replies are on their way.
    ///
    /// Not for the worker's own thread.
    ///
    /// - Throws: `internalFailure` if it ended by itself.
    public func join() throws(ServiceError) {
        try thread.join()
    }
}

extension ServiceError {
    /// What a failure of the transport means for a worker.
    init(_ error: ZMQError) {
        let code: Code
        switch error.code {
        case .addressInUse, .addressNotAvailable, .permissionDenied, .nameNotResolved: code = .endpointUnavailable
        case .invalidEndpoint, .invalidOption: code = .invalidConfiguration
        default: code = .internalFailure
        }
        self.init(code, error.message, cause: error)
    }
}
