public import RankCore
import RankData
public import RankEngine

/// A model whose scores another one learns.
public struct Teacher: Sendable {
    /// The teacher's id, which the student's file contains.
    public let modelID: ModelID
    /// The description in the teacher's own file.
    let metadata: ModelMetadata
    /// The teacher's preset, as in its own file.
    public var preset: String { metadata.fingerprint["preset"] }
    /// The teacher's origin.
    let origin: Origin
    private let scorer: BatchScorer
    /// The teacher's row for each row of the student's table of users.
    private let userRows: [UInt32]
    /// The teacher's row for each row of the student's table of items.
    private let itemRows: [UInt32]

    /// The origin of a teacher, which a student's checkpoint records.
    enum Origin: Sendable {
        /// A model that is available again when the distillation resumes: its id is enough.
        case model
        /// A training before that of the student: the checkpoint holds its result, and the members of its identity.
        case training(FactorTraining.Result, identity: [String: String])
    }

    /// A model file's model, for students of the rows of `set`.
    ///
    /// Ids that the teacher does not know are scored by its row for unknown ids.
    ///
    /// - Parameters:
    ///   - model: The teacher.
    ///   - set: The student's rows.
    ///   - kernel: The kernel, or nil for the fastest for this CPU and model.
    ///   - threads: The number of threads, or nil for one on each processor that this process may use.
    /// - Throws: `TrainingError` with code `engineFailed`.
    public init(
        _ model: RankModel,
        of set: TrainingSet,
        kernel: Kernel? = nil,
        threads: Int? = nil
    ) throws(TrainingError) {
        modelID = model.modelID
        metadata = model.metadata
        origin = .model
        scorer = try TrainingError.translating { () throws(EngineError) in
            try BatchScorer(model, kernel: kernel, threads: threads)
        }
        userRows = set.users.rows(in: model.users)
        itemRows = set.items.rows(in: model.candidates)
    }

    /// A factorisation machine that was trained on `set`, without a file.
    ///
    /// - Parameters:
    ///   - model: The teacher.
    ///   - set: The student's rows, and its own.
    ///   - threads: The number of threads, or nil for one on each processor that this process may use.
    /// - Throws: `TrainingError` with code `engineFailed`.
    public init(_ model: TrainedModel, of set: TrainingSet, threads: Int? = nil) throws(TrainingError) {
        try self.init(model, of: set, .model, threads: threads)
    }

    init(
        _ model: TrainedModel,
        of set: TrainingSet,
        _ origin: Origin,
        threads: Int? = nil
    ) throws(TrainingError) {
        let draft = model.draft
        metadata = draft.metadata
        self.origin = origin
        (modelID, scorer) = try TrainingError.translating { () throws(EngineError) in
            (try draft.modelID(), try BatchScorer(draft, threads: threads))
        }
        userRows = (0..<set.users.rowCount).map { UInt32($0) }
        itemRows = (0..<set.items.rowCount).map { UInt32($0) }
    }

    /// The scores of some of the student's users, row by row, for all of some items.
    ///
    /// - Throws: `TrainingError` with code `engineFailed` when a score is not finite.
    func scores(users: ArraySlice<Int32>, items: [Int32]) throws(TrainingError) -> [Float] {
        let rows = users.flatMap { user in repeatElement(userRows[Int(user)], count: items.count) }
        let others = items.map { itemRows[Int($0)] }
        return try TrainingError.translating { () throws(EngineError) in
            try scorer.scores(userRows: rows, candidateRows: users.flatMap { _ in others })
        }
    }
}

extension RowIndex {
    /// The row of each id in a model; 0 for unknown ids.
    fileprivate func rows(in vocabulary: Vocabulary) -> [UInt32] {
        let texts: [String] =
            switch self {
            case .identity(let count): (0..<count).map { "\($0 + 1)" }
            case .sorted(let ids): ids.map { "\($0)" }
            case .named(let ids, let names): ids.map { names[$0] }
            }
        return [0] + texts.map { UInt32(vocabulary.row(ofText: $0) ?? 0) }
    }
}
