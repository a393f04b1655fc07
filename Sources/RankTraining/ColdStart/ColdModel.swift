import RankData
import RankEngine

/// A model with all rows, from whose training a part of the users or items was hidden.
struct ColdModel {
    private let ratings: Ratings
    private let side: ColdStartOptions.Side
    private let mean: Double
    /// The rows of the hidden side that the training knows.
    private let known: FoldInTable
    /// The terms of each row, of the hidden side and of the other.
    private let own: [[Double]]
    private let partners: [[Double]]
    private let ownRows: [Int]
    private let partnerRows: [Int]
    private let partnerMeans: [Double]

    init(
        _ data: DataSet,
        _ trainer: FactorTraining,
        _ deal: HiddenRatings,
        _ side: ColdStartOptions.Side,
        part: Int,
        shown: Int
    ) throws(TrainingError) {
        let rows = (deal.others(than: part) + deal.shown(shown, of: part)).sorted()
        let split = Split(trainingRows: rows.map { UInt32($0) }, testRows: [], data.ratings)
        let training = try TrainingData(data, split, as: .none, includesUnrated: true)
        let (set, tables) = (training.set, try trainer.run(on: training).tables)
        func terms(_ table: FoldedFactors.Table) -> [[Double]] { table.bias.indices.map { table.terms(of: $0) } }
        ratings = data.ratings
        self.side = side
        mean = Double(tables.mean)
        let users = ratings.userIDs.map { set.users.row(of: $0) }
        let items = ratings.itemIDs.map { set.items.row(of: $0) }
        let isUsers = side == .users
        own = terms(isUsers ? tables.users : tables.items)
        partners = terms(isUsers ? tables.items : tables.users)
        (ownRows, partnerRows) = isUsers ? (users, items) : (items, users)
        let rated = Set(rows.map { [ownRows] in ownRows[$0] }).sorted()
        known = FoldInTable(rows: [own[0]] + rated.map { [own] in own[$0] })
        partnerMeans = Self.means(rows.map { [partnerRows] in partnerRows[$0] }, rows, ratings, partners.count)
    }

    /// The mean label of each partner; that of all where a partner has no rating.
    private static func means(_ partners: [Int], _ rows: [Int], _ ratings: Ratings, _ count: Int) -> [Double] {
        var sums = [(labels: Double, count: Double)](repeating: (0, 0), count: count)
        for (partner, row) in zip(partners, rows) {
            sums[partner].labels += Double(ratings.scale.label(of: ratings.stars[row]))
            sums[partner].count += 1
        }
        let all = sums.reduce((0.0, 0.0)) { ($0.0 + $1.labels, $0.1 + $1.count) }
        return sums.map { $0.count > 0 ? $0.labels / $0.count : all.0 / all.1 }
    }

    /// The scores of rows of the data, each by its own row of the model.
    func predict(_ rows: [Int]) -> [Float] {
        rows.map { score(own[ownRows[$0]], partners[partnerRows[$0]]) }
    }

    /// The scores of rows of the data by each way of predicting, once `shown` ratings of each are known.
    func predict(
        _ rows: [Int],
        _ deal: HiddenRatings,
        part: Int,
        shown: Int,
        penalty: Double
    ) -> [ColdStart.Predictor: [Float]] {
        let grouped = Dictionary(grouping: deal.shown(shown, of: part)) { ownRows[$0] }
        func folded(from center: (Int) -> [Double]) -> [Int: [Double]] {
            grouped.reduce(into: [:]) { folded, group in
                folded[group.key] = known.solve(
                    center: center(group.key),
                    partners: group.value.map { partners[partnerRows[$0]] },
                    targets: group.value.map { Double(ratings.scale.label(of: ratings.stars[$0])) - mean },
                    penalty: penalty / (StarLabel.starsPerUnit * StarLabel.starsPerUnit)
                )
            }
        }
        let fromUnknown = folded { _ in own[0] }
        let fromColumns = folded { own[$0] }
        func scores(_ terms: (Int) -> [Double]) -> [Float] {
            rows.map { score(terms(ownRows[$0]), partners[partnerRows[$0]]) }
        }
        return [
            .partnerMean: rows.map { Float(partnerMeans[partnerRows[$0]]) },
            .unknownRow: scores { _ in own[0] },
            .columns: predict(rows),
            .foldIn: scores { fromUnknown[$0] ?? own[0] },
            .columnsAndFoldIn: scores { fromColumns[$0] ?? own[$0] },
        ]
    }

    private func score(_ one: [Double], _ other: [Double]) -> Float {
        var sum = mean + one[0] + other[0]
        for term in 1..<one.count { sum += one[term] * other[term] }
        return Float(sum)
    }
}
