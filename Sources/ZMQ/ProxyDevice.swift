import CZMQ
import RankSystem

/// An unmodified `zmq_proxy` between a ROUTER for clients and a DEALER for workers, on a thread of its own.
///
/// For tests: the proxy balances blindly, and messages queued for a worker that dies are lost.
package final class ProxyDevice: Sendable {
    /// The endpoint for clients.
    package var frontend: Endpoint { thread.info.frontend }

    /// The endpoint for workers.
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
    ///   - frontend: The endpoint for clients.
    ///   - backend: The endpoint for workers.
    /// - Throws: The error of a bind.
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
            case .noThread(let error): throw ZMQError(error)
            case .failed(let error): throw error
            }
        }
    }

    /// Ends the proxy and closes its sockets; queued messages are dropped.
    ///
    /// May be called more than once.
    package func stop() {
        context.shutdown()
        try? thread.join()
    }

    deinit { stop() }
}
