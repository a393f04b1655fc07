import CommandSupport
import RankCore
import RankData
import RankPool

/// Scores many pairs over a pool: several requests are out at a time, and the output keeps the order of the input.
struct BulkScoring<ID: CommandID>: Sendable {
    let pairs: PairList
    /// The name of the pairs in messages.
    let source: String
    /// A row for each pair, where the model wants features.
    let features: FeatureFile?
    let unknown: UnknownIDPolicy
    let isQuiet: Bool

    /// The pairs of one call; the pool splits it further where a worker's limits demand it.
    private static var callSize: Int { 8_192 }
    /// The number of calls that are out at a time: enough to keep some workers busy while others' answers are
    /// written.
    private static var outstanding: Int { 8 }

    /// Scores and writes everything.
    ///
    /// - Parameters:
    ///   - pool: The workers.
    ///   - infos: The workers' answers to INFO.
    /// - Returns: The number of pairs left out, and the name of the data that the model was trained on.
    /// - Throws: the pool's error, or the line of the input that the model does not know.
    func run(_ pool: RankPool, _ infos: [WorkerInfo]) async throws -> (omitted: Int, data: String) {
        let rows = try features.rows(pairs.count, for: infos)
        var options = CallOptions(unknownIDs: unknown, requestClass: .bulk)
        // One model for the whole run, not only for each call.
        options.model = infos[0].model
        options.profile = infos[0].profile
        let chunks = stride(from: 0, to: pairs.count, by: Self.callSize).map { start in
            start..<min(start + Self.callSize, pairs.count)
        }
        var progress = ProgressLine(on: .error, isQuiet: isQuiet)
        let bar = ProgressBar(total: pairs.count, unit: "pair")
        let start = ContinuousClock.now
        var omitted = 0
        try await withThrowingTaskGroup(of: (Int, [Float?]).self) { group in
            var next = 0
            var written = 0
            var waiting: [Int: [Float?]] = [:]
            func add() {
                guard next < chunks.count else { return }
                let (number, chunk, options) = (next, chunks[next], options)
                group.addTask { (number, try await score(chunk, rows, pool, options)) }
                next += 1
            }
            for _ in 0..<Self.outstanding { add() }
            while let (number, scores) = try await group.next() {
                add()
                waiting[number] = scores
                while let ready = waiting.removeValue(forKey: written) {
                    omitted += try write(ready, of: chunks[written])
                    let completed = chunks[written].upperBound
                    let elapsed = ContinuousClock.now - start
                    progress.show(at: elapsed) { bar.line(completed: completed, elapsed: elapsed, width: $0) }
                    written += 1
                }
            }
        }
        let elapsed = ContinuousClock.now - start
        progress.finish { bar.line(completed: pairs.count, elapsed: elapsed, width: $0) }
        return (omitted, infos[0]["data"] ?? "")
    }

    /// The scores of some pairs, nil for those left out.
    ///
    /// Pairs of one user travel as one query.
    private func score(
        _ chunk: Range<Int>,
        _ rows: [Float],
        _ pool: RankPool,
        _ options: CallOptions
    ) async throws -> [Float?] {
        let width = rows.count / max(pairs.count, 1)
        var queries: [BatchQuery<ID>] = []
        var places: [[Int]] = []
        // By bytes: texts that only look alike are equal as strings, but are different ids.
        var queryOfUser: [[UInt8]: Int] = [:]
        for index in chunk {
            let (user, item) = ID.pair(index, of: pairs)
            let key = Array("\(user)".utf8)
            let query = queryOfUser[key] ?? queries.count
            if query == queries.count {
                queryOfUser[key] = query
                queries.append(BatchQuery(user: user, candidates: []))
                places.append([])
            }
            queries[query].candidates.append(item)
            queries[query].features += rows[(index * width)..<((index + 1) * width)]
            places[query].append(index)
        }
        var scores = [Float?](repeating: nil, count: chunk.count)
        do throws(PoolError) {
            let lists = try await pool.scores(of: queries, options: options)
            for (query, list) in lists.enumerated() {
                // The score of a pair that is left out is NaN.
                for (place, score) in zip(places[query], list) where !score.isNaN {
                    scores[place - chunk.lowerBound] = score
                }
            }
        } catch {
            throw named(error, places)
        }
        return scores
    }

    /// The line of the input that a worker complained about.
    private func named(_ error: PoolError, _ places: [[Int]]) -> any Error {
        guard error.code == .notFound, let query = error.queryIndex, places.indices.contains(query) else {
            return error
        }
        let candidate = error.candidateIndex ?? 0
        guard places[query].indices.contains(candidate) else { return error }
        let pair = places[query][candidate]
        let what =
            error.candidateIndex == nil ? "user \(pairs.userText(pair))" : "item \(pairs.itemText(pair))"
        return CommandFailure(
            .refused,
            "\(source):\(pairs.lines[pair]): the model does not know \(what); correct the line, "
                + "or give --unknown fallback to score it all the same, or --unknown omit to leave it out"
        )
    }

    private func write(_ scores: [Float?], of chunk: Range<Int>) throws(CommandFailure) -> Int {
        var text = ""
        var omitted = 0
        for (index, score) in zip(chunk, scores) {
            if let score {
                text += csvLine([pairs.userText(index), pairs.itemText(index), "\(score)"]) + "\n"
            } else {
                omitted += 1
            }
        }
        try StandardStream.output.write(text)
        return omitted
    }
}
