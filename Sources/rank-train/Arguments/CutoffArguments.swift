import ArgumentParser
import RankTraining

/// How far a user's list is looked at, and which of its items are relevant.
struct CutoffArguments: ParsableArguments {
    @Option(help: "How many places of a user's list NDCG, MRR, MAP and recall look at.")
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
