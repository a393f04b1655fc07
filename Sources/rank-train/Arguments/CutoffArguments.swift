import ArgumentParser
import RankTraining

/// The length at which a user's list is cut, and the relevant items.
struct CutoffArguments: ParsableArguments {
    @Option(help: "The number of places of a user's list that count for NDCG, MRR, MAP and recall.")
    var k = RankingMetrics.Cutoff.standard.k

    @Option(
        help: """
            The stars from which an item is relevant to MRR, MAP and recall; on a scale that is none of stars, the \
            rating that lies where so many stars lie between 1 and 5.
            """
    )
    var relevant = RankingMetrics.Cutoff.standard.relevantStars

    func validate() throws {
        if k < 1 { throw ValidationError("--k \(k): give at least 1 place") }
        if !relevant.isFinite { throw ValidationError("--relevant \(relevant): give a number of stars") }
    }

    func cutoff() throws -> RankingMetrics.Cutoff { try RankingMetrics.Cutoff(k: k, relevantStars: relevant) }
}
