// error: overlapping accesses to 'message'
import ZMQ

func receiveWhileBytesAreHeld(socket: borrowing Socket) throws -> Int {
    var message = Message()
    let bytes = message.bytes
    _ = try socket.receive(into: &message)
    return bytes.byteCount
}
