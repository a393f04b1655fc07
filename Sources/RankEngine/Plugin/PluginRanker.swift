internal import CRankPlugin

/// A ranker in a shared library, behind the interface of `rank_plugin.h`; docs/PLUGINS.md tells how one is written.
///
///     let ranker = try PluginRanker.load(PluginReference("./libpopularity.so:items.csv?damping=25"))
///     let best = try ranker.rank(user: 42, candidates: [204, 141, 131], topK: 2)
///
/// The plugin runs in this process with all of its rights: one that crashes takes the process down. What it returns is
/// checked: scores that are not finite are refused with its name.
@safe public final class PluginRanker: Ranker {
    /// What the ranker is.
    public let info: RankerInfo
    /// The golden scores that the plugin knows.
    public let goldenQueries: [GoldenQuery]
    /// The names of the features in order; empty if they have none.
    public let featureNames: [String]
    /// What messages call the plugin: its name, its version, and the library's path.
    public var subject: String { instance.library.subject }

    let instance: PluginInstance
    private var ids = AlignedScratch()
    private var features = AlignedScratch()

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
    }

    /// Scores a part of a query's candidates; see ``Ranker``.
    ///
    /// The plugin sees the part alone, as a list of its own.
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
            // Nothing to score, and nowhere to write: the user may be asked for all the same.
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
            // One offset more than candidates; an empty list may have none at all.
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
        let row = 4 * width
        let rows = unsafe UnsafeRawBufferPointer(
            rebasing: query.features[(part.lowerBound * row)..<(part.upperBound * row)]
        )
        unsafe view.features = unsafe features.aligned(rows, as: Float.self)
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
        let given = unsafe query.featureCount
        guard given == width, unsafe query.features.count == 4 * width * count else {
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

    /// Makes every flag 0 or 1, and counts those that are 1.
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
        // Infinities and NaN have every bit of the exponent.
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

/// Memory for a copy of what is not aligned where it lies: it grows with the longest list, and is then reused.
@safe private struct AlignedScratch: ~Copyable {
    private var memory = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)

    deinit { unsafe memory.deallocate() }

    /// The bytes as elements: where they lie if they are aligned there, or in a copy until the next call.
    mutating func aligned<Element: BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer,
        as type: Element.Type
    ) -> UnsafePointer<Element>? {
        guard let base = bytes.baseAddress else { return nil }
        let isAligned = UInt(bitPattern: base) % UInt(MemoryLayout<Element>.alignment) == 0
        guard !isAligned else { return unsafe base.assumingMemoryBound(to: Element.self) }
        if unsafe memory.count < bytes.count {
            unsafe memory.deallocate()
            unsafe memory = .allocate(byteCount: max(bytes.count, 8_192), alignment: 64)
        }
        unsafe memory.copyMemory(from: bytes)
        return unsafe memory.baseAddress.map { unsafe UnsafePointer($0.assumingMemoryBound(to: Element.self)) }
    }
}
