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
    private(set) var userRatings: [Row] = []
    private(set) var itemRatings: [Row] = []
    var summary = FoldIn.Summary()
    private let mean: Double
    private var ratings: [Rating] = []
    private var isAnchored = false

    init(
        _ list: RatingList,
        _ model: RankModel,
        _ draft: ModelDraft,
        _ refresh: FoldInOptions.Refresh,
        _ transform: LabelTransform
    ) {
        users = FoldInTable(draft.users)
        items = FoldInTable(draft.candidates)
        mean = Double(draft.mean ?? 0)
        let unknownUsers = Self.distinct(list.ratings.map(\.user).filter { model.users.row(ofText: $0) == nil })
        let unknownItems = Self.distinct(list.ratings.map(\.item).filter { model.candidates.row(ofText: $0) == nil })
        newUsers = draft.users.ids.foldInOrder(unknownUsers)
        newItems = draft.candidates.ids.foldInOrder(unknownItems)
        let userRows = Dictionary(uniqueKeysWithValues: zip(newUsers.map { Array($0.utf8) }, users.knownCount...))
        let itemRows = Dictionary(uniqueKeysWithValues: zip(newItems.map { Array($0.utf8) }, items.knownCount...))
        users.append(newUsers.count)
        items.append(newItems.count)

        let movesUsers = refresh == .users || refresh == .all
        let movesItems = refresh == .items || refresh == .all
        for rating in list.ratings {
            let user = model.users.row(ofText: rating.user) ?? userRows[Array(rating.user.utf8)] ?? 0
            let item = model.candidates.row(ofText: rating.item) ?? itemRows[Array(rating.item.utf8)] ?? 0
            let isKnown = (user: user < users.knownCount, item: item < items.knownCount)
            guard !isKnown.user || !isKnown.item || movesUsers || movesItems else { continue }
            if isKnown.user || isKnown.item { isAnchored = true }
            ratings.append(Rating(user: user, item: item, label: transform.label(of: Double(rating.value))))
        }
        ratings.sort { ($0.user, $0.item) < ($1.user, $1.item) }
        userRatings = Self.rows(ratings.map(\.user), users, movesKnown: movesUsers)
        itemRatings = Self.rows(ratings.map(\.item), items, movesKnown: movesItems)

        summary.newUsers = newUsers.count
        summary.newItems = newItems.count
        summary.refreshedUsers = userRatings.count - newUsers.count
        summary.refreshedItems = itemRatings.count - newItems.count
        summary.used = ratings.count
        summary.passedOver = list.count - ratings.count
    }

    /// Texts that differ in their bytes, each once.
    private static func distinct(_ texts: [String]) -> [String] {
        var seen: Set<[UInt8]> = []
        return texts.filter { seen.insert(Array($0.utf8)).inserted }
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

    /// Demands that something moves, and that something holds it.
    func requireWork(_ refresh: FoldInOptions.Refresh) throws(TrainingError) {
        if ratings.isEmpty {
            throw TrainingError(
                .unsuitableData,
                "the model knows the user and the item of each of the \(summary.passedOver) ratings, so there is nothing "
                    + "to fold in; give --refresh users, items or all to move known ones"
            )
        }
        if !isAnchored {
            throw TrainingError(
                .unsuitableData,
                "the model knows neither the user nor the item of any of the \(ratings.count) ratings, so nothing holds "
                    + "the new rows; are they of another data set? If not, train anew with them"
            )
        }
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

    /// The root mean squared error of the ratings, on the label's scale.
    var rmse: Double {
        let squares = ratings.reduce(0.0) { sum, rating in
            let (user, item) = (users.rows[rating.user], items.rows[rating.item])
            var error = rating.label - mean - user[0] - item[0]
            for term in 1..<user.count { error -= user[term] * item[term] }
            return sum + error * error
        }
        return (squares / Double(ratings.count)).squareRoot()
    }
}
