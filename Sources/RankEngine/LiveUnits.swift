/// How many units of the first layer are worth a multiplication.
///
/// relu leaves units at 0. A kernel that passes over those which are at 0 for a few candidates in a row saves their
/// multiplications and pays for finding them; whether that is faster depends on the model alone, so it is decided when a
/// ranker is made.
enum LiveUnits {
    /// Candidates in a row that share one list of live units: those of a tile in `avx512_factored.c`.
    static let tileRows = 3
    /// The share of live units above which no list is worth its while.
    ///
    /// Measured on Zen 5 with the tutorial's shape: skipping takes 1.05 times as long as summing everything where every
    /// unit is live and 0.78 times where 0.70 are; the lines cross at 0.94.
    static let limit = 0.9

    /// Whether at most ``limit`` of the units are live.
    static func areFew(users: SharedFloats, candidates: SharedFloats, stride: Int, width: Int) -> Bool {
        share(users: users, candidates: candidates, stride: stride, width: width) <= limit
    }

    /// The share of units above 0 for at least one of ``tileRows`` candidates, over up to 256 pairs of a user and such a
    /// tile, and fewer where layers are wider than 1,024 units.
    ///
    /// The pairs are the same in every run, so that the choice is too. Takes about a million additions at most.
    ///
    /// - Parameters:
    ///   - users: The users' halves of the first layer, [rows][`stride`].
    ///   - candidates: The candidates' halves, likewise.
    ///   - stride: Floats of a row.
    ///   - width: Units of the first layer, at most `stride` and at least 1.
    /// - Returns: A number from 0 to 1.
    static func share(users: SharedFloats, candidates: SharedFloats, stride: Int, width: Int) -> Double {
        let (userRows, candidateRows) = (users.count / stride, candidates.count / stride)
        guard userRows > 0, candidateRows > 0, width > 0 else { return 1 }
        let (a, c) = unsafe (users.buffer, candidates.buffer)
        let pairs = max(min(256, 262_144 / width), 4)
        var live = 0
        for pair in 0..<pairs {
            let user = pair * 7919 % userRows * stride
            let rows = (0..<tileRows).map { (pair * tileRows + $0) * 104_729 % candidateRows * stride }
            for unit in 0..<width {
                let bias = unsafe a[user + unit]
                if rows.contains(where: { unsafe bias + c[$0 + unit] > 0 }) { live += 1 }
            }
        }
        return Double(live) / Double(pairs * width)
    }
}
