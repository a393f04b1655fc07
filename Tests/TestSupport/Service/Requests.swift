package import RankCore
package import RankProtocol

/// Frames of requests, for tests.
package enum Requests {
    /// A SCORE frame.
    package static func score(
        id: UInt64 = 7,
        user: UInt64 = 42,
        candidates: [UInt64],
        parameters: ScoreParameters = ScoreParameters(),
        flags: RequestFlags = [],
        remaining: UInt32? = nil,
        model: ModelID = .unspecified,
        profile: NumericProfile = .unspecified,
        feature: Float = 1
    ) -> [UInt8] {
        score(
            id: id,
            queries: [(user, candidates)],
            parameters: parameters,
            flags: flags,
            remaining: remaining,
            model: model,
            profile: profile,
            feature: feature
        )
    }

    /// A SCORE frame.
    package static func score(
        id: UInt64 = 7,
        queries: [(user: UInt64, candidates: [UInt64])],
        parameters: ScoreParameters = ScoreParameters(),
        flags: RequestFlags = [],
        remaining: UInt32? = nil,
        model: ModelID = .unspecified,
        profile: NumericProfile = .unspecified,
        feature: Float = 1
    ) -> [UInt8] {
        var writer = FrameWriter()
        let header = RequestHeader(
            id: RequestID(rawValue: id),
            kind: .score,
            flags: flags,
            remainingMicroseconds: remaining,
            model: model,
            profile: profile
        )
        writer.beginScore(header, parameters: parameters)
        for query in queries {
            let features = [Float](repeating: feature, count: query.candidates.count * Int(parameters.featureCount))
            writer.appendQuery(user: query.user, candidates: query.candidates.span, features: features.span)
        }
        writer.finish()
        return writer.bytes.copied
    }

    /// A SCORE frame.
    package static func score(
        user: String,
        candidates: [String],
        parameters: ScoreParameters
    ) -> [UInt8] {
        var writer = FrameWriter()
        writer.beginScore(RequestHeader(id: RequestID(rawValue: 7), kind: .score), parameters: parameters)
        writer.appendQuery(user: user, candidates: candidates)
        writer.finish()
        return writer.bytes.copied
    }

    /// A frame without a payload.
    package static func plain(_ kind: RequestKind, id: UInt64 = 7, remaining: UInt32? = nil) -> [UInt8] {
        var writer = FrameWriter()
        writer.encodeRequest(
            RequestHeader(id: RequestID(rawValue: id), kind: kind, remainingMicroseconds: remaining)
        )
        return writer.bytes.copied
    }

    /// A CANCEL frame.
    package static func cancel(_ target: UInt64, id: UInt64 = 8) -> [UInt8] {
        var writer = FrameWriter()
        writer.encodeCancel(
            RequestHeader(id: RequestID(rawValue: id), kind: .cancel),
            of: RequestID(rawValue: target)
        )
        return writer.bytes.copied
    }
}

extension Requests {
    /// A CATALOG frame.
    package static func catalog(
        first: UInt64 = 0,
        count: UInt32 = .max,
        remaining: UInt32? = nil,
        model: ModelID = .unspecified
    ) -> [UInt8] {
        var writer = FrameWriter()
        let header = RequestHeader(
            id: RequestID(rawValue: 7),
            kind: .catalog,
            remainingMicroseconds: remaining,
            model: model
        )
        writer.encodeCatalog(header, CatalogRequest(first: first, count: count))
        return writer.bytes.copied
    }
}
