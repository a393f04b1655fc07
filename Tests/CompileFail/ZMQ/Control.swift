// compiles
import ZMQ

func control(context: Context) throws {
    let socket = try Socket(.dealer, in: context, settings: .client(maximumMessageSize: 1_000))
    var message = Message()
    if try socket.receive(into: &message) {
        let first = message.bytes.byteCount
        let isAgain = try socket.receive(into: &message)
        print(first, isAgain, message.bytes.byteCount)
    }
    socket.close()
}
