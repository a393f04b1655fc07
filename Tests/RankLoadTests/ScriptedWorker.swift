import RankCore
import RankProtocol
import RankSystem
import ZMQ

/// A ROUTER on a thread that answers requests by a script.
struct ScriptedWorker {
    typealias Reply = @Sendable (RequestHeader, inout FrameWriter) -> Void

    struct Ready: Sendable {
        var endpoint: Endpoint
        var bell: WakeUp.Bell
    }

    private let thread: OwnedThread<Ready, ZMQError>

    /// Where it listens.
    var endpoint: Endpoint { thread.info.endpoint }

    init(_ reply: @escaping Reply) throws {
        thread = try OwnedThread.start(name: "scripted-worker") { (starter) throws(ZMQError) in
            let wakeUp = try ZMQError.converting(WakeUp())
            let socket = try Socket(.router, in: Context(), settings: .worker(maximumMessageSize: 1 << 20))
            let endpoint = try socket.bind(Endpoint("tcp://127.0.0.1:*", for: .binding))
            starter.started(Ready(endpoint: endpoint, bell: wakeUp.bell))
            var poller = Poller()
            let bell = poller.add(fileDescriptor: wakeUp.fileDescriptor)
            _ = poller.add(socket)
            var identity = Message()
            var body = Message()
            var writer = FrameWriter()
            while true {
                _ = try poller.poll(timeoutMicroseconds: nil)
                if poller.readiness(at: bell).contains(.readable) { return }
                while try socket.receive(into: &identity), try socket.receive(into: &body) {
                    guard let frame = try? RequestFrame(decoding: body.bytes, limits: .default) else { continue }
                    reply(frame.header, &writer)
                    _ = try socket.send(&identity, more: true)
                    _ = try socket.send(copying: writer.bytes)
                }
            }
        }
    }

    /// Ends the worker.
    func stop() {
        thread.info.bell.ring()
        try? thread.join()
    }

    /// Three scores of 0.
    static func scores(_ request: RequestHeader, _ writer: inout FrameWriter) {
        writer.beginScoreReply(
            ReplyHeader(id: request.id, kind: .score, model: .unspecified, profile: .unspecified)
        )
        let entries = writer.appendReplyQuery(entryCount: 3, candidateCount: 3)
        var scores = writer.scores(of: entries)
        for index in 0..<3 { scores[index] = 0 }
        writer.finish()
    }
}
