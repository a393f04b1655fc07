// Ranks three movies for a user in this process: in-process model.safetensors

import RankEngine

let movies: [UInt64] = [204, 141, 131]
let ranker = try RankModel.load(path: CommandLine.arguments.dropFirst().first ?? "model.safetensors").makeRanker()
for entry in try ranker.rank(movies, for: 42) {
    print(entry.id, entry.score, ranker.model.display(entry.score))
}
