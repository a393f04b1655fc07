import ZMQ

/// The DEALER of one worker with its monitor; lives and dies on the pool's thread.
final class LinkSocket {
    let socket: Socket
    var monitor: SocketMonitor
    let socketSlot: Poller.Slot
    let monitorSlot: Poller.Slot

    /// Makes the socket, watches it and starts to connect.
    init(
        to endpoint: Endpoint,
        in context: Context,
        maximumReplyBytes: Int,
        poller: inout Poller
    ) throws(ZMQError) {
        let settings = SocketSettings.client(maximumMessageSize: Int64(maximumReplyBytes))
        let socket = try Socket(.dealer, in: context, settings: settings)
        let monitor = try SocketMonitor(socket)
        socketSlot = poller.add(socket)
        monitorSlot = poller.add(monitor)
        do {
            try socket.connect(endpoint)
        } catch {
            poller.remove(socketSlot)
            poller.remove(monitorSlot)
            throw error
        }
        self.socket = socket
        self.monitor = monitor
    }
}
