import CommandSupport
import RankCore
import RankData
import RankEngine
import RankTraining

extension Metrics {
    /// The members that every command prints for programs.
    var json: [JSONValue.Member] {
        errorsJSON + [JSONValue.Member("ndcg@10", .number(ndcgAt10)), JSONValue.Member("count", .integer(count))]
    }

    /// The errors alone.
    var errorsJSON: [JSONValue.Member] {
        [
            JSONValue.Member("rmse", .number(rmse)),
            JSONValue.Member("rmse_stars", .number(rmseInStars)),
            JSONValue.Member("mae", .number(mae)),
            JSONValue.Member("loss", .number(loss)),
        ]
    }

    /// The lines for people.
    var lines: [(String, String)] {
        errorLines + [("ndcg@10", fixed(ndcgAt10, 4)), ("count", grouped(count))]
    }

    /// The errors alone.
    var errorLines: [(String, String)] {
        [
            ("rmse", "\(fixed(rmse, 4)) (\(fixed(rmseInStars, 4)) \(unit))"),
            ("mae", fixed(mae, 4)),
            ("loss", fixed(loss, 4)),
        ]
    }
}

extension Metrics {
    private var unit: String { [4, 4.5].contains(ratingWidth) ? "stars" : "of the ratings" }
}

extension RankingMetrics {
    /// The members that `evaluate` prints for programs, for ratings on a scale.
    func evaluationJSON(on scale: RatingScale) -> [JSONValue.Member] {
        let relevant = LabelTransform(scale).rating(ofGain: cutoff.relevantStars)
        return json + [JSONValue.Member("relevant_rating", .number(Double(relevant)))]
    }

    /// The members without the scale of the ratings.
    var json: [JSONValue.Member] {
        measures.map { JSONValue.Member($0.name, .number($0.value)) } + [
            JSONValue.Member("k", .integer(cutoff.k)),
            JSONValue.Member("relevant_stars", .number(Double(cutoff.relevantStars))),
            JSONValue.Member("count", .integer(count)),
            JSONValue.Member("users", .integer(users)),
            JSONValue.Member("users_without_relevant", .integer(usersWithoutRelevant)),
        ]
    }

    /// The lines for people.
    func lines(on scale: RatingScale) -> [(String, String)] {
        measures.map { ($0.name, fixed($0.value, 4)) } + [
            ("relevant", relevance(on: scale)),
            ("count", grouped(count)),
            ("users", "\(grouped(users)), \(grouped(usersWithoutRelevant)) of them without a relevant item"),
        ]
    }

    /// The rating from which items are relevant, on the data's own scale.
    private func relevance(on scale: RatingScale) -> String {
        let transform = LabelTransform(scale)
        let stars = shortest(cutoff.relevantStars)
        guard transform.bringsToStars else { return "from \(stars) stars" }
        let rating = shortest(transform.rating(ofGain: cutoff.relevantStars))
        return "from \(rating), as \(stars) stars of 1 to 5 are on \(scale)"
    }

    private func shortest(_ value: Float) -> String {
        Int(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    private var measures: [(name: String, value: Double)] {
        [
            ("ndcg@\(cutoff.k)", ndcg),
            ("ndcg_exp@\(cutoff.k)", exponentialNDCG),
            ("mrr@\(cutoff.k)", meanReciprocalRank),
            ("map@\(cutoff.k)", meanAveragePrecision),
            ("recall@\(cutoff.k)", recall),
        ]
    }
}
