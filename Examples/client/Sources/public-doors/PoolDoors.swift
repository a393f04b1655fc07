import RankCore
import RankPool

/// The doors of RankPool.
struct PoolDoors<ID: CandidateID> {
    let endpoints: String
    let user: ID
    let candidates: [ID]
    /// The list as this process ranks it.
    let expected: RankedList<ID>

    /// Goes through all of them.
    func run() async throws {
        let list = try EndpointList(endpoints)
        let configuration = try RankPool.Configuration(
            deadline: .seconds(10),
            attempts: 2,
            hedging: .afterPercentile(0.95)
        )
        try await withRankPool(list, configuration: configuration) { pool in
            try await pool.waitUntilReady(within: .seconds(10))
            try await ask(pool)
            try await score(pool)
        }
        let owned = try RankPool.start(endpoints, configuration: .default)
        await owned.shutdown()
        do {
            _ = try RankPool.Configuration(attempts: 0)
            throw Mismatch("a pool of no attempts was configured")
        } catch let error as PoolError {
            try require(error.code == .invalidArgument, "\(error)")
        }
    }

    /// Ranks and scores.
    private func score(_ pool: RankPool) async throws {
        let options = CallOptions(
            unknownIDs: UnknownIDPolicy.fail,
            requestClass: RequestClass.bulk,
            parts: 2,
            model: expected.model,
            profile: expected.profile
        )
        let list = try await pool.rank(candidates, for: user, options: options)
        try require(list.entries == expected.entries, "the pool ranks otherwise")
        try require(list.coverage == 1 && !list.isPartial && !list.isUserUnknown, "the list is not whole")
        let report: PartReport? = list.parts.first
        let timings: ScoreTimings? = report?.timings
        try require(timings != nil, "no part was reported")
        let best = try await pool.rank(candidates, for: user, top: 3)
        try require(best.elementsEqual(expected.prefix(3)), "the best three are not the first three")
        let scores: ScoreList = try await pool.scores(of: candidates, for: user)
        try require(scores.count == candidates.count && scores.omittedPositions.isEmpty, "scores are missing")
        let batch = [BatchQuery(user: user, candidates: candidates), BatchQuery(user: user, candidates: [])]
        let lists = try await pool.rank(batch, top: 3)
        try require(lists[0].entries == best.entries && lists[1].isEmpty, "a batch is ranked otherwise")
        let many = try await pool.scores(of: batch)
        try require(many[0].scores == scores.scores && many[1].isEmpty, "a batch is scored otherwise")
        do {
            _ = try await pool.rank(candidates, for: user, top: 0)
            throw Mismatch("a list of no entries was ranked")
        } catch let error as PoolError {
            try require(error.code == Status.invalidArgument && error.code.advice == .fixRequest, "\(error)")
        }
    }

    /// Asks the workers about themselves.
    private func ask(_ pool: RankPool) async throws {
        for report in await pool.info() {
            let info: WorkerInfo = try report.result.get()
            let pairs: [InfoPair] = info.properties
            try require(info.model == expected.model && !pairs.isEmpty, "\(report.endpoint) has another model")
        }
        for report in await pool.health() { try require(report.result.get().isServing, "\(report.endpoint) is away") }
        for report in await pool.stats() { _ = try report.result.get()["requests"] }
        let catalog: CandidateCatalog = try await pool.catalog(model: expected.model)
        try require(catalog.ids(as: ID.self) == candidates, "the workers list other candidates")
        switch catalog.ids {
        case .numbers(let ids): try require(ids.count == catalog.count, "ids are missing")
        case .texts(let ids): try require(ids.count == catalog.count, "ids are missing")
        }
        let counters: PoolCounters = await pool.counters()
        try require(counters.retries == 0, "something was sent again")
    }
}
