import RankData

/// The pairs of a step: every one of some candidates for every one of some users.
struct PairBatch {
    /// By pair, the user's row.
    private(set) var userRows: [Int32]
    /// By pair, the candidate's row.
    private(set) var candidateRows: [Int32]
    /// By pair, the teacher's score.
    private(set) var labels: [Float]
    private var users: [Int]
    private var candidates: [Int]

    init(users: Int, candidates: Int) {
        userRows = [Int32](repeating: 0, count: users * candidates)
        candidateRows = userRows
        labels = [Float](repeating: 0, count: userRows.count)
        self.users = [Int](repeating: 0, count: users)
        self.candidates = [Int](repeating: 0, count: candidates)
    }

    /// Draws the next ones: first the users, then the candidates.
    ///
    /// - Parameters:
    ///   - users: The taught users.
    ///   - candidates: The taught candidates.
    ///   - scores: The teacher's, by taught user and candidate.
    ///   - random: What draws.
    mutating func draw(
        _ users: TaughtRows,
        _ candidates: TaughtRows,
        from scores: [Float],
        _ random: inout NumPyRandom
    ) {
        for index in self.users.indices { self.users[index] = users.draw(&random) }
        for index in self.candidates.indices { self.candidates[index] = candidates.draw(&random) }
        var pair = 0
        for user in self.users {
            let start = user * candidates.rows.count
            for candidate in self.candidates {
                userRows[pair] = users.rows[user]
                candidateRows[pair] = candidates.rows[candidate]
                labels[pair] = scores[start + candidate]
                pair += 1
            }
        }
    }
}
