import RankCore
import RankEngine
import RankProtocol
import RankSystem
import ZMQ

/// A worker that claims to hold a model and answers every score with its lowest bit turned.
///
/// Made of a bare socket, the codec and the engine.
struct LyingWorker {
    private let thread: OwnedThread<WakeUp.Bell, ZMQError>

    /// Binds and serves one client at a time until `stop`.
    init(endpoint: String, model path: String) throws {
        let model = try RankModel.load(path: path)
        thread = try OwnedThread.start(name: "lying-worker") { (starter) throws(ZMQError) in
            let wakeUp = try ZMQError.converting(WakeUp())
            let socket = try Socket(.router, in: Context(), settings: .worker(maximumMessageSize: 1 << 20))
            try socket.bind(Endpoint(endpoint, for: .binding))
            starter.started(wakeUp.bell)
            try Self.serve(socket, wakeUp, model)
        }
    }

    /// Ends the worker.
    func stop() {
        thread.info.ring()
        try? thread.join()
    }

    private static func serve(_ socket: borrowing Socket, _ wakeUp: borrowing WakeUp, _ model: RankModel)
        throws(ZMQError)
    {
        guard let ranker = try? model.makeRanker() else { return }
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
                do {
                    try answer(body.bytes, ranker, model.modelID, into: &writer)
                } catch {
                    continue
                }
                _ = try socket.send(&identity, more: true)
                _ = try socket.send(copying: writer.bytes)
            }
        }
    }

    private static func answer(
        _ bytes: RawSpan,
        _ ranker: EmbeddingRanker,
        _ model: ModelID,
        into writer: inout FrameWriter
    ) throws {
        let frame = try RequestFrame(decoding: bytes, limits: .default)
        let header = ReplyHeader(
            id: frame.header.id,
            kind: frame.header.kind == .info ? .info : frame.header.kind == .stats ? .stats : .score,
            model: model,
            profile: .fp32FMA
        )
        guard header.kind == .score else {
            return writer.encodePairsReply(header, pairs: [])
        }
        let request = try frame.score(limits: .default)
        writer.beginScoreReply(header)
        var queries = request.makeQueries()
        while let query = queries.next() {
            var candidates: [UInt64] = []
            for index in 0..<query.candidateCount { candidates.append(query.candidateID(at: index)) }
            let ranked = try ranker.rank(candidates, for: query.userID, unknownIDs: .fallback)
            let topK = Int(request.parameters.topK)
            let chosen =
                topK == 0 ? ranked.sorted { $0.position < $1.position } : Array(ranked.prefix(topK))
            let entries = writer.appendReplyQuery(
                entryCount: chosen.count,
                candidateCount: query.candidateCount,
                flags: topK == 0 ? [] : .indexed
            )
            for (index, entry) in chosen.enumerated() {
                var scores = writer.scores(of: entries)
                scores[index] = Float(bitPattern: entry.score.bitPattern ^ 1)
                if topK > 0 {
                    var positions = writer.positions(of: entries)
                    positions[index] = UInt32(entry.position)
                }
                var flags = writer.entryFlags(of: entries)
                flags[index] = entry.isUnknown ? EntryFlags.unknown.rawValue : 0
            }
        }
        writer.finish()
    }
}
