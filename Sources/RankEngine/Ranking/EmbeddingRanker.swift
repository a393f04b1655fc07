internal import CRankKernels
internal import RankCore

/// The built-in ranker: a ``RankModel`` scored by a kernel under a plan.
@safe public final class EmbeddingRanker: Ranker {
    /// The ranker's description.
    public private(set) var info: RankerInfo
    /// The model that is scored.
    public let model: RankModel
    /// The model's candidates.
    public var catalog: Vocabulary? { model.candidates }
    /// The plan that was chosen or forced.
    public let plan: ScoringPlan
    /// The kernel that runs.
    public let kernel: Kernel

    /// The measured error of a reduced precision; nil if not measured.
    public var scoreError: ScoreError? { quantization?.error }

    /// The way to the best of a list, and why.
    public let topKChoice: TopKChoice
    /// What leaves candidates out of a list of the best; nil under the plain plan.
    var certified: CertifiedLists?

    private let network: Network
    /// The halves of the first layer for every row, under the factored plan.
    private let tables: (users: SharedFloats, candidates: SharedFloats)?
    /// Every score, under the full plan.
    private let fullTable: FullTable?
    /// The first two layers in integers, in a reduced precision.
    let quantization: Quantization?
    /// The last user's half, under the plan user-once.
    private let userHalf = ScoringScratch()
    private var userHalfRow: UInt32?
    /// The rows of the current chunk's candidates.
    private let rows: UnsafeMutableBufferPointer<UInt32>
    private static let chunk = 512

    /// Makes a ranker of a reduced precision; its plan is factored, in integers.
    init(_ model: RankModel, _ quantization: Quantization) {
        self.model = model
        self.quantization = quantization
        (plan, kernel) = (.factored, quantization.kernel)
        network = quantization.network.network
        (tables, fullTable, certified) = (nil, nil, nil)
        topKChoice = TopKChoice(plan: .plain, detail: "bounds are of scores in fp32")
        unsafe rows = .allocate(capacity: Self.chunk)
        info = model.info(plan: plan, kernel: kernel)
        info.facts += quantization.facts + [(key: Self.topKKey, value: topKChoice.description)]
    }

    /// Makes a ranker in float32; `room` are the bytes that the memory budget leaves to bounds.
    init(_ model: RankModel, plan: ScoringPlan, forced: Kernel?, topKPlan: TopKPlan, room: Int) throws(EngineError) {
        self.model = model
        quantization = nil
        self.plan = plan
        let network = Network(model.weights, kernel: (forced ?? .best).dense)
        self.network = network
        unsafe rows = .allocate(capacity: Self.chunk)
        let stride = network.tableStride
        let tables =
            plan == .factored && stride > 0
            ? (
                users: network.table(RANK_HALF_USER, rows: model.shape.userRows),
                candidates: network.table(RANK_HALF_CANDIDATE, rows: model.shape.candidateRows)
            ) : nil
        self.tables = tables
        userHalf.reserve(stride)
        // Without the user's half no unit is skipped, and the kernel's name must not say so.
        if plan != .direct { network.kernel = LiveUnits.kernel(for: network, model.shape, forced: forced) }
        kernel = network.kernel
        fullTable = plan == .full ? FullTable(model.weights, kernel: network.kernel) : nil
        (certified, topKChoice) = try Self.certify(
            network,
            tables: tables,
            model.shape,
            plan: plan,
            wanted: topKPlan,
            room: room
        )
        info = model.info(plan: plan, kernel: kernel)
        info.facts.append((key: Self.topKKey, value: topKChoice.description))
    }

    /// The key of INFO that names the way to the best of a list.
    private static let topKKey = "top_k_plan"

    deinit {
        unsafe rows.deallocate()
    }

    /// Scores a part of a query's candidates; see ``Ranker``.
    public func score(
        _ query: RankQuery,
        candidates: Range<Int>,
        scores: UnsafeMutableBufferPointer<Float>,
        unknown: UnsafeMutableBufferPointer<Bool>
    ) throws(EngineError) -> ScoreOutcome {
        try unsafe Self.check(query, candidates, min(scores.count, unknown.count))
        let userRow = try unsafe self.userRow(query.user)
        guard let scoreBase = scores.baseAddress, let unknownBase = unknown.baseAddress,
            let rowBase = unsafe rows.baseAddress
        else { return ScoreOutcome(isUserKnown: userRow != 0, unknownCount: 0) }
        let half = unsafe self.half(of: userRow)
        var unknownCount = 0
        var start = candidates.lowerBound
        while start < candidates.upperBound {
            let part = start..<min(start + Self.chunk, candidates.upperBound)
            let offset = start - candidates.lowerBound
            unknownCount += try unsafe findRows(query.candidates, part, unknown: unknownBase + offset, into: rowBase)
            if let fullTable {
                unsafe fullTable.copy(userRow, rows: rowBase, count: part.count, into: scoreBase + offset)
            } else if let quantized = quantization?.network {
                unsafe quantized.run(userRow, rows: rowBase, count: part.count, scores: scoreBase + offset)
            } else {
                unsafe network.run(
                    userRow,
                    userHalf: half,
                    table: tables?.candidates.buffer.baseAddress,
                    rows: rowBase,
                    count: part.count,
                    scores: scoreBase + offset
                )
            }
            try unsafe Self.demandFinite(scoreBase + offset, query, part)
            start = part.upperBound
        }
        return ScoreOutcome(isUserKnown: userRow != 0, unknownCount: unknownCount)
    }

    // MARK: Rows

    func userRow(_ user: RankQuery.User) throws(EngineError) -> UInt32 {
        switch unsafe user {
        case .number(let number) where !model.users.kind.isText: model.users.row(of: number)
        case .text(let text) where model.users.kind.isText: unsafe model.users.row(of: text)
        default: throw wrongKind("user")
        }
    }

    /// Writes the rows of a part's candidates and their flags; returns the number of unknown ones.
    func findRows(
        _ candidates: RankQuery.Candidates,
        _ part: Range<Int>,
        unknown: UnsafeMutablePointer<Bool>,
        into rows: UnsafeMutablePointer<UInt32>
    ) throws(EngineError) -> Int {
        let vocabulary = model.candidates
        var unknownCount = 0
        switch unsafe candidates {
        case .numbers(let bytes) where vocabulary.kind == .identity:
            guard let ids = bytes.baseAddress else { return 0 }
            let (first, limit) = unsafe (ids + part.lowerBound * 8, UInt64(vocabulary.rowCount))
            unknownCount = unsafe rank_identity_rows(first, part.count, limit, rows, unknown)
        case .numbers(let bytes) where !vocabulary.kind.isText:
            for (index, position) in part.enumerated() {
                let row = vocabulary.row(of: unsafe RankQuery.Candidates.number(bytes, position))
                unsafe rows[index] = row
                unsafe unknown[index] = row == 0
                unknownCount += row == 0 ? 1 : 0
            }
        case .texts(let offsets, let text) where vocabulary.kind.isText:
            for (index, position) in part.enumerated() {
                guard let id = unsafe RankQuery.Candidates.text(offsets: offsets, text: text, position) else {
                    throw EngineError(
                        .invalidQuery,
                        "the offsets of candidate \(position) do not lie in the text",
                        position: position
                    )
                }
                let row = unsafe vocabulary.row(of: id)
                unsafe rows[index] = row
                unsafe unknown[index] = row == 0
                unknownCount += row == 0 ? 1 : 0
            }
        default:
            throw wrongKind("candidate")
        }
        return unknownCount
    }

    /// The user's half of the first layer, where the plan has one: from the table, or computed when the user changes.
    func half(of row: UInt32) -> UnsafePointer<Float>? {
        switch plan {
        case .direct, .full:
            return nil
        case .factored:
            return unsafe tables?.users.buffer.baseAddress.map { unsafe $0 + Int(row) * network.tableStride }
        case .userOnce:
            guard let base = unsafe userHalf.floats.baseAddress else { return nil }
            if userHalfRow != row {
                unsafe network.halfRows(RANK_HALF_USER, from: row, count: 1, into: base)
                userHalfRow = row
            }
            return unsafe UnsafePointer(base)
        }
    }

    // MARK: Checks

    static func check(_ query: RankQuery, _ candidates: Range<Int>, _ room: Int) throws(EngineError) {
        guard unsafe query.featureCount == 0 else {
            throw EngineError(
                .invalidQuery,
                "the request has \(unsafe query.featureCount) features for each candidate; this model wants none"
            )
        }
        guard unsafe query.queryFeatureCount == 0 else {
            throw EngineError(
                .invalidQuery,
                "the request has \(unsafe query.queryFeatureCount) features of the query; this model wants none"
            )
        }
        let count = unsafe query.candidateCount
        guard candidates.lowerBound >= 0, candidates.upperBound <= count, candidates.count <= room else {
            throw EngineError(
                .invalidQuery,
                "candidates \(candidates) do not lie in a list of \(count), or the buffers of \(room) are too short"
            )
        }
    }

    private func wrongKind(_ side: String) -> EngineError {
        let expected = model.users.kind.isText ? "UTF-8 text" : "a 64-bit number"
        return EngineError(.invalidQuery, "the \(side) id is of the wrong kind; this model's ids are \(expected)")
    }

    private static func demandFinite(
        _ scores: UnsafeMutablePointer<Float>,
        _ query: RankQuery,
        _ part: Range<Int>
    ) throws(EngineError) {
        if unsafe rank_all_finite(scores, part.count) { return }
        for (index, position) in part.enumerated() where unsafe !scores[index].isFinite {
            let id = unsafe query.candidates.describe(position)
            // The sign of a NaN says nothing, and differs between processors.
            let score = unsafe scores[index].isNaN ? "nan" : "\(scores[index])"
            throw EngineError(
                .scoreNotFinite,
                "candidate \(position), id \(id), scores \(score)",
                position: position
            )
        }
    }
}
