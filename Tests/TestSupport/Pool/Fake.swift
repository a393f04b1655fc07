package import RankCore
package import RankProtocol

/// The models and scores of the fakes.
package enum Fake {
    /// The model of a worker, unless it is said otherwise.
    package static let model = ModelID(hex: "00112233445566778899aabbccddeeff") ?? .unspecified
    /// Another model.
    package static let otherModel = ModelID(hex: "ffeeddccbbaa99887766554433221100") ?? .unspecified

    /// Few distinct scores, so that ties abound.
    package static func score(_ user: UInt64, _ candidate: UInt64) -> Float {
        Float((candidate &* 7 &+ user) % 13) / 13
    }

    /// Ids from here on are unknown.
    package static let firstUnknown: UInt64 = 1 << 40

    /// Answers a SCORE request as the document says, naively.
    package static func answer(_ request: borrowing ScoreRequest, _ header: ReplyHeader, into writer: inout FrameWriter)
    {
        let parameters = request.parameters
        writer.beginScoreReply(header)
        var queries = request.makeQueries()
        while let query = queries.next() {
            var keys: [RankedEntry<UInt64>] = []
            for index in 0..<query.candidateCount {
                let id = query.candidateID(at: index)
                if id >= firstUnknown, parameters.unknownIDs == .omit { continue }
                keys.append(RankedEntry(id: id, position: index, score: score(query.userID, id)))
            }
            let known = Float(keys.count)
            if parameters.topK > 0 {
                keys.sort { RankOrder.precedes($0, $1) }
                keys = Array(keys.prefix(Int(parameters.topK)))
            }
            let entries = writer.appendReplyQuery(
                entryCount: keys.count,
                candidateCount: query.candidateCount,
                flags: parameters.repliesAreIndexed ? .indexed : [],
                coverage: query.candidateCount == 0 ? 1 : known / Float(query.candidateCount)
            )
            for (index, key) in keys.enumerated() {
                var scores = writer.scores(of: entries)
                scores[index] = key.score
                var flags = writer.entryFlags(of: entries)
                flags[index] = key.id >= firstUnknown ? EntryFlags.unknown.rawValue : 0
                guard parameters.repliesAreIndexed else { continue }
                var positions = writer.positions(of: entries)
                positions[index] = UInt32(key.position)
            }
        }
        writer.finish()
    }
}

extension FrameWriter {
    /// The frame as an array.
    package var array: [UInt8] {
        bytes.withUnsafeBytes { Array($0) }
    }
}
