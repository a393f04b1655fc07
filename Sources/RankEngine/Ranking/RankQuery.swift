/// One user and a list of candidates, in the layout of a received frame.
///
/// Owns nothing: the bytes must outlive the query.
///
/// The bytes need no alignment. Numbers are little-endian.
@unsafe public struct RankQuery {
    /// The user's id.
    @unsafe public enum User {
        /// A 64-bit number.
        case number(UInt64)
        /// UTF-8 text.
        case text(UnsafeRawBufferPointer)
    }

    /// The candidates' ids.
    @unsafe public enum Candidates {
        /// u64 numbers, 8 bytes each.
        case numbers(UnsafeRawBufferPointer)
        /// u32 offsets, one more than candidates, into UTF-8 text: candidate i is `text[offsets[i]..<offsets[i+1]]`.
        case texts(offsets: UnsafeRawBufferPointer, text: UnsafeRawBufferPointer)
    }

    /// The user's id.
    public var user: User
    /// The candidates' ids.
    public var candidates: Candidates
    /// Dense features, float32, row-major by candidate; empty for rankers without features.
    public var features: UnsafeRawBufferPointer
    /// Features for each candidate.
    public var featureCount: Int
    /// Dense features that are the same for every candidate, float32; empty where candidates have all of them.
    public var queryFeatures: UnsafeRawBufferPointer
    /// Features that are given once.
    public var queryFeatureCount: Int { unsafe queryFeatures.count / 4 }

    /// Makes a query over bytes that the caller owns.
    public init(
        user: User,
        candidates: Candidates,
        features: UnsafeRawBufferPointer = unsafe UnsafeRawBufferPointer(start: nil, count: 0),
        featureCount: Int = 0,
        queryFeatures: UnsafeRawBufferPointer = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    ) {
        unsafe self.user = unsafe user
        unsafe self.candidates = unsafe candidates
        unsafe self.features = unsafe features
        unsafe self.featureCount = featureCount
        unsafe self.queryFeatures = unsafe queryFeatures
    }

    /// The number of candidates.
    public var candidateCount: Int { unsafe candidates.count }
}

extension RankQuery.Candidates {
    /// The number of candidates.
    public var count: Int {
        switch unsafe self {
        case .numbers(let bytes): bytes.count / 8
        case .texts(let offsets, _): max(offsets.count / 4 - 1, 0)
        }
    }

    /// The number of a candidate.
    ///
    /// `index` must be below the count of a list of numbers.
    @inline(__always)
    static func number(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt64 {
        unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
    }

    /// The text of a candidate, or nil when its offsets do not lie in the text.
    ///
    /// `index` must be below the count.
    @inline(__always)
    package static func text(
        offsets: UnsafeRawBufferPointer,
        text: UnsafeRawBufferPointer,
        _ index: Int
    ) -> UnsafeRawBufferPointer? {
        let start = unsafe UInt32(littleEndian: offsets.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
        let end = unsafe UInt32(littleEndian: offsets.loadUnaligned(fromByteOffset: index * 4 + 4, as: UInt32.self))
        guard start <= end, Int(end) <= text.count else { return nil }
        return unsafe UnsafeRawBufferPointer(rebasing: text[Int(start)..<Int(end)])
    }

    /// A candidate's id as text, for messages.
    public func describe(_ index: Int) -> String {
        guard index >= 0, unsafe index < count else { return "none" }
        switch unsafe self {
        case .numbers(let bytes):
            return unsafe "\(Self.number(bytes, index))"
        case .texts(let offsets, let text):
            guard let id = unsafe Self.text(offsets: offsets, text: text, index) else { return "none" }
            return unsafe String(decoding: id, as: UTF8.self)
        }
    }
}
