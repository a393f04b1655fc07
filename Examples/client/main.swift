// Ranks three movies for a user over a pool of workers: client tcp://127.0.0.1:7000,tcp://127.0.0.1:7001

import RankPool

let movies: [UInt64] = [204, 141, 131]
try await withRankPool(CommandLine.arguments.dropFirst().first ?? "tcp://127.0.0.1:7000") { pool in
    for entry in try await pool.rank(movies, for: 42) {
        print(entry.id, entry.score)
    }
}
