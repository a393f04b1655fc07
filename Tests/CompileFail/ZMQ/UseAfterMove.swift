// error: 'socket' consumed more than once
import ZMQ

func useAfterMove(context: Context) throws {
    let socket = try Socket(.dealer, in: context, settings: .client(maximumMessageSize: 1_000))
    serve(socket)
    serve(socket)
}

func serve(_ socket: consuming Socket) {
    socket.close()
}
