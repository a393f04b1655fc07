/// One user's items in the order of their scores, those of equal score in groups.
///
/// Items without a rating gain nothing.
struct TiedList {
    /// Items of one score: they take the places from `start` on, counted from 0, in any order.
    private struct Group {
        let start: Int
        let count: Int
        /// The ratings, of which there may be fewer than items.
        let stars: ArraySlice<Float>
        let relevant: Int
    }

    /// The number of relevant items.
    let relevantCount: Int
    /// The ratings of all items that have one, listed or not.
    private let stars: [Float]
    private let groups: [Group]
    private let k: Int

    /// Groups items that come by descending score.
    init(stars: [Float], scores: [Float], _ cutoff: RankingMetrics.Cutoff) {
        var groups: [Group] = []
        var start = 0
        while start < scores.count {
            // The first score is skipped: NaN is unequal to itself.
            let end = scores[(start + 1)...].firstIndex { $0 != scores[start] } ?? scores.count
            let tied = stars[start..<end]
            let relevant = tied.count { $0 >= cutoff.relevantStars }
            groups.append(Group(start: start, count: tied.count, stars: tied, relevant: relevant))
            start = end
        }
        self.stars = stars
        self.groups = groups
        k = cutoff.k
        relevantCount = groups.reduce(0) { $0 + $1.relevant }
    }

    /// Takes a list as it is, each item on a place of its own.
    ///
    /// - Parameters:
    ///   - listed: The ratings of the first places, as many as count; nil for an item without a rating.
    ///   - missed: The ratings of further items, which are on later places.
    ///   - cutoff: The length at which the list is cut, and the relevant ratings.
    init(listed: [Float?], missed: [Float], _ cutoff: RankingMetrics.Cutoff) {
        groups = listed.enumerated().map { place, stars in
            let own = stars.map { [$0] } ?? []
            return Group(start: place, count: 1, stars: own[...], relevant: own.count { $0 >= cutoff.relevantStars })
        }
        stars = listed.compactMap { $0 } + missed
        k = cutoff.k
        relevantCount = stars.count { $0 >= cutoff.relevantStars }
    }

    /// The discounted gain of the first k over the best possible; 0 where there is nothing to gain.
    func normalisedGain(_ gain: (Float) -> Double) -> Double {
        var tied: [Double] = []
        for group in groups {
            let gains = group.stars.map(gain)
            tied += repeatElement(gains.reduce(0, +) / Double(group.count), count: group.count)
        }
        let best = discounted(stars.map(gain).sorted(by: >))
        return best > 0 ? discounted(tied) / best : 0
    }

    /// The expected `1 / place` of the first relevant item, where that is among the first k.
    var reciprocalRank: Double {
        guard let group = groups.first(where: { $0.relevant > 0 }) else { return 0 }
        var sum = 0.0
        // The probability that no relevant one came before within the group.
        var none = 1.0
        for place in 0..<max(0, min(group.count - group.relevant + 1, k - group.start)) {
            let hit = Double(group.relevant) / Double(group.count - place)
            sum += none * hit / Double(group.start + place + 1)
            none *= 1 - hit
        }
        return sum
    }

    /// The expected sum of precisions at relevant places among the first k, over the number of relevant items.
    var averagePrecision: Double {
        guard relevantCount > 0 else { return 0 }
        var sum = 0.0
        var before = 0
        for group in groups where group.relevant > 0 {
            let share = Double(group.relevant) / Double(group.count)
            // The share of relevant items at the group's other places, given that this one is relevant.
            let others = group.count > 1 ? Double(group.relevant - 1) / Double(group.count - 1) : 0
            for place in 0..<max(0, min(group.count, k - group.start)) {
                let hits = Double(before + 1) + Double(place) * others
                sum += share * hits / Double(group.start + place + 1)
            }
            before += group.relevant
        }
        return sum / Double(relevantCount)
    }

    /// The expected share of the relevant items among the first k.
    var recall: Double {
        guard relevantCount > 0 else { return 0 }
        var found = 0.0
        for group in groups {
            let places = max(0, min(group.count, k - group.start))
            found += Double(group.relevant) * Double(places) / Double(group.count)
        }
        return found / Double(relevantCount)
    }

    /// `2^stars − 1`; exact for whole stars.
    static func exponentialGain(_ stars: Float) -> Double {
        let whole = stars.rounded(.down)
        let power = Double(sign: .plus, exponent: Int(min(max(whole, -1_000), 1_000)), significand: 1)
        let fraction = Double(stars) - Double(whole)
        return power * Exponential.of(fraction * 0.693_147_180_559_945_3) - 1
    }

    private func discounted(_ gains: [Double]) -> Double {
        var sum = 0.0
        for (index, gain) in gains.prefix(k).enumerated() { sum += gain / Self.discount(index) }
        return sum
    }

    /// log2(place + 2), without any math library.
    private static func discount(_ place: Int) -> Double {
        place < discounts.count
            ? discounts[place] : NormalRandom.logarithm(Double(place + 2)) / 0.693_147_180_559_945_3
    }

    /// log2(2), log2(3), … log2(11), rounded to nearest.
    private static let discounts = [
        1.0, 1.584962500721156, 2.0, 2.321928094887362, 2.584962500721156, 2.807354922057604, 3.0,
        3.169925001442312, 3.321928094887362, 3.4594316186372973,
    ]
}
