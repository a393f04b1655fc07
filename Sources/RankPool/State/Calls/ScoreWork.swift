package import RankCore
package import RankProtocol

/// A contiguous part of one query's candidates.
package struct Slice: Hashable, Sendable {
    package var query: Int
    package var range: Range<Int>

    package init(query: Int, range: Range<Int>) {
        self.query = query
        self.range = range
    }
}

/// The subject of a SCORE call, before any split.
package struct ScoreWork: Sendable {
    package var queries: [QueryIDs]
    /// The features of each query, `featureCount` floats for each candidate, or none.
    package var features: [[Float]]
    /// The features that each query gives once, as many for each query, or none.
    package var queryFeatures: [[Float]]
    package var parameters: ScoreParameters
    package var flags: RequestFlags
    package var model: ModelID
    package var profile: NumericProfile
    package var requestedParts: Int?

    package init(
        queries: [QueryIDs],
        features: [[Float]] = [],
        queryFeatures: [[Float]] = [],
        parameters: ScoreParameters,
        flags: RequestFlags = [],
        model: ModelID = .unspecified,
        profile: NumericProfile = .unspecified,
        requestedParts: Int? = nil
    ) {
        self.queries = queries
        self.features = features
        self.queryFeatures = queryFeatures
        self.parameters = parameters
        self.flags = flags
        self.model = model
        self.profile = profile
        self.requestedParts = requestedParts
    }

    /// The features that each query gives once.
    var queryFeatureCount: Int { queryFeatures.first?.count ?? 0 }

    package var candidateCount: Int { queries.reduce(0) { $0 + $1.count } }

    /// A hash of the user of the slices; of the first user if there are several.
    func key(of slices: [Slice]) -> UInt64 {
        guard let slice = slices.first else { return 0 }
        return switch queries[slice.query] {
        case .numbers(let user, _): SplitMix64.mix(user)
        case .text(let user, _): TextHash.of(user)
        }
    }

    /// Encodes a request for some slices.
    package func encode(
        _ slices: [Slice],
        header: RequestHeader,
        into writer: inout FrameWriter
    ) {
        let ofQueries = queryFeatureCount == 0 ? [] : slices.flatMap { queryFeatures[$0.query] }
        writer.beginScore(
            header,
            parameters: parameters,
            queryFeatures: ofQueries.span,
            queryFeatureCount: queryFeatureCount
        )
        let width = Int(parameters.featureCount)
        for slice in slices {
            let floats =
                width == 0
                ? [] : features[slice.query][(slice.range.lowerBound * width)..<(slice.range.upperBound * width)]
            switch queries[slice.query] {
            case .numbers(let user, let candidates):
                writer.appendQuery(user: user, candidates: candidates[slice.range].span, features: floats.span)
            case .text(let user, let candidates):
                writer.appendQuery(user: user, candidates: candidates[slice.range], features: floats.span)
            }
        }
        writer.finish()
    }
}
