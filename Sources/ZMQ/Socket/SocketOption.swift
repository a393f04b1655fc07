import CZMQ

/// An option of a socket that can be read and set, with the type of its value.
///
/// See <https://libzmq.readthedocs.io/en/latest/zmq_setsockopt.html>. All but `linger`, the time-outs and the
/// high-water marks act only on the binds and connects that follow.
public struct SocketOption<Value: Sendable>: Sendable {
    let code: Int32
    let name: String
}

extension SocketOption<Int32> {
    /// `ZMQ_LINGER`: the time for which a closed socket goes on sending (ms); −1 for ever, 0 not at all.
    public static var linger: Self { Self(code: ZMQ_LINGER, name: "LINGER") }

    /// `ZMQ_SNDHWM`: the number of messages that wait for each peer before a send answers `wouldBlock`; 0 for no limit.
    public static var sendHighWaterMark: Self { Self(code: ZMQ_SNDHWM, name: "SNDHWM") }

    /// `ZMQ_RCVHWM`: the number of received messages that wait per peer before libzmq stops reading; 0 for no limit.
    public static var receiveHighWaterMark: Self { Self(code: ZMQ_RCVHWM, name: "RCVHWM") }

    /// `ZMQ_SNDTIMEO`: the longest wait of a send (ms); −1 for ever.
    public static var sendTimeout: Self { Self(code: ZMQ_SNDTIMEO, name: "SNDTIMEO") }

    /// `ZMQ_RCVTIMEO`: the longest wait of a receive (ms); −1 for ever.
    public static var receiveTimeout: Self { Self(code: ZMQ_RCVTIMEO, name: "RCVTIMEO") }

    /// `ZMQ_RECONNECT_IVL`: the time before the first new attempt to connect (ms); −1 for none.
    public static var reconnectInterval: Self { Self(code: ZMQ_RECONNECT_IVL, name: "RECONNECT_IVL") }

    /// `ZMQ_RECONNECT_IVL_MAX`: the limit up to which that time doubles (ms); 0 for no doubling.
    public static var maximumReconnectInterval: Self {
        Self(code: ZMQ_RECONNECT_IVL_MAX, name: "RECONNECT_IVL_MAX")
    }

    /// `ZMQ_CONNECT_TIMEOUT`: the time before an attempt to connect is given up (ms); 0 leaves it to the system.
    public static var connectTimeout: Self { Self(code: ZMQ_CONNECT_TIMEOUT, name: "CONNECT_TIMEOUT") }

    /// `ZMQ_HANDSHAKE_IVL`: the time within which a new connection must finish its handshake (ms); 0 for ever.
    public static var handshakeTimeout: Self { Self(code: ZMQ_HANDSHAKE_IVL, name: "HANDSHAKE_IVL") }

    /// `ZMQ_BACKLOG`: the number of connections that may wait to be accepted.
    public static var backlog: Self { Self(code: ZMQ_BACKLOG, name: "BACKLOG") }
}

extension SocketOption<Int64> {
    /// `ZMQ_MAXMSGSIZE`: the largest frame that a peer may send before it is disconnected (bytes); −1 for no limit.
    public static var maximumMessageSize: Self { Self(code: ZMQ_MAXMSGSIZE, name: "MAXMSGSIZE") }
}

extension SocketOption<Bool> {
    /// `ZMQ_IMMEDIATE`: whether messages are queued only for peers that are connected.
    public static var immediate: Self { Self(code: ZMQ_IMMEDIATE, name: "IMMEDIATE") }

    /// `ZMQ_IPV6`: whether IPv6 addresses work.
    ///
    /// ``Socket/bind(_:)`` and ``Socket/connect(_:)`` set it themselves.
    static var ipv6: Self { Self(code: ZMQ_IPV6, name: "IPV6") }
}

/// An option that libzmq lets a program set but not read.
public struct WriteOnlySocketOption: Sendable {
    let code: Int32
    let name: String

    /// `ZMQ_ROUTER_MANDATORY`: whether a ROUTER reports messages that it cannot deliver instead of dropping them.
    public static let routerMandatory = WriteOnlySocketOption(code: ZMQ_ROUTER_MANDATORY, name: "ROUTER_MANDATORY")

    /// `ZMQ_ROUTER_HANDOVER`: whether a new peer takes over the identity of an old one.
    public static let routerHandover = WriteOnlySocketOption(code: ZMQ_ROUTER_HANDOVER, name: "ROUTER_HANDOVER")

    /// `ZMQ_REQ_CORRELATE`: whether a REQ matches replies to requests.
    public static let requestCorrelate = WriteOnlySocketOption(code: ZMQ_REQ_CORRELATE, name: "REQ_CORRELATE")

    /// `ZMQ_REQ_RELAXED`: whether a REQ may send again before it has its reply.
    public static let requestRelaxed = WriteOnlySocketOption(code: ZMQ_REQ_RELAXED, name: "REQ_RELAXED")
}

extension Socket {
    /// Sets a counting option.
    ///
    /// - Parameters:
    ///   - option: The option.
    ///   - value: Its new value, in the option's unit.
    /// - Throws: `invalidOption` for a value out of range.
    public func set(_ option: SocketOption<Int32>, to value: Int32) throws(ZMQError) {
        try set(option.code, name: option.name, to: value)
    }

    /// Sets an option in bytes.
    ///
    /// - Parameters:
    ///   - option: The option.
    ///   - value: Its new value.
    /// - Throws: `invalidOption` for a value out of range.
    public func set(_ option: SocketOption<Int64>, to value: Int64) throws(ZMQError) {
        try set(option.code, name: option.name, to: value)
    }

    /// Sets an option that is on or off.
    ///
    /// - Parameters:
    ///   - option: The option.
    ///   - value: Its new value.
    /// - Throws: `invalidOption` if the socket's type does not have the option.
    public func set(_ option: SocketOption<Bool>, to value: Bool) throws(ZMQError) {
        try set(option.code, name: option.name, to: value ? 1 : 0 as Int32)
    }

    /// Sets an option that is on or off and cannot be read.
    ///
    /// - Parameters:
    ///   - option: The option.
    ///   - value: Its new value.
    /// - Throws: `invalidOption` if the socket's type does not have the option.
    public func set(_ option: WriteOnlySocketOption, to value: Bool) throws(ZMQError) {
        try set(option.code, name: option.name, to: value ? 1 : 0 as Int32)
    }

    /// Reads a counting option.
    ///
    /// - Parameter option: The option.
    /// - Returns: Its value, in the option's unit.
    /// - Throws: `contextTerminated` after a shutdown.
    public func value(of option: SocketOption<Int32>) throws(ZMQError) -> Int32 {
        try value(of: option.code, name: option.name, initial: 0 as Int32)
    }

    /// Reads an option in bytes.
    ///
    /// - Parameter option: The option.
    /// - Returns: Its value.
    /// - Throws: `contextTerminated` after a shutdown.
    public func value(of option: SocketOption<Int64>) throws(ZMQError) -> Int64 {
        try value(of: option.code, name: option.name, initial: 0 as Int64)
    }

    /// Reads an option that is on or off.
    ///
    /// - Parameter option: The option.
    /// - Returns: Its value.
    /// - Throws: `contextTerminated` after a shutdown.
    public func value(of option: SocketOption<Bool>) throws(ZMQError) -> Bool {
        try value(of: option.code, name: option.name, initial: 0 as Int32) != 0
    }

    func set<Value: FixedWidthInteger>(_ code: Int32, name: String, to value: Value) throws(ZMQError) {
        var value = value
        // https://libzmq.readthedocs.io/en/latest/zmq_setsockopt.html
        let result = retryingInterrupts {
            unsafe zmq_setsockopt(handle.pointer, code, &value, MemoryLayout<Value>.size)
        }
        guard result == 0 else { throw .failed(to: "set \(name) of a \(type) socket to \(value)") }
    }

    func value<Value: FixedWidthInteger>(of code: Int32, name: String, initial: Value) throws(ZMQError) -> Value {
        var value = initial
        var size = MemoryLayout<Value>.size
        // https://libzmq.readthedocs.io/en/latest/zmq_getsockopt.html
        let result = retryingInterrupts { unsafe zmq_getsockopt(handle.pointer, code, &value, &size) }
        guard result == 0 else { throw .failed(to: "read \(name) of a \(type) socket") }
        return value
    }
}
