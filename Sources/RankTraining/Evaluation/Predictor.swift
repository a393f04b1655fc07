package import RankData
public import RankEngine

/// Scores pairs of ids with a model, in this process and on all cores: the scores of a pool, bit for bit.
///
/// May be used from any thread.
public struct Predictor: Sendable {
    private let model: RankModel
    private let scorer: BatchScorer

    /// Scores and what is unknown, in the order of the pairs.
    public struct Predictions: Sendable, Equatable {
        /// On the label's scale; where an id is unknown, of the row for unknown ids.
        public let scores: [Float]
        /// Whether the model knows the user.
        public let isUserKnown: [Bool]
        /// Whether the model knows the item.
        public let isItemKnown: [Bool]
    }

    /// Prepares to score.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - kernel: The kernel, or nil for the fastest for this CPU, model and precision.
    ///   - precision: The precision of the first two dense layers.
    ///   - threads: The number of threads, at least 1, or nil for one on each processor that this process may use.
    /// - Throws: `TrainingError` with code `engineFailed` when there is no such kernel, or the precision does not suit
    ///   the model.
    public init(
        _ model: RankModel,
        kernel: Kernel? = nil,
        precision: Precision = .fp32,
        threads: Int? = nil
    ) throws(TrainingError) {
        self.model = model
        scorer = try TrainingError.translating { () throws(EngineError) in
            try BatchScorer(model, kernel: kernel, precision: precision, threads: threads)
        }
    }

    /// Scores pairs.
    ///
    /// - Complexity: O(n log n)
    ///
    /// - Precondition: Both lists are as long.
    /// - Throws: `TrainingError` with code `engineFailed` when a score is not finite.
    public func predict(users: [UInt64], items: [UInt64]) throws(TrainingError) -> Predictions {
        try predict(userTexts: users.map { "\($0)" }, itemTexts: items.map { "\($0)" })
    }

    /// Scores rated pairs, looking up each id once.
    package func predict(_ rows: RowList, of ratings: Ratings) throws(TrainingError) -> Predictions {
        let users = ratings.userIDs.vocabulary.map { model.users.row(ofText: ratings.userNames.text($0)) }
        let items = ratings.itemIDs.vocabulary.map { model.candidates.row(ofText: ratings.itemNames.text($0)) }
        return try predict(
            userRows: rows.map { users[Int(ratings.userIDs.rows[$0])] },
            itemRows: rows.map { items[Int(ratings.itemIDs.rows[$0])] }
        )
    }

    /// Scores pairs of ids given as texts: decimal where the model's ids are numbers.
    ///
    /// - Complexity: O(n log n)
    ///
    /// - Precondition: Both lists are as long.
    /// - Throws: `TrainingError` with code `engineFailed` when a score is not finite.
    public func predict(userTexts: [String], itemTexts: [String]) throws(TrainingError) -> Predictions {
        precondition(userTexts.count == itemTexts.count)
        return try predict(
            userRows: userTexts.map { model.users.row(ofText: $0) },
            itemRows: itemTexts.map { model.candidates.row(ofText: $0) }
        )
    }

    /// Scores pairs of rows; nil stands for an unknown id.
    private func predict(userRows: [Int?], itemRows: [Int?]) throws(TrainingError) -> Predictions {
        let scores = try TrainingError.translating { () throws(EngineError) in
            try scorer.scores(
                userRows: userRows.map { UInt32($0 ?? 0) },
                candidateRows: itemRows.map { UInt32($0 ?? 0) }
            )
        }
        return Predictions(
            scores: scores,
            isUserKnown: userRows.map { $0 != nil },
            isItemKnown: itemRows.map { $0 != nil }
        )
    }
}

extension TrainingError {
    /// Returns a result, or throws an error of the engine as one of this module.
    static func translating<Value>(_ body: () throws(EngineError) -> Value) throws(TrainingError) -> Value {
        do throws(EngineError) {
            return try body()
        } catch {
            throw TrainingError(.engineFailed, error.message, cause: error)
        }
    }
}
