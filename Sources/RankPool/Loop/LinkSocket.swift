import RankSystem
import ZMQ

/// The DEALER socket of one worker with its monitor; it stays on the pool's thread.
final class LinkSocket {
    let socket: Socket
    var monitor: SocketMonitor
    /// Whether the socket will be received from before the next wait.
    var isTouched = false
    private let descriptors: (socket: Int32, monitor: Int32)

    /// Makes the socket, watches it and starts to connect.
    init(
        to endpoint: Endpoint,
        in context: Context,
        maximumReplyBytes: Int,
        link: LinkID,
        set: inout DescriptorSet
    ) throws(ZMQError) {
        let settings = SocketSettings.client(maximumMessageSize: Int64(maximumReplyBytes))
        let socket = try Socket(.dealer, in: context, settings: settings)
        let monitor = try SocketMonitor(socket)
        descriptors = (try socket.fileDescriptor(), try monitor.fileDescriptor())
        try ZMQError.converting(set.add(descriptors.socket, as: ReadyDescriptor.socket(link).name))
        do {
            try ZMQError.converting(set.add(descriptors.monitor, as: ReadyDescriptor.monitor(link).name))
            try socket.connect(endpoint)
        } catch {
            set.remove(descriptors.socket)
            set.remove(descriptors.monitor)
            throw error
        }
        self.socket = socket
        self.monitor = monitor
    }

    /// Takes the descriptors out of the set, before the sockets are closed.
    func leave(_ set: inout DescriptorSet) {
        set.remove(descriptors.socket)
        set.remove(descriptors.monitor)
    }
}
