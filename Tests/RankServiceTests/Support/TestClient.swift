import RankEngine
import RankService
import TestSupport
import Testing
import ZMQ

/// A socket of a client whose waits end within ten seconds.
struct TestClient: ~Copyable {
    let socket: Socket

    init(_ type: SocketType, at endpoint: String, correlate: Bool = false) throws {
        var settings = SocketSettings.client(maximumMessageSize: 64 << 20)
        settings.linger = 1_000
        // A REQ in a test may send before it is connected.
        settings.immediate = type != .request
        let socket = try Socket(type, in: Context(), settings: settings)
        try socket.set(.receiveTimeout, to: 10_000)
        try socket.set(.sendTimeout, to: 10_000)
        if correlate {
            try socket.set(.requestCorrelate, to: true)
            try socket.set(.requestRelaxed, to: true)
        }
        try socket.connect(Endpoint(endpoint, for: .connecting))
        self.socket = socket
    }

    /// Sends the frames of one message.
    func send(_ frames: [UInt8]...) throws {
        for (index, frame) in frames.enumerated() {
            let outcome = try socket.send(
                copying: frame.span.bytes,
                more: index < frames.count - 1,
                waiting: .allowed
            )
            try #require(outcome == .sent)
        }
    }

    /// All frames of the next message; none if there is none.
    func receive() throws -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var message = Message()
        repeat {
            guard try socket.receive(into: &message, waiting: .allowed) else { break }
            frames.append(message.withUnsafeBytes { Array($0) })
        } while message.hasMore
        return frames
    }

    /// The next message, which must be one reply frame.
    func reply() throws -> DecodedReply {
        let frames = try receive()
        try #require(frames.count == 1)
        return try DecodedReply(frames[0])
    }

    /// Sends a frame and waits for its reply.
    func reply(to frame: [UInt8]) throws -> DecodedReply {
        try send(frame)
        return try reply()
    }
}
