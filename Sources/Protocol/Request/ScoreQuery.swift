/// One user and the candidates to score for it, read in place from a checked SCORE request.
///
/// The request's `idKind` decides which accessors apply; the wrong ones trap.
public struct ScoreQuery: ~Escapable {
    private let bytes: RawSpan
    private let layout: QueryLayout

    @_lifetime(copy bytes)
    init(bytes: RawSpan, layout: QueryLayout) {
        self.bytes = bytes
        self.layout = layout
    }

    /// The number of candidates; may be 0.
    public var candidateCount: Int { layout.candidateCount }
    /// The kind of the ids.
    public var idKind: IDKind { layout.idKind }
    /// Floats per candidate.
    public var featureCount: Int { layout.featureCount }

    /// The user's number.
    public var userID: UInt64 {
        precondition(idKind == .u64)
        return bytes.uint64(at: 8)
    }

    /// The candidates' numbers: 8·count bytes, little-endian, maybe unaligned.
    public var candidateIDs: RawSpan {
        @_lifetime(copy self) get {
            precondition(idKind == .u64)
            return bytes.extracting(layout.table..<layout.idsEnd)
        }
    }

    /// The number of candidate `index`.
    public func candidateID(at index: Int) -> UInt64 {
        precondition(idKind == .u64 && index >= 0 && index < candidateCount)
        return bytes.uint64(at: layout.table + 8 * index)
    }

    /// The user's id in UTF-8, 1 to 65,535 bytes.
    public var userText: RawSpan {
        @_lifetime(copy self) get {
            precondition(idKind == .utf8)
            return bytes.extracting(layout.user..<layout.text)
        }
    }

    /// The id of candidate `index` in UTF-8, 1 to 65,535 bytes.
    @_lifetime(copy self)
    public func candidateText(at index: Int) -> RawSpan {
        precondition(idKind == .utf8 && index >= 0 && index < candidateCount)
        let field = layout.table + 4 * index
        let start = layout.text + Int(bytes.uint32(at: field))
        return bytes.extracting(start..<(layout.text + Int(bytes.uint32(at: field + 4))))
    }

    /// The offsets of the candidates' ids in ``candidateTexts``: 4·(count + 1) bytes, little-endian, maybe unaligned.
    public var candidateOffsets: RawSpan {
        @_lifetime(copy self) get {
            precondition(idKind == .utf8)
            return bytes.extracting(layout.table..<layout.user)
        }
    }

    /// The candidates' ids in UTF-8, one after another.
    public var candidateTexts: RawSpan {
        @_lifetime(copy self) get {
            precondition(idKind == .utf8)
            return bytes.extracting(layout.text..<layout.idsEnd)
        }
    }

    /// The features, row-major by candidate: 4·count·featureCount bytes of little-endian binary32, maybe unaligned.
    public var features: RawSpan {
        @_lifetime(copy self) get { bytes.extracting(layout.features..<layout.featuresEnd) }
    }

    /// Feature `index` of a candidate; finite, or NaN where missing ones were allowed.
    public func feature(_ index: Int, ofCandidate candidate: Int) -> Float {
        precondition(index >= 0 && index < featureCount && candidate >= 0 && candidate < candidateCount)
        return bytes.float(at: layout.features + 4 * (candidate * featureCount + index))
    }
}
