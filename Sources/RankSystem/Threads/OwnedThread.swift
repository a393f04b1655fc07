/// The reason why a thread did not start.
package enum ThreadStartError<Failure: Error>: Error {
    /// The system gave no thread, or the body returned before it had started.
    case noThread(SystemError)

    /// The body failed before it had started.
    case failed(Failure)
}

/// An operating system thread, the only kind that may own sockets.
///
/// ```swift
/// let thread = try OwnedThread<Endpoint, ZMQError>.start(name: "scorer") { (starter) throws(ZMQError) in
///     let socket = try Socket(.router, in: context, settings: .worker(maximumMessageSize: limit))
///     starter.started(try socket.bind(endpoint))
///     ... poll, receive and send until a WakeUp rings
/// }
/// print(thread.info)
/// try thread.join()
/// ```
///
/// Swift's cooperative pool has as many threads as cores, so a task that blocks in a receive can stop the process.
/// A thread that is not joined runs on by itself. A thread inherits the signal mask of the thread that starts it; the
/// threads of Swift's cooperative pool block every signal.
package final class OwnedThread<Info: Sendable, Failure: Error>: Sendable {
    /// The handle by which a thread's body reports that it has started.
    package struct Starter: Sendable {
        fileprivate let state: WaitableState<State>

        /// Lets ``OwnedThread/start(name:_:)`` return.
        ///
        /// Only the first call counts.
        ///
        /// - Parameter info: A value for the starting thread, such as the bound endpoint.
        package func started(_ info: Info) {
            state.update { state in if case .starting = state { state = .running(info) } }
        }
    }

    fileprivate enum State: Sendable {
        case starting
        case running(Info)
        case failedToStart(Failure?)
        case ended(Info, Failure?)
        case joined(Failure?)
    }

    /// The value that the body reported when it had started.
    package let info: Info

    private let thread: SystemThread
    private let state: WaitableState<State>

    private init(info: Info, thread: SystemThread, state: WaitableState<State>) {
        self.info = info
        self.thread = thread
        self.state = state
    }

    deinit {
        let isJoined = state.update { state in
            if case .joined = state { return true }
            return false
        }
        if !isJoined { thread.detach() }
    }

    /// Runs a body on a thread of its own, and waits until it has started.
    ///
    /// - Parameters:
    ///   - name: The name in debuggers and `ps -L`, of which Linux keeps the first 15 bytes.
    ///   - body: Makes its sockets, calls ``Starter/started(_:)`` once, serves, and returns to end the thread.
    /// - Returns: The thread, running.
    /// - Throws: `failed` with the error that the body threw before it had started, `noThread` if there is no thread or
    ///   the body returned before it had started. In both cases the thread has ended.
    package static func start(
        name: String,
        _ body: @escaping @Sendable (Starter) throws(Failure) -> Void
    ) throws(ThreadStartError<Failure>) -> OwnedThread {
        let state = WaitableState(State.starting)
        let thread: SystemThread
        do throws(SystemError) {
            thread = try SystemThread.spawn(name: name) {
                var failure: Failure?
                do throws(Failure) { try body(Starter(state: state)) } catch { failure = error }
                state.update { state in
                    if case .running(let info) = state {
                        state = .ended(info, failure)
                    } else {
                        state = .failedToStart(failure)
                    }
                }
            }
        } catch {
            throw .noThread(error)
        }
        let outcome: State = state.wait { state in
            if case .starting = state { return nil }
            return state
        }
        switch outcome {
        case .running(let info), .ended(let info, _):
            return OwnedThread(info: info, thread: thread, state: state)
        case .failedToStart(let failure?):
            thread.join()
            throw .failed(failure)
        default:
            thread.join()
            throw .noThread(SystemError(.invalidOperation, "the thread \(name) ended before it had started"))
        }
    }

    /// Waits until the body has returned.
    ///
    /// To be called from another thread, any number of times. The body is not asked to end: ring its ``WakeUp`` first.
    ///
    /// - Throws: The error that the body threw after it had started.
    package func join() throws(Failure) {
        _ = state.wait { state in
            switch state {
            case .ended, .joined: true
            default: nil
            }
        }
        let (failure, isFirst): (Failure?, Bool) = state.update { state in
            switch state {
            case .ended(_, let failure):
                state = .joined(failure)
                return (failure, true)
            case .joined(let failure):
                return (failure, false)
            default:
                return (nil, false)
            }
        }
        if isFirst { thread.join() }
        if let failure { throw failure }
    }
}
