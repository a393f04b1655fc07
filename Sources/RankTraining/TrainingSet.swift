public import RankData

/// A data set as the network sees it: rows of tables and labels, told apart into training and test.
public struct TrainingSet: Sendable {
    /// Examples, one column per field.
    public struct Examples: Sendable, Equatable {
        /// Rows of the user table.
        public fileprivate(set) var users: [Int32] = []
        /// Rows of the candidate table.
        public fileprivate(set) var candidates: [Int32] = []
        /// `(stars − 1) / 4`.
        public fileprivate(set) var labels: [Float] = []

        /// The number of examples.
        public var count: Int { labels.count }

        /// The same examples in another order.
        func permuted(_ order: [Int]) -> Examples {
            Examples(
                users: order.map { users[$0] },
                candidates: order.map { candidates[$0] },
                labels: order.map { labels[$0] }
            )
        }
    }

    /// The users who rate in the data set, those of the test set included.
    public let users: RowIndex
    /// The rated items of the data set, those of the test set included.
    public let candidates: RowIndex
    /// Training examples, ascending by user and then item: whatever order the data and the split come in, the same
    /// ratings train the same model.
    public let training: Examples
    /// Test examples, in the order of the split's test rows.
    public let test: Examples
    /// The mean training label.
    public let prior: Float

    /// Maps ids to rows and stars to labels.
    ///
    /// - Parameters:
    ///   - data: The data set.
    ///   - split: Its split.
    ///   - includesUnrated: Whether there are rows also for users and items that the data set describes and nobody has
    ///     rated, or who have rated nothing.
    /// - Throws: `TrainingError` with code `unsuitableData` when nothing is left to train on, or there are too many
    ///   ids for a table.
    public init(_ data: DataSet, split: Split, includesUnrated: Bool = false) throws(TrainingError) {
        let ratings = data.ratings
        guard !split.trainingRows.isEmpty else {
            throw TrainingError(
                .unsuitableData,
                "the split leaves none of the \(ratings.count) ratings for training; choose another split"
            )
        }
        let users = RowIndex(ids: ratings.userIDs + (includesUnrated ? data.userAttributes.ids : []))
        let candidates = RowIndex(ids: ratings.itemIDs + (includesUnrated ? data.catalog.ids : []))
        guard max(users.rowCount, candidates.rowCount) <= Int(Int32.max) else {
            throw TrainingError(.unsuitableData, "more than \(Int32.max) users or items; train on a sample of them")
        }
        func examples(_ rows: [Int]) -> Examples {
            Examples(
                users: rows.map { Int32(users.row(of: ratings.userIDs[$0])) },
                candidates: rows.map { Int32(candidates.row(of: ratings.itemIDs[$0])) },
                labels: rows.map { StarLabel.label(stars: ratings.stars[$0]) }
            )
        }
        self.users = users
        self.candidates = candidates
        training = examples(
            split.trainingRows.sorted {
                (ratings.userIDs[$0], ratings.itemIDs[$0]) < (ratings.userIDs[$1], ratings.itemIDs[$1])
            }
        )
        test = examples(split.testRows)
        prior = Float(training.labels.reduce(0.0) { $0 + Double($1) } / Double(training.count))
    }
}

/// The transform between stars and labels.
enum StarLabel {
    /// A rating of 1...5 stars as a label of 0...1.
    static func label(stars: Float) -> Float { (stars - 1) / 4 }
    /// Stars per unit of the label.
    static let starsPerUnit = 4.0
}
