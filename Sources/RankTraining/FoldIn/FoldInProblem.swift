import RankData
import RankEngine

/// The rows that ratings are folded into, and the ratings of each.
struct FoldInProblem {
    /// A row that moves.
    struct Row {
        let row: Int
        /// Its terms before.
        let center: [Double]
        /// Its ratings, as indices of `ratings`, ascending by the other side's row.
        let ratings: [Int]
    }

    /// A rating by rows.
    struct Rating {
        let user: Int
        let item: Int
        let label: Double
    }

    private(set) var users: FoldInTable
    private(set) var items: FoldInTable
    /// Ids of the users' rows after the known ones.
    let newUsers: [String]
    /// Ids of the items' rows after the known ones.
    let newItems: [String]
    /// Users' rows that ratings move.
    private(set) var userRatings: [Row] = []
    /// Items' rows that ratings move.
    private(set) var itemRatings: [Row] = []
    var summary = FoldIn.Summary()
    private let mean: Double
    private var ratings: [Rating] = []
    private var isAnchored = false

    /// - Throws: `TrainingError` with code `unsuitableData` if the model knows none of the described ids.
    init(
        _ list: RatingList?,
        _ descriptions: SideInformation?,
        _ model: RankModel,
        _ draft: ModelDraft,
        _ refresh: FoldInOptions.Refresh
    ) throws(TrainingError) {
        let rated = list?.ratings ?? []
        let newUsers = try NewRows(
            draft.users,
            model.users,
            rated: rated.map(\.user),
            descriptions.map { ("users", $0.users, nil, $0.source) }
        )
        let newItems = try NewRows(
            draft.candidates,
            model.candidates,
            rated: rated.map(\.item),
            descriptions.map { ("items", $0.items, $0.itemNames, $0.source) }
        )
        (users, items) = (newUsers.table, newItems.table)
        (self.newUsers, self.newItems) = (newUsers.ids, newItems.ids)
        mean = Double(draft.mean ?? 0)

        let movesUsers = refresh == .users || refresh == .all
        let movesItems = refresh == .items || refresh == .all
        for rating in rated {
            let user = model.users.row(ofText: rating.user) ?? newUsers.rows[Array(rating.user.utf8)] ?? 0
            let item = model.candidates.row(ofText: rating.item) ?? newItems.rows[Array(rating.item.utf8)] ?? 0
            let isKnown = (user: user < users.knownCount, item: item < items.knownCount)
            guard !isKnown.user || !isKnown.item || movesUsers || movesItems else { continue }
            if isKnown.user || isKnown.item || newUsers.described.contains(user) || newItems.described.contains(item) {
                isAnchored = true
            }
            let label = model.metadata.labelTransform.label(of: Double(rating.value))
            ratings.append(Rating(user: user, item: item, label: label))
        }
        ratings.sort { ($0.user, $0.item) < ($1.user, $1.item) }
        userRatings = Self.rows(ratings.map(\.user), users, movesKnown: movesUsers)
        itemRatings = Self.rows(ratings.map(\.item), items, movesKnown: movesItems)

        summary.newUsers = newUsers.ids.count
        summary.newItems = newItems.ids.count
        summary.describedUsers = newUsers.described.count
        summary.describedItems = newItems.described.count
        summary.leftOut = newUsers.leftOut + newItems.leftOut
        summary.refreshedUsers = userRatings.count { $0.row < users.knownCount }
        summary.refreshedItems = itemRatings.count { $0.row < items.knownCount }
        summary.used = ratings.count
        summary.passedOver = rated.count - ratings.count
    }

    /// The users' rows that are others than the model's, the new ones included.
    var userRows: [Int] { Self.changed(userRatings, users) }
    /// The items' rows that are others than the model's.
    var itemRows: [Int] { Self.changed(itemRatings, items) }

    private static func changed(_ moved: [Row], _ table: FoldInTable) -> [Int] {
        moved.map(\.row).filter { $0 < table.knownCount } + Array(table.knownCount..<table.rows.count)
    }

    /// The rows that move, ascending.
    private static func rows(_ rows: [Int], _ table: FoldInTable, movesKnown: Bool) -> [Row] {
        var grouped: [Int: [Int]] = [:]
        for (index, row) in rows.enumerated() where movesKnown || row >= table.knownCount {
            grouped[row, default: []].append(index)
        }
        return grouped.sorted { $0.key < $1.key }
            .map { Row(row: $0.key, center: table.rows[$0.key], ratings: $0.value) }
    }

    /// Throws unless some row moves and is tied to a known one.
    func requireWork() throws(TrainingError) {
        if ratings.isEmpty && newUsers.isEmpty && newItems.isEmpty {
            throw TrainingError(.unsuitableData, nothing)
        }
        if !ratings.isEmpty && !isAnchored {
            throw TrainingError(
                .unsuitableData,
                "the model knows neither the user nor the item of any of the ratings (\(ratings.count)), so nothing "
                    + "holds the new rows; are they of another data set? If not, train anew with them"
            )
        }
    }

    /// The reason why there is no row to solve for.
    private var nothing: String {
        let known =
            summary.passedOver > 0
            ? "the model knows the user and the item of each of the ratings (\(summary.passedOver)), so there is "
                + "nothing to fold in; give --refresh users, items or all to move known ones"
            : "the model knows everybody whose columns say anything, so there is nothing to fold in; give --ratings, "
                + "or list new users or items"
        return summary.leftOut == 0
            ? known : "\(known) (of \(summary.leftOut) new ids no value of a column is one that a known id has)"
    }

    /// Solves for each user's row, the items being fixed, then for each item's.
    mutating func sweep(penalty: Double) {
        for row in userRatings {
            let partners = row.ratings.map { items.rows[ratings[$0].item] }
            let targets = row.ratings.map { ratings[$0].label - mean }
            users.replace(
                row.row,
                with: users.solve(center: row.center, partners: partners, targets: targets, penalty: penalty)
            )
        }
        for row in itemRatings {
            let partners = row.ratings.map { users.rows[ratings[$0].user] }
            let targets = row.ratings.map { ratings[$0].label - mean }
            items.replace(
                row.row,
                with: items.solve(center: row.center, partners: partners, targets: targets, penalty: penalty)
            )
        }
    }

    /// The root mean squared error of the ratings, on the label's scale; 0 without any.
    var rmse: Double {
        guard !ratings.isEmpty else { return 0 }
        let squares = ratings.reduce(0.0) { sum, rating in
            let (user, item) = (users.rows[rating.user], items.rows[rating.item])
            var error = rating.label - mean - user[0] - item[0]
            for term in 1..<user.count { error -= user[term] * item[term] }
            return sum + error * error
        }
        return (squares / Double(ratings.count)).squareRoot()
    }
}
