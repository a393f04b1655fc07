// error: 'socket' used after consume
import ZMQ

func useAfterClose(context: Context) throws {
    let socket = try Socket(.dealer, in: context, settings: .client(maximumMessageSize: 1_000))
    socket.close()
    var message = Message()
    _ = try socket.receive(into: &message)
}
