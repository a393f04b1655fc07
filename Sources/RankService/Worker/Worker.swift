public import RankEngine
import RankProtocol
import RankSystem
import Synchronization
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
/// ``start(_:ranker:log:)`` returns when every endpoint is bound, with the model loaded before: a client that can
/// connect is answered. May be used from any thread.
public final class Worker: Sendable {
    /// The endpoints that the worker is bound to, with the ports that the system chose, and then those of proxies.
    public var endpoints: [String] { thread.info }

    /// The worker's load, and the time of its thread's last sign of life.
    public var gauges: WorkerGauges { control.gauges }

    /// The worker's counters.
    package var counters: WorkerCounters { control.counters }

    /// The first model of the worker.
    public let model: RankerInfo

    private let thread: OwnedThread<[String], ServiceError>
    let control: WorkerControl
    private let reloader: ModelReloader?

    private init(
        thread: OwnedThread<[String], ServiceError>,
        control: WorkerControl,
        reloader: ModelReloader?,
        model: RankerInfo
    ) {
        self.model = model
        self.thread = thread
        self.control = control
        self.reloader = reloader
    }

    deinit {
        // No other reference can stop it.
        stop()
    }

    /// Starts a worker.
    ///
    /// - Parameters:
    ///   - configuration: The worker's endpoints and limits.
    ///   - ranker: The ranker, which belongs to the worker's thread from now on.
    ///   - log: Takes one line when the worker has started and one when it has ended, on the worker's thread.
    /// - Returns: The worker, bound and answering.
    /// - Throws: `invalidConfiguration`, `endpointUnavailable`, or `modelRefused` if the ranker does not reproduce its
    ///   golden scores, and nothing is left bound.
    public static func start(
        _ configuration: WorkerConfiguration,
        ranker: sending any Ranker,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(ServiceError) -> Worker {
        let model: ServedModel
        do throws(EngineError) {
            model = try ServedModel.proving(
                ranker,
                generation: 1,
                software: configuration.software,
                limits: configuration.limits
            )
        } catch {
            throw ServiceError(.modelRefused, error.message, cause: error)
        }
        return try start(configuration, log: log) { _ throws(ServiceError) in FirstModel(model: model) }
    }

    /// Starts a worker whose models are replaced while it serves: when their files change, and on ``reload()``.
    ///
    /// A request is scored by one model from its first candidate to its last. A model that is refused leaves the one
    /// before in place.
    ///
    /// - Parameters:
    ///   - configuration: The worker's endpoints and limits.
    ///   - models: The source of models; the best version that proves itself is loaded before any endpoint is bound.
    ///   - log: Takes one line for each event of the worker's life, on the thread where it happens.
    /// - Returns: The worker, bound and answering.
    /// - Throws: `invalidConfiguration`, `endpointUnavailable` or `modelRefused`, and nothing is left bound.
    public static func start(
        _ configuration: WorkerConfiguration,
        models: ModelSupply,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(ServiceError) -> Worker {
        try start(configuration, log: log) { limits throws(ServiceError) in
            var state = ReloadState()
            let model = try models.first(software: configuration.software, limits: limits, log: log, state: &state)
            return FirstModel(model: model, reloading: (models, state))
        }
    }

    /// The first model of a worker, and the source of the next ones.
    private struct FirstModel {
        var model: ServedModel
        var reloading: (supply: ModelSupply, state: ReloadState)?
    }

    private static func start(
        _ configuration: WorkerConfiguration,
        log: @escaping @Sendable (String) -> Void,
        load: (FrameLimits) throws(ServiceError) -> FirstModel
    ) throws(ServiceError) -> Worker {
        // A mistyped endpoint is reported before a large model is loaded.
        let endpoints = try configuration.endpoints().resolved()
        for endpoint in endpoints.binds { try configuration.checkReach(of: endpoint) }
        let first = try load(configuration.limits)
        raiseDescriptorLimit()
        do {
            let wakeUp = try WakeUp()
            let reloadWakeUp = try WakeUp()
            let control = WorkerControl(bell: wakeUp.bell, reloadBell: reloadWakeUp.bell)
            let wakeUpBox = Handover(wakeUp)
            let thread = try OwnedThread<[String], ServiceError>.start(name: "rank-worker") {
                (starter) throws(ServiceError) in
                guard let wakeUp = wakeUpBox.take() else { return }
                defer { control.hasEnded.store(true, ordering: .releasing) }
                try WorkerLoop.run(
                    configuration,
                    at: endpoints,
                    model: first.model,
                    control: control,
                    wakeUp: wakeUp,
                    log: log,
                    started: starter.started
                )
            }
            var reloader: ModelReloader?
            if let (supply, state) = first.reloading {
                let work = ReloadWork(
                    supply: supply,
                    state: state,
                    control: control,
                    configuration: configuration,
                    log: log
                )
                do {
                    reloader = try ModelReloader(work, wakeUp: reloadWakeUp)
                } catch {
                    // Without a reload thread no endpoint must stay bound.
                    control.isStopping.store(true, ordering: .releasing)
                    control.ring()
                    try? thread.join()
                    throw error
                }
            }
            return Worker(thread: thread, control: control, reloader: reloader, model: first.model.info)
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

    /// Asks for a load of the best version, changed or not.
    ///
    /// Returns at once. The result is logged, and shown by STATS.
    ///
    /// - Returns: False if the worker was started with a ranker of its own, which cannot be loaded again.
    @discardableResult
    public func reload() -> Bool {
        reloader?.reload()
        return reloader != nil
    }

    /// Asks the worker to end: the worker loads no other model, says DRAINING in each reply, answers the requests that
    /// it has and those that still arrive, for as long as the configuration allows and until nothing has come for 50
    /// ms, and closes its sockets.
    ///
    /// Returns at once; repeatable.
    public func stop() {
        reloader?.stop()
        control.isStopping.store(true, ordering: .releasing)
        control.ring()
    }

    /// Waits until the worker has ended and its replies are on their way.
    ///
    /// Does not wait for a load under way: its thread ends after it, and its model is dropped. Not for the worker's own
    /// thread.
    ///
    /// - Throws: `internalFailure` if the worker ended by itself.
    public func join() throws(ServiceError) {
        defer {
            reloader?.stop()
            reloader?.join()
        }
        try thread.join()
    }
}

extension ServiceError {
    /// The meaning of a transport's failure for a worker.
    init(_ error: ZMQError) {
        let code: Code
        switch error.code {
        case .addressInUse, .addressNotAvailable, .permissionDenied, .nameNotResolved: code = .endpointUnavailable
        case .invalidEndpoint, .invalidOption: code = .invalidConfiguration
        case .resourceExhausted: code = .resourceExhausted
        default: code = .internalFailure
        }
        self.init(code, error.message, cause: error)
    }
}
