public import RankData
package import RankEngine

/// A data set as a trainer sees it: rows of tables and labels, split into training and test.
public struct TrainingSet: Sendable {
    /// Examples, one column per field.
    public struct Examples: Sendable, Equatable {
        /// Rows of the user table.
        public internal(set) var users: [Int32] = []
        /// Rows of the item table.
        public internal(set) var items: [Int32] = []
        /// `(rating − minimum) / (maximum − minimum)` of the data's scale.
        public fileprivate(set) var labels: [Float] = []

        /// The number of examples.
        public var count: Int { labels.count }

        /// The examples at the given places, in that order.
        func permuted(_ order: [Int]) -> Examples {
            Examples(
                users: order.map { users[$0] },
                items: order.map { items[$0] },
                labels: order.map { labels[$0] }
            )
        }
    }

    /// The users who rate in the data set, those of the test set included.
    public let users: RowIndex
    /// The rated items of the data set, those of the test set included.
    public let items: RowIndex
    /// Training examples, ascending by user and then item: whatever order the data and the split come in, the same
    /// ratings train the same model.
    public let training: Examples
    /// Test examples, in the order of the split's test rows.
    public let test: Examples
    /// The mean training label.
    public let prior: Float

    /// Maps ids to rows and ratings to labels.
    ///
    /// - Parameters:
    ///   - data: The data set.
    ///   - split: Its split.
    ///   - includesUnrated: Whether users and items that the data set describes have rows without ratings, too.
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
        let (userIDs, itemIDs) = (ratings.userIDs.vocabulary, ratings.itemIDs.vocabulary)
        let users = RowIndex(
            ids: userIDs + (includesUnrated ? data.userAttributes.ids : []),
            names: ratings.userNames
        )
        let items = RowIndex(ids: itemIDs + (includesUnrated ? data.catalog.ids : []), names: ratings.itemNames)
        guard max(users.rowCount, items.rowCount) <= Int(Int32.max) else {
            throw TrainingError(.unsuitableData, "more than \(Int32.max) users or items; train on a sample of them")
        }
        let userRows = userIDs.map { Int32(users.row(of: $0)) }
        let itemRows = itemIDs.map { Int32(items.row(of: $0)) }
        func examples(_ rows: some Collection<UInt32>) -> Examples {
            Examples(
                users: rows.map { userRows[Int(ratings.userIDs.rows[Int($0)])] },
                items: rows.map { itemRows[Int(ratings.itemIDs.rows[Int($0)])] },
                labels: rows.map { ratings.scale.label(of: ratings.stars[Int($0)]) }
            )
        }
        self.users = users
        self.items = items
        training = examples(ratings.sorted(split.trainingRows.rows))
        test = examples(split.testRows.rows)
        prior = Float(training.labels.reduce(0.0) { $0 + Double($1) } / Double(training.count))
    }
}

/// The scale on which factorisation machines are trained, whatever the ratings' own: 1...5 stars, so that penalties
/// mean the same for all data.
enum StarLabel {
    /// Stars per unit of the label.
    static let starsPerUnit = 4.0
}

extension LabelTransform {
    /// The transform of ratings of a scale into labels.
    package init(_ scale: RatingScale) {
        self = LabelTransform(minimum: scale.minimum, width: scale.width) ?? .unitFromStars
    }
}
