/// The quality of the order that scores give each user's items: means over the users.
///
/// Items of equal score share their places: each measure is the mean of what the orders of the tied items would give,
/// so that no order of ids or rows flatters a model that cannot tell them apart. Source: McSherry and Najork 2008,
/// "Computing information retrieval performance measures efficiently in the presence of tied scores".
/// The definitions are those of `keras_rs.metrics`, which breaks ties at random.
public struct RankingMetrics: Sendable, Equatable {
    /// The length at which lists are cut, and the relevant items.
    public struct Cutoff: Sendable, Equatable {
        /// The number of places that count; at least 1.
        public let k: Int
        /// The stars from which an item is relevant, for all measures but the gains.
        public let relevantStars: Float

        /// A cutoff.
        ///
        /// - Throws: `TrainingError` with code `invalidOption` unless `k` is at least 1 and `relevantStars` finite.
        public init(k: Int, relevantStars: Float) throws(TrainingError) {
            guard k >= 1 else { throw TrainingError(.invalidOption, "a cutoff of \(k) places; give at least 1") }
            guard relevantStars.isFinite else {
                throw TrainingError(.invalidOption, "relevance from \(relevantStars) stars; give a number of stars")
            }
            self.init(checkedK: k, relevantStars)
        }

        private init(checkedK k: Int, _ relevantStars: Float) {
            self.k = k
            self.relevantStars = relevantStars
        }

        /// Ten places; four stars are relevant.
        public static let standard = Cutoff(checkedK: 10, 4)
    }

    /// The cutoff that was asked for.
    public let cutoff: Cutoff
    /// Pairs in all lists.
    public let count: Int
    /// Users with at least one pair.
    public let users: Int
    /// Users without a relevant item; they count as 0 in `meanReciprocalRank`, `meanAveragePrecision`, `recall`.
    public let usersWithoutRelevant: Int
    /// Normalised discounted cumulative gain of the first k.
    ///
    /// An item's gain is its stars, its discount `1 / log2(i + 1)` at place i, counted from 1. Source: Järvelin and
    /// Kekäläinen 2002.
    public let ndcg: Double
    /// NDCG with gains of `2^stars − 1`, keras_rs' default.
    public let exponentialNDCG: Double
    /// `1 / place` of the first relevant item, 0 where it is not among the first k.
    public let meanReciprocalRank: Double
    /// The sum of the precisions at the places of the relevant items among the first k, over the number of all
    /// relevant.
    public let meanAveragePrecision: Double
    /// The share of the relevant items that is among the first k.
    public let recall: Double

    /// Measures an order.
    ///
    /// All lists are equally long; nil without any pair.
    ///
    /// - Complexity: O(n log n)
    ///
    /// - Parameters:
    ///   - users: The user of each rating.
    ///   - stars: The ratings.
    ///   - scores: The model's scores; only their order counts.
    ///   - cutoff: The length at which lists are cut, and the relevant ratings.
    public init?(users: [UInt64], stars: [Float], scores: [Float], cutoff: Cutoff = .standard) {
        precondition(users.count == scores.count && stars.count == scores.count)
        guard !scores.isEmpty else { return nil }
        let order = scores.indices.sorted { a, b in
            if users[a] != users[b] { return users[a] < users[b] }
            return scores[a] > scores[b]
        }
        var sums = Sums(cutoff)
        var start = order.startIndex
        while start < order.endIndex {
            let user = users[order[start]]
            let end = order[start...].firstIndex { users[$0] != user } ?? order.endIndex
            sums.add(
                TiedList(
                    stars: order[start..<end].map { stars[$0] },
                    scores: order[start..<end].map { scores[$0] },
                    cutoff
                ),
                count: end - start
            )
            start = end
        }
        self.init(sums)
    }

    /// The means of some lists.
    ///
    /// - Precondition: There is at least one.
    init(_ sums: Sums) {
        let means = sums.values.map { $0 / Double(sums.lists) }
        cutoff = sums.cutoff
        count = sums.count
        users = sums.lists
        usersWithoutRelevant = sums.withoutRelevant
        (ndcg, exponentialNDCG) = (means[0], means[1])
        (meanReciprocalRank, meanAveragePrecision, recall) = (means[2], means[3], means[4])
    }

    /// What the means are made of.
    struct Sums {
        fileprivate let cutoff: Cutoff
        fileprivate private(set) var values = [0.0, 0, 0, 0, 0]
        fileprivate private(set) var (lists, withoutRelevant, count) = (0, 0, 0)

        init(_ cutoff: Cutoff) {
            self.cutoff = cutoff
        }

        /// Adds the list of one user, who has `count` ratings.
        mutating func add(_ list: TiedList, count: Int) {
            values[0] += list.normalisedGain { Double($0) }
            values[1] += list.normalisedGain { TiedList.exponentialGain($0) }
            values[2] += list.reciprocalRank
            values[3] += list.averagePrecision
            values[4] += list.recall
            lists += 1
            withoutRelevant += list.relevantCount == 0 ? 1 : 0
            self.count += count
        }
    }
}
