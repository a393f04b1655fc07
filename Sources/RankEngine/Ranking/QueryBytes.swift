internal import RankCore

/// The ids of one query as a frame has them, for ranking in-process.
struct QueryBytes {
    private enum IDs {
        /// Little-endian numbers.
        case numbers(user: UInt64, candidates: [UInt64])
        /// UTF-8; candidate i is `text[offsets[i]..<offsets[i+1]]`.
        case texts(user: [UInt8], offsets: [UInt32], text: [UInt8])
    }

    private let ids: IDs

    /// Writes ids.
    ///
    /// - Throws: ``EngineError/Code/invalidQuery`` where they have more text than offsets can tell.
    init(_ query: QueryIDs) throws(EngineError) {
        switch query {
        case .numbers(let user, let candidates):
            ids = .numbers(user: user, candidates: candidates.map(\.littleEndian))
        case .text(let user, let candidates):
            var text: [UInt8] = []
            var offsets: [UInt32] = [0]
            for candidate in candidates {
                text.append(contentsOf: candidate.utf8)
                guard let end = UInt32(exactly: text.count) else {
                    throw EngineError(.invalidQuery, "the candidates' ids have more than 4 GiB of text; split the list")
                }
                offsets.append(end.littleEndian)
            }
            ids = .texts(user: Array(user.utf8), offsets: offsets, text: text)
        }
    }

    /// Calls `body` with the query, which lasts as long as the call.
    func withQuery<Value>(
        features: [Float],
        featureCount: Int,
        queryFeatures: [Float] = [],
        _ body: (RankQuery) throws(EngineError) -> Value
    ) throws(EngineError) -> Value {
        try unsafe withBytes(of: queryFeatures) { (queryFeatures) throws(EngineError) in
            try unsafe withBytes(of: features) { (features) throws(EngineError) in
                try unsafe withIDs { (user, candidates) throws(EngineError) in
                    try unsafe body(
                        RankQuery(
                            user: user,
                            candidates: candidates,
                            features: features,
                            featureCount: featureCount,
                            queryFeatures: queryFeatures
                        )
                    )
                }
            }
        }
    }

    /// Calls `body` with the ids, which last as long as the call.
    private func withIDs<Value>(
        _ body: (RankQuery.User, RankQuery.Candidates) throws(EngineError) -> Value
    ) throws(EngineError) -> Value {
        switch ids {
        case .numbers(let user, let candidates):
            try unsafe withBytes(of: candidates) { (candidates) throws(EngineError) in
                try unsafe body(.number(user), .numbers(candidates))
            }
        case .texts(let user, let offsets, let text):
            try unsafe withBytes(of: user) { (user) throws(EngineError) in
                try unsafe withBytes(of: offsets) { (offsets) throws(EngineError) in
                    try unsafe withBytes(of: text) { (text) throws(EngineError) in
                        try unsafe body(.text(user), .texts(offsets: offsets, text: text))
                    }
                }
            }
        }
    }
}

/// Calls `body` with an array's bytes and returns its result or throws its error.
private func withBytes<Element: BitwiseCopyable, Value>(
    of array: [Element],
    _ body: (UnsafeRawBufferPointer) throws(EngineError) -> Value
) throws(EngineError) -> Value {
    let result = unsafe array.withUnsafeBytes { bytes -> Result<Value, EngineError> in
        do throws(EngineError) {
            return .success(try unsafe body(bytes))
        } catch {
            return .failure(error)
        }
    }
    return try result.get()
}
