import CZMQ

extension ZMQError {
    /// The error of a C call that has just failed with `errno` set.
    ///
    /// - Parameters:
    ///   - operation: The attempt as a phrase: "bind to tcp://127.0.0.1:7000".
    ///   - errorNumber: The value of `errno`.
    /// - Returns: The error, with the code that the number stands for.
    static func failed(to operation: String, errorNumber: Int32 = zmq_errno()) -> ZMQError {
        // https://libzmq.readthedocs.io/en/latest/zmq_strerror.html
        let reason = unsafe String(cString: zmq_strerror(errorNumber))
        let (code, advice) = classify(errorNumber)
        let suffix = advice.map { "; \($0)" } ?? ""
        return ZMQError(
            code: code,
            message: "cannot \(operation): \(reason) (errno \(errorNumber))\(suffix)",
            errorNumber: errorNumber
        )
    }

    private static func classify(_ errorNumber: Int32) -> (code: Code, advice: String?) {
        switch errorNumber {
        case ZMQ_EADDRINUSE:
            (.addressInUse, "another socket is bound there: stop it or choose another address")
        case ZMQ_EADDRNOTAVAIL, ZMQ_ENODEV:
            (.addressNotAvailable, "the address does not belong to this machine")
        case ZMQ_ENOENT, ZMQ_ENOTDIR:
            (.addressNotAvailable, nil)
        case ZMQ_EACCES, ZMQ_EPERM:
            (.permissionDenied, nil)
        case ETERM:
            (.contextTerminated, "close the sockets of this thread and end it")
        case EFSM, ZMQ_ENOTSOCK, ZMQ_ENOTSUP, ENOCOMPATPROTO, EMTHREAD:
            (.invalidOperation, nil)
        case ZMQ_EINVAL:
            (.invalidOption, nil)
        case ZMQ_EMFILE, ZMQ_ENFILE:
            (.resourceExhausted, "raise the limit of open files (ulimit -n) or of sockets per context")
        case ZMQ_ENOMEM, ZMQ_EAGAIN:
            (.resourceExhausted, nil)
        default:
            (.system, nil)
        }
    }
}

/// Repeats a C call for as long as a signal interrupts it.
///
/// - Returns: The result of the call: −1 with another `errno` than `EINTR`, or a success.
@inline(__always)
func retryingInterrupts(_ call: () -> Int32) -> Int32 {
    while true {
        let result = call()
        if result != -1 || zmq_errno() != ZMQ_EINTR { return result }
    }
}
