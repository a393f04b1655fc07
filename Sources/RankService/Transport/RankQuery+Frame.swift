import RankEngine
import RankProtocol

extension RankQuery {
    /// A query of a received frame, in place.
    ///
    /// The frame's memory must outlive the query.
    ///
    /// - Parameters:
    ///   - query: The query.
    ///   - queryFeatures: The features that the frame has once for it; empty without.
    init(_ query: borrowing ScoreQuery, queryFeatures: RawSpan) {
        let features = unsafe query.features.withUnsafeBytes { unsafe $0 }
        let queryFeatures = unsafe queryFeatures.withUnsafeBytes { unsafe $0 }
        switch query.idKind {
        case .u64:
            unsafe self.init(
                user: .number(query.userID),
                candidates: .numbers(query.candidateIDs.withUnsafeBytes { unsafe $0 }),
                features: features,
                featureCount: query.featureCount,
                queryFeatures: queryFeatures
            )
        case .utf8:
            unsafe self.init(
                user: .text(query.userText.withUnsafeBytes { unsafe $0 }),
                candidates: .texts(
                    offsets: query.candidateOffsets.withUnsafeBytes { unsafe $0 },
                    text: query.candidateTexts.withUnsafeBytes { unsafe $0 }
                ),
                features: features,
                featureCount: query.featureCount,
                queryFeatures: queryFeatures
            )
        }
    }

    /// The user's id as text, for messages.
    var userDescription: String {
        switch unsafe user {
        case .number(let number): "\(number)"
        case .text(let bytes): unsafe String(decoding: bytes, as: UTF8.self)
        }
    }
}
