import RankCore
import RankEngine

/// The doors of RankEngine.
struct EngineDoors<ID: CandidateID> {
    let model: RankModel
    let user: ID
    let candidates: [ID]

    /// Goes through all of them.
    ///
    /// - Returns: All candidates, ranked.
    func run() throws -> RankedList<ID> {
        let ranker = try model.makeRanker()
        _ = try ranker.reproduceGoldens()
        let list = try ranker.rank(candidates, for: user)
        let scores: ScoreList = try ranker.scores(of: candidates, for: user)
        try require(list.map(\.score) == list.map { scores[$0.position] }, "a ranked score is not that of the scores")
        let best = try ranker.rank(candidates, for: user, top: 3, unknownIDs: .omit)
        try require(best.elementsEqual(list.prefix(3)), "the best three are not the first three")
        try require(zip(list, list.dropFirst()).allSatisfy { RankOrder.precedes($0, $1) }, "the order is another one")

        let info: RankerInfo = ranker.info
        let id: ModelID = info.modelID
        try require(id == model.modelID && ModelID(hex: id.hex) == id, "the ranker has another model")
        let profile: NumericProfile = list.profile
        let reference = try model.makeReference(of: profile)
        let same = try reference?.rank(candidates, for: user).map(\.score.bitPattern)
        try require(same == list.map(\.score.bitPattern), "the profile's reference has other scores")

        do {
            _ = try RankModel.load(path: "/nonexistent")
            throw Mismatch("a model was loaded from nowhere")
        } catch let error as EngineError {
            try require(error.code == .cannotRead, "\(error)")
        }
        return list
    }
}
