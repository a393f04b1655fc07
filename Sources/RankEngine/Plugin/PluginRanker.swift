internal import CRankPlugin

/// A ranker in a shared library with the interface of `rank_plugin.h`; docs/guide/plugins.md shows how to write one.
///
///     let ranker = try PluginRanker.load(PluginReference("./libpopularity.so:items.csv?damping=25"))
///     let best = try ranker.rank([204, 141, 131], for: 42, top: 2)
///
/// The plugin runs in this process with all of its rights: a crash ends the process. Its results are checked: scores
/// that are not finite are refused with the plugin's name.
@safe public final class PluginRanker: Ranker {
    /// The ranker's description.
    public internal(set) var info: RankerInfo
    /// Whether each feature may be missing.
    public internal(set) var missingFeatures: [Bool]
    /// The plugin's golden scores.
    public let goldenQueries: [GoldenQuery]
    /// The names of the features, in order; empty without names.
    public let featureNames: [String]
    /// The plugin's name in messages: name, version, and the library's path.
    public var subject: String { instance.library.subject }

    let instance: PluginInstance
    private var ids = AlignedScratch()
    private var features = AlignedScratch()
    private var joined = AlignedScratch()

    init(
        _ instance: consuming PluginInstance,
        info: RankerInfo,
        goldens: [GoldenQuery],
        featureNames: [String]
    ) {
        self.instance = instance
        self.info = info
        goldenQueries = goldens
        self.featureNames = featureNames
        missingFeatures = [Bool](repeating: false, count: info.featureCount)
    }

    /// Scores a part of a query's candidates; see ``Ranker``.
    ///
    /// The plugin gets the part as a whole list.
    public func score(
        _ query: RankQuery,
        candidates: Range<Int>,
        scores: UnsafeMutableBufferPointer<Float>,
        unknown: UnsafeMutableBufferPointer<Bool>
    ) throws(EngineError) -> ScoreOutcome {
        try unsafe check(query, candidates, min(scores.count, unknown.count))
        var view = unsafe rank_plugin_query()
        unsafe view.struct_size = UInt32(MemoryLayout<rank_plugin_query>.size)
        unsafe view.candidate_count = UInt32(candidates.count)
        try unsafe fill(&view, query, candidates)
        var result = unsafe rank_plugin_result()
        unsafe result.struct_size = UInt32(MemoryLayout<rank_plugin_result>.size)
        guard let scoreBase = scores.baseAddress, let flags = UnsafeMutableRawPointer(unknown.baseAddress) else {
            // An empty part has no buffers, but the plugin still says whether it knows the user.
            try unsafe run(&view, &result)
            return unsafe ScoreOutcome(isUserKnown: result.unknown_user == 0, unknownCount: 0)
        }
        for index in 0..<candidates.count {
            unsafe scoreBase[index] = .nan
            unsafe flags.storeBytes(of: 0, toByteOffset: index, as: UInt8.self)
        }
        unsafe result.scores = unsafe scoreBase
        unsafe result.unknown = unsafe flags.assumingMemoryBound(to: UInt8.self)
        try unsafe run(&view, &result)
        let unknownCount = unsafe Self.normalize(flags, candidates.count)
        try unsafe demandFinite(scoreBase, query, candidates)
        return unsafe ScoreOutcome(isUserKnown: result.unknown_user == 0, unknownCount: unknownCount)
    }

    private func run(_ view: inout rank_plugin_query, _ result: inout rank_plugin_result) throws(EngineError) {
        let status = unsafe instance.call { error, capacity in
            unsafe instance.library.table.score(instance.handle, &view, &result, error, capacity)
        }
        guard status != PluginStatus.done else { return }
        let isInvalid = status == PluginStatus.invalidQuery
        throw EngineError(
            isInvalid ? .invalidQuery : .pluginFailed,
            "\(subject) \(isInvalid ? "refuses the query" : "failed"): \(instance.reason(status))"
        )
    }

    // MARK: The query

    /// Writes ids and features of a part into a view, aligned.
    private func fill(
        _ view: inout rank_plugin_query,
        _ query: RankQuery,
        _ part: Range<Int>
    ) throws(EngineError) {
        switch unsafe (query.user, query.candidates) {
        case (.number(let user), .numbers(let bytes)) where !info.hasTextIDs:
            unsafe view.user = user
            let numbers = unsafe UnsafeRawBufferPointer(
                rebasing: bytes[(part.lowerBound * 8)..<(part.upperBound * 8)]
            )
            unsafe view.candidates = unsafe ids.aligned(numbers, as: UInt64.self)
        case (.text(let user), .texts(let offsets, let text)) where info.hasTextIDs:
            guard let userSize = UInt32(exactly: user.count) else { throw wrongIDs() }
            unsafe view.user_text = unsafe user.baseAddress?.assumingMemoryBound(to: CChar.self)
            unsafe view.user_size = userSize
            // One offset more than candidates; an empty list may have no offsets.
            let end = min((part.upperBound + 1) * 4, offsets.count)
            let table = unsafe UnsafeRawBufferPointer(rebasing: offsets[min(part.lowerBound * 4, end)..<end])
            let aligned = unsafe ids.aligned(table, as: UInt32.self)
            try unsafe checkOffsets(aligned, part, textSize: text.count)
            unsafe view.offsets = unsafe aligned
            unsafe view.text = unsafe text.baseAddress?.assumingMemoryBound(to: CChar.self)
        default:
            throw wrongIDs()
        }
        let width = info.featureCount
        unsafe view.feature_count = UInt32(width)
        guard width > 0 else { return }
        let row = unsafe 4 * query.featureCount
        var rows = unsafe UnsafeRawBufferPointer(
            rebasing: query.features[(part.lowerBound * row)..<(part.upperBound * row)]
        )
        if unsafe !query.queryFeatures.isEmpty {
            // The interface knows rows alone: the query's features come first in each.
            unsafe rows = unsafe joined.repeating(query.queryFeatures, before: rows, rowBytes: row, count: part.count)
        }
        unsafe view.features = try unsafe checkedFeatures(rows, width, firstCandidate: part.lowerBound)
    }

    /// The rows of a part, aligned: finite numbers, and NaN of one bit pattern where features may be missing.
    private func checkedFeatures(
        _ rows: UnsafeRawBufferPointer,
        _ width: Int,
        firstCandidate: Int
    ) throws(EngineError) -> UnsafePointer<Float>? {
        guard let floats = unsafe features.aligned(rows, as: Float.self) else { return nil }
        let count = rows.count / 4
        let exponent: UInt32 = 0x7F80_0000
        var irregular: UInt32 = 0
        for index in 0..<count {
            irregular &+= unsafe floats[index].bitPattern & exponent == exponent ? 1 : 0
        }
        if irregular == 0 { return unsafe floats }
        var isUniform = true
        for index in 0..<count where unsafe !floats[index].isFinite {
            let value = unsafe floats[index]
            let feature = index % width
            guard value.isNaN, missingFeatures[feature] else {
                let position = firstCandidate + index / width
                let name = feature < featureNames.count ? " (\(featureNames[feature]))" : ""
                let reason = value.isNaN ? "is missing (NaN), which \(subject) does not take" : "is \(value)"
                throw EngineError(
                    .invalidQuery,
                    "feature \(feature)\(name) of candidate \(position) \(reason); send a finite number",
                    position: position
                )
            }
            isUniform = isUniform && value.bitPattern == Float.nan.bitPattern
        }
        return isUniform ? unsafe floats : unsafe features.uniform(rows)
    }

    private func checkOffsets(
        _ offsets: UnsafePointer<UInt32>?,
        _ part: Range<Int>,
        textSize: Int
    ) throws(EngineError) {
        guard let offsets = unsafe offsets else { return }
        var last = unsafe part.isEmpty ? 0 : offsets[0]
        for index in 0..<part.count {
            let next = unsafe offsets[index + 1]
            guard last <= next, Int(next) <= textSize else {
                throw EngineError(
                    .invalidQuery,
                    "the offsets of candidate \(part.lowerBound + index) do not lie in the text",
                    position: part.lowerBound + index
                )
            }
            last = next
        }
    }

    // MARK: Checks

    private func check(_ query: RankQuery, _ candidates: Range<Int>, _ room: Int) throws(EngineError) {
        let count = unsafe query.candidateCount
        guard candidates.lowerBound >= 0, candidates.upperBound <= count, candidates.count <= room,
            UInt32(exactly: candidates.count) != nil
        else {
            throw EngineError(
                .invalidQuery,
                "candidates \(candidates) do not lie in a list of \(count), or the buffers of \(room) are too short"
            )
        }
        let width = info.featureCount
        let (given, ofQuery) = unsafe (query.featureCount, query.queryFeatureCount)
        if ofQuery > 0, let refusal = info.queryColumns.refusal(query: ofQuery, candidate: given, width: width) {
            throw EngineError(.invalidQuery, "the request has \(refusal) (\(subject))")
        }
        guard given + ofQuery == width, unsafe query.features.count == 4 * given * count else {
            throw EngineError(
                .invalidQuery,
                "the request has \(given) features for each candidate; \(subject) wants \(width)"
            )
        }
    }

    private func wrongIDs() -> EngineError {
        let expected = info.hasTextIDs ? "UTF-8 text" : "64-bit numbers"
        return EngineError(.invalidQuery, "the ids are of the wrong kind; those of \(subject) are \(expected)")
    }

    /// Makes every flag 0 or 1, and counts the ones.
    private static func normalize(_ flags: UnsafeMutableRawPointer, _ count: Int) -> Int {
        var sum = 0
        for index in 0..<count {
            let flag: UInt8 = unsafe flags.load(fromByteOffset: index, as: UInt8.self) != 0 ? 1 : 0
            unsafe flags.storeBytes(of: flag, toByteOffset: index, as: UInt8.self)
            sum &+= Int(flag)
        }
        return sum
    }

    private func demandFinite(
        _ scores: UnsafeMutablePointer<Float>,
        _ query: RankQuery,
        _ part: Range<Int>
    ) throws(EngineError) {
        // Infinities and NaN have every bit of the exponent set.
        let exponent: UInt32 = 0x7F80_0000
        var count: UInt32 = 0
        for index in 0..<part.count {
            count &+= unsafe scores[index].bitPattern & exponent == exponent ? 1 : 0
        }
        if count == 0 { return }
        for (index, position) in part.enumerated() where unsafe !scores[index].isFinite {
            let (id, score) = unsafe (query.candidates.describe(position), scores[index])
            throw EngineError(
                .scoreNotFinite,
                "\(subject): candidate \(position), id \(id), scores \(score)",
                position: position
            )
        }
    }
}

/// Memory for aligned copies: it grows with the longest list and is reused.
@safe private struct AlignedScratch: ~Copyable {
    private var memory = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)

    deinit { unsafe memory.deallocate() }

    /// The bytes as elements: in place if aligned, else in a copy that is valid until the next call.
    mutating func aligned<Element: BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer,
        as type: Element.Type
    ) -> UnsafePointer<Element>? {
        guard let base = bytes.baseAddress else { return nil }
        let isAligned = UInt(bitPattern: base) % UInt(MemoryLayout<Element>.alignment) == 0
        guard !isAligned else { return unsafe base.assumingMemoryBound(to: Element.self) }
        reserve(bytes.count)
        unsafe memory.copyMemory(from: bytes)
        return unsafe memory.baseAddress.map { unsafe UnsafePointer($0.assumingMemoryBound(to: Element.self)) }
    }

    /// Rows that start with the same bytes, valid until the next call.
    ///
    /// - Parameters:
    ///   - bytes: The bytes that every row starts with.
    ///   - rows: The rest of each row.
    ///   - rowBytes: The bytes of each row's rest.
    ///   - count: The number of rows.
    /// - Returns: The rows, whole.
    mutating func repeating(
        _ bytes: UnsafeRawBufferPointer,
        before rows: UnsafeRawBufferPointer,
        rowBytes: Int,
        count: Int
    ) -> UnsafeRawBufferPointer {
        let width = bytes.count + rowBytes
        reserve(count * width)
        for row in 0..<count {
            let target = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[(row * width)..<((row + 1) * width)])
            unsafe target.copyMemory(from: bytes)
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: target[bytes.count...])
            let source = unsafe UnsafeRawBufferPointer(rebasing: rows[(row * rowBytes)..<((row + 1) * rowBytes)])
            unsafe rest.copyMemory(from: source)
        }
        return unsafe UnsafeRawBufferPointer(rebasing: memory[0..<(count * width)])
    }

    private mutating func reserve(_ count: Int) {
        guard unsafe memory.count < count else { return }
        unsafe memory.deallocate()
        unsafe memory = .allocate(byteCount: max(count, 8_192), alignment: 64)
    }

    /// A copy of floats in which every NaN has the same bits, valid until the next call.
    ///
    /// The bytes may be those of the last call of ``aligned(_:as:)``.
    mutating func uniform(_ bytes: UnsafeRawBufferPointer) -> UnsafePointer<Float>? {
        reserve(bytes.count)
        unsafe memory.copyMemory(from: bytes)
        guard let floats = unsafe memory.baseAddress?.assumingMemoryBound(to: Float.self) else { return nil }
        for index in 0..<(bytes.count / 4) where unsafe floats[index].isNaN { unsafe floats[index] = .nan }
        return unsafe UnsafePointer(floats)
    }
}
