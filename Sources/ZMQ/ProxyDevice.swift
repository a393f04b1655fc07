import CZMQ

/// An unmodified `zmq_proxy` between a ROUTER for clients and a DEALER for workers, on a thread of its own.
///
/// For tests: it balances blindly, and what it queues for a worker that dies is lost.
package final class ProxyDevice: Sendable {
    /// Where clients connect.
    package var frontend: Endpoint { thread.info.frontend }

    /// Where workers connect.
    package var backend: Endpoint { thread.info.backend }

    private struct Ends: Sendable {
        let frontend: Endpoint
        let backend: Endpoint
    }

    private let context: Context
    private let thread: OwnedThread<Ends, ZMQError>

    /// Binds both ends and starts to forward.
    ///
    /// - Parameters:
    ///   - frontend: Where clients will connect.
    ///   - backend: Where workers will connect.
    /// - Throws: What a bind threw.
    package init(frontend: Endpoint, backend: Endpoint) throws(ZMQError) {
        let context = try Context()
        self.context = context
        do throws(ThreadStartError<ZMQError>) {
            thread = try OwnedThread.start(name: "zmq-proxy") { (starter) throws(ZMQError) in
                var settings = SocketSettings.worker(maximumMessageSize: -1)
                // A stock proxy drops the answer to a client that left; with this on, it would end instead.
                settings.routerMandatory = false
                settings.linger = 0
                let front = try Socket(.router, in: context, settings: settings)
                let back = try Socket(.dealer, in: context, settings: settings)
                starter.started(Ends(frontend: try front.bind(frontend), backend: try back.bind(backend)))
                // https://libzmq.readthedocs.io/en/latest/zmq_proxy.html
                _ = retryingInterrupts { unsafe zmq_proxy(front.handle.pointer, back.handle.pointer, nil) }
            }
        } catch {
            switch error {
            case .noThread(let error), .failed(let error): throw error
            }
        }
    }

    /// Ends the proxy and closes its sockets; what it holds is dropped.
    ///
    /// Repeatable.
    package func stop() {
        context.shutdown()
        try? thread.join()
    }

    deinit { stop() }
}
